"""How many names are refused however they are spelled, and how many ordinary prompts are refused by mistake.

>>> python benchmarks/refusals.py            # the first half of the people, seed 0
>>> python benchmarks/refusals.py --half 1 --seed 1

The tables and the comparison were adjusted with the first half and seed 0 only.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable
from pathlib import Path

import yaml

from lipsync_avatars.prompt import known, understand
from lipsync_avatars.prompt.refusals import RealPersonError
from lipsync_utils.errors import InputError

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "lipsync_avatars/prompt/known_people.yaml"
FRAMES = {
    "en": ("a portrait of {}", "{} as a teacher", "an old man, {}, smiling", "{} with a beard"),
    "ar": ("صورة {}", "{} بلحية بيضاء", "رجل مسن اسمه {} مبتسم", "وجه {}"),
}
DIGITS = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "5", "t": "7", "b": "8"}
LOOKALIKES = dict(zip("aeiopcyx", "аеіорсух", strict=True))
SOUNDS = [("ph", "f"), ("ou", "oo"), ("k", "c"), ("c", "k"), ("y", "i"), ("i", "y"), ("o", "u"), ("u", "o"), ("e", "a")]
SOUNDS_AR = [
    ("غ", "ج"),
    ("ج", "غ"),
    ("ى", "ي"),
    ("ة", "ه"),
    ("أ", "ا"),
    ("إ", "ا"),
    ("ث", "ت"),
    ("و", ""),
    ("ا", ""),
    ("ي", ""),
]


def swapped(name: str, dice: random.Random, pairs: list[tuple[str, str]], most: int = 2) -> str:
    """With the first of some letters in place of others."""
    fitting = [(old, new) for old, new in pairs if old in name[1:]]
    for old, new in dice.sample(fitting, min(most, len(fitting))):
        name = name[0] + name[1:].replace(old, new, 1)
    return name


def slip(name: str, dice: random.Random) -> str:
    """One letter after the first dropped, doubled, changed, or swapped with the next."""
    places = [at for at in range(1, len(name) - 1) if name[at].isalpha() and name[at + 1].isalpha()]
    at, kind = dice.choice(places or [1]), dice.randrange(4)
    letters = "ابتدرسفقكلمنهوي" if name[at] > "z" else "abcdefghiklmnoprstuvwyz"
    instead = ("", name[at] * 2, dice.choice(letters), name[at + 1] + name[at])[kind]
    return name[:at] + instead + name[at + 1 + (kind == 3) :]


WAYS: dict[str, Callable[[str, random.Random], str]] = {
    "as it is, small": lambda name, dice: name.lower(),
    "digits": lambda name, dice: swapped(name.lower(), dice, list(DIGITS.items())),
    "one slip": lambda name, dice: slip(name.lower(), dice),
    "as heard": lambda name, dice: swapped(name.lower(), dice, SOUNDS_AR if name[0] > "ɏ" else SOUNDS),
    "letters apart": lambda name, dice: " ".join(name.lower().replace(" ", "")),
    "dots inside": lambda name, dice: ".".join(name.lower().replace(" ", "")),
    "no spaces": lambda name, dice: name.lower().replace(" ", ""),
    "letters held": lambda name, dice: (lambda at: name[:at] + name[at] * 3 + name[at:])(dice.randrange(len(name))),
    "look-alikes": lambda name, dice: swapped(name.lower(), dice, list(LOOKALIKES.items()), 3),
    "marks": lambda name, dice: "".join(sign + dice.choice(("", "\u0301", "\u200d", "ـ", "\u064e")) for sign in name),
}
SCRIPTS = {"digits": "en", "look-alikes": "en"}
"""What is done to the letters of one script only."""


def people() -> list[dict[str, list[str]]]:
    """Each with the names in Latin and in Arabic letters."""
    found = []
    for lines in yaml.safe_load(TABLE.read_text("utf-8")).values():
        for line in lines.splitlines():
            latin, _, arabic = line.partition("/")
            found.append({"en": split(latin), "ar": split(arabic)})
    return found


def split(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]


def is_refused(prompt: str) -> bool:
    try:
        understand(prompt)
    except RealPersonError:
        return True
    except InputError:
        return False
    return False


def share(found: list[bool]) -> str:
    return f"{sum(found):4d} of {len(found):4d}  {100 * sum(found) / max(len(found), 1):5.1f} %"


def measure_recall(half: int, seed: int, missed: bool) -> None:
    """Print how many of the names are refused, for each way to spell them otherwise."""
    dice, chosen, total = random.Random(seed), people()[half::2], []
    for way, spell in WAYS.items():
        for script in ("en", "ar"):
            if SCRIPTS.get(way, script) != script:
                continue
            prompts = [
                dice.choice(FRAMES[script]).format(spell(person[script][0], dice))
                for person in chosen
                if person[script]
            ]
            refused = [is_refused(prompt) for prompt in prompts]
            total += refused
            print(f"{way:18s} {script}  {share(refused)}")
            if missed:
                print("   ", [prompt for prompt, ok in zip(prompts, refused, strict=True) if not ok][:12])
    print(f"{'all':18s}     {share(total)}")


def measure_other_alphabet(half: int) -> None:
    """Print how many names are known by their consonants where the table has them in the other alphabet only."""
    both = [person for person in people()[half::2] if person["en"] and person["ar"]]
    for script, other in (("en", "ar"), ("ar", "en")):
        table = [
            known._Entry(known.PERSON, entry)
            for person in both
            for name in person[other]
            for entry in [tuple(known.fold(name).split())]
        ]
        full, known._table = known._table, lambda table=table: known._Table(table, frozenset())
        known._entries.cache_clear()
        known._is_common.cache_clear()
        try:
            found = [any(hit.kind == known.PERSON for hit in known.find(person[script][0])) for person in both]
        finally:
            known._table = full
            known._entries.cache_clear()
            known._is_common.cache_clear()
        print(f"only known in {other}   {script}  {share(found)}")


def measure_mistakes() -> None:
    """Print how many ordinary prompts are refused as names, as undressed, or as about a child's body."""
    prompts = (ROOT / "tests/avatars/ordinary_prompts.txt").read_text("utf-8").splitlines()
    prompts += [row["prompt"] for row in json.loads((ROOT / "tests/avatars/prompts.json").read_text("utf-8"))]
    sys.path.insert(0, str(ROOT / "tests/avatars"))
    import test_prompt

    prompts += [prompt for prompt, _ in (*test_prompt.ENGLISH, *test_prompt.ARABIC)] + test_prompt.NOT_NAMES
    wrong = [prompt for prompt in prompts if is_refused(prompt) or is_indecent(prompt)]
    print(f"ordinary prompts refused: {len(wrong)} of {len(prompts)}", *wrong, sep="\n   ")


def is_indecent(prompt: str) -> bool:
    try:
        understand(prompt)
    except InputError as error:
        return "The prompt says" in error.message
    return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", type=int, default=0, choices=(0, 1), help="which people")
    parser.add_argument("--seed", type=int, default=0, help="of the spellings")
    parser.add_argument("--missed", action="store_true", help="show what passed")
    given = parser.parse_args()
    measure_recall(given.half, given.seed, given.missed)
    measure_other_alphabet(given.half)
    measure_mistakes()


if __name__ == "__main__":
    main()
