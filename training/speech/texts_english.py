"""English sentences without end: templates over everyday words, and rarer words from hibari's lexicon."""

from __future__ import annotations

import random

_NOUNS = """
people time year way day man woman child world school family student group country problem hand part place
case week company system program question work number night point home water room mother area money story fact
month lot book job word business side kind head house service friend father power hour game line member law
car city name team minute idea body back parent face level office door health person art war history party
result change morning reason research girl guy moment air teacher force education foot boy age policy music
market sense nation plan college interest death experience effect bus map lamp boat bird ship bridge paper
pepper bubble member summer mirror window kitchen garden village mountain river ocean island engine machine
camera computer picture message letter number answer voice song poem apple bread butter cheese coffee tea milk
honey soup fish chicken potato tomato pumpkin jam pie spoon fork knife cup plate beach forest valley farm
museum library theater hospital airport station village church castle tower palace palm puppy baby brother
sister uncle aunt grandfather neighbor doctor nurse lawyer farmer painter singer actor writer pilot captain
wheel wolf worm wood wool wave whale wine vase vest veil van vine valve thumb thief thorn cloth path bath
mouth breath judge jungle jacket giant gem chair chain cheek church chocolate shoe shadow shell shop shower
treasure pleasure vision measure zebra zone prize rose nose eyes yard yacht youth yellow union universe queen
quiz quilt box fox tax mix
""".split()  # noqa: SIM905
_VERBS = """
makes takes finds gives tells calls tries needs feels becomes leaves puts means keeps lets begins helps shows
hears plays runs moves lives believes brings writes sits stands loses pays meets includes continues sets
learns changes leads understands watches follows stops creates speaks reads spends grows opens walks wins
offers remembers considers appears buys waits serves sends builds stays reaches kills raises passes sells
decides returns explains hopes develops carries breaks receives agrees supports hits produces eats covers
catches draws chooses wants uses paints fixes pushes pulls jumps climbs drops fills empties wraps robs bumps
pops rubs moves improves approves views saves loves moves arrives measures judges teaches washes brushes
touches wishes watches squeezes freezes teases breathes bathes soothes
""".split()  # noqa: SIM905
_ADJECTIVES = """
new good high old great big small large young different black long little important political bad white real
best right social only public sure low early able human local late hard major better economic strong possible
whole free military true federal international full special easy clear recent certain personal open red
difficult available likely short single medical current wrong private past foreign fine common poor natural
significant similar hot dead central happy serious ready simple left physical general environmental blue dark
warm cold pretty brown purple pink deep wide narrow smooth rough tough soft loud quiet brave proud humble
famous curious nervous generous various obvious vivid awful wonderful beautiful thoughtful useful careful
peaceful joyful youthful weak wise wild weird worthy thick thin third northern southern
""".split()  # noqa: SIM905
_ADVERBS = """
up so out just now how then more also here well only very even back there down still in as too when never
really most maybe probably quickly slowly finally perhaps usually somewhere everywhere above below before
between beyond without within tomorrow yesterday today tonight forever together whatever beautifully carefully
""".split()  # noqa: SIM905
_SUBJECTS = (
    """
I, you, he, she, we, they, everybody, nobody, somebody, my mother, your father, his brother, her sister, our
team, their boss, this one, that woman, these people, those boys, Bob, Pam, Victor, Zoe, Josh, Maya, Tom,
Fiona, Hugo, Yusuf, Wendy, Paul
""".replace("\n", " ")
    .strip()
    .split(", ")
)
_OPENERS = (
    """
well, so, but, and, now, yes, no, okay, look, listen, oh, maybe, in fact, of course, by the way, for example,
after all, to be fair, before that, as you may know, from my point of view, believe me, thank you
""".replace("\n", " ")
    .strip()
    .split(", ")
)
_TEMPLATES = (
    "The {a} {n} {v} the {n}.",
    "{s} {v} a {a} {n} {d}.",
    "{o}, the {n} of the {n} {v} {d}!",
    "Why do {s} want the {a} {n} and the {n}?",
    "If the {n} {v}, {s} may {b} the {n}, {o}.",
    "{s} and {s} {b} {a} {n}s for the {n}.",
    "There was a {a}, {a} {n} with a {n} by the {n}.",
    "Would you {b} my {n}, please? {o}, I {b} it {d}.",
    "{d} and {d}, the {n} {v} from {n} to {n}, but the {n} {v} more.",
    "{m} {n}s, {m} {n}s and {m} {a} {n}s.",
    "How {a} the {n} is! It {v} me.",
    "{s} said that {s} {v} {d}; we {b} them in the {n}.",
    "{n}, {n}, {n}, and {n}.",
    "Five of us {b} the {n}, while {s} {v} both {n}s.",
)


def sentence(rng: random.Random, rare: list[str]) -> str:
    """One sentence; a third of its nouns and adjectives come from ``rare``, a tenth of all are mere word lists."""

    def word(words: list[str]) -> str:
        return rng.choice(rare) if rare and rng.random() < 0.33 else rng.choice(words)

    if rare and rng.random() < 0.1:
        return ", ".join(rng.choice(rare) for _ in range(rng.randint(3, 7))) + "."
    text = rng.choice(_TEMPLATES)
    for slot, draw in (
        ("{n}", lambda: word(_NOUNS)),
        ("{a}", lambda: word(_ADJECTIVES)),
        ("{v}", lambda: rng.choice(_VERBS)),
        ("{b}", lambda: rng.choice(_VERBS).removesuffix("s")),
        ("{d}", lambda: rng.choice(_ADVERBS)),
        ("{s}", lambda: rng.choice(_SUBJECTS)),
        ("{o}", lambda: rng.choice(_OPENERS)),
        ("{m}", lambda: str(rng.choice((2, 3, 4, 5, 7, 8, 12, 15, 40, 55, 90, 100, 750)))),
    ):
        while slot in text:
            text = text.replace(slot, draw(), 1)
    return text[0].upper() + text[1:]


def rare_words() -> list[str]:
    """Lower-case words of hibari's American lexicon with 4 to 12 letters."""
    import gzip
    import json
    from pathlib import Path

    import hibari

    path = Path(hibari.__file__).parent / "assets" / "lexicon_us_gold.json.gz"
    words = json.loads(gzip.decompress(path.read_bytes()))
    return sorted(w for w in words if w.isalpha() and w.islower() and w.isascii() and 4 <= len(w) <= 12)
