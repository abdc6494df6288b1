"""What the mouth looks like for each sound: IPA symbols to poses in ARKit coefficients, English and Arabic.

The poses are those of the literature, in the units of Apple's ARKit blendshapes (ARFaceAnchor.BlendShapeLocation):
jaw and lip targets after JALI (Edwards, Landreth, Fiume, Singh, SIGGRAPH 2016: lip-heavy sounds, sibilants that narrow
the jaw, obligatory closures), vowel height and rounding after the IPA chart, Arabic after Watson, *The Phonology and
Morphology of Arabic* (2002) and Zeroual et al. (2011) (pharyngeals with an open jaw, emphatics with slightly protruded
lips). Magnitudes are those of natural speech, about half of what the shapes allow.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

CHANNELS = (
    "jawOpen",
    "jawForward",
    "mouthClose",
    "mouthFunnel",
    "mouthPucker",
    "mouthSmile",
    "mouthStretch",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugLower",
    "mouthShrugUpper",
    "mouthPress",
    "mouthLowerDown",
    "mouthUpperUp",
    "tongueOut",
    "cheekPuff",
)
"""The independent channels; those in :data:`PAIRED` stand for a left and a right coefficient."""

PAIRED = ("mouthSmile", "mouthStretch", "mouthPress", "mouthLowerDown", "mouthUpperUp")

NAMES = tuple(
    name for channel in CHANNELS for name in ([f"{channel}Left", f"{channel}Right"] if channel in PAIRED else [channel])
)
"""ARKit names of the face curves, in the order of their columns."""


@dataclass(frozen=True)
class Viseme:
    """How one sound is articulated, as far as it can be seen.

    Attributes:
        kind: articulatory class; one of :data:`KINDS`.
        pose: target of each channel that is not zero.
        weight: how strongly it holds its jaw and lips against its neighbours, 0 to 1 (dominance).
        rounding: the same for protrusion (pucker and funnel).
        jaw_limit: the jaw is at most this open at its middle (sibilants, dentals).
    """

    kind: str
    pose: dict[str, float]
    weight: float
    rounding: float
    jaw_limit: float = 1.0


def _vowel(kind: str, jaw: float, *, pucker: float = 0.0, funnel: float = 0.0, spread: float = 0.0) -> Viseme:
    """Vowel from its height (jaw), rounding and spreading; the lips show more teeth the more they spread and open."""
    protruded = max(pucker, funnel)
    pose = {
        "jawOpen": jaw,
        "mouthPucker": pucker,
        "mouthFunnel": funnel,
        "mouthSmile": 0.55 * spread,
        "mouthStretch": 0.6 * spread,
        "mouthLowerDown": 0.08 + 0.28 * jaw + 0.2 * spread if protruded < 0.3 else 0.06,
        "mouthUpperUp": 0.03 + 0.15 * jaw + 0.1 * spread if protruded < 0.3 else 0.02,
        "jawForward": 0.06 * protruded,
    }
    rounding = 0.4 + 0.6 * min(1.0, 2.0 * protruded) + 0.8 * pucker
    return Viseme(kind, pose, weight=1.0 if jaw > 0.1 else 0.9, rounding=rounding)


def _consonant(kind: str, weight: float, *, rounding: float = 0.12, jaw_limit: float = 1.0, **pose: float) -> Viseme:
    return Viseme(kind, pose, weight=weight, rounding=rounding, jaw_limit=jaw_limit)


_SIBILANT = {"mouthStretch": 0.16, "mouthSmile": 0.1, "mouthLowerDown": 0.24, "mouthUpperUp": 0.1}
_EMPHATIC = {"mouthFunnel": 0.14, "mouthPucker": 0.1}

SILENCE = Viseme("silence", {}, weight=0.35, rounding=0.18)

_INVENTORY: tuple[tuple[str, Viseme], ...] = (
    # vowels: front unrounded, from close to open
    ("i ɨ ᵻ", _vowel("i", 0.11, spread=0.42)),
    ("ɪ", _vowel("i", 0.15, spread=0.28)),
    ("e", _vowel("e", 0.23, spread=0.33)),
    ("ɛ", _vowel("e", 0.34, spread=0.28)),
    ("æ", _vowel("a", 0.5, spread=0.3)),
    ("a", _vowel("a", 0.56, spread=0.12)),
    # central
    ("ə ᵊ ɘ", _vowel("schwa", 0.17)),
    ("ɐ", _vowel("schwa", 0.3)),
    ("ʌ ɤ", _vowel("a", 0.38)),
    ("ɜ ɚ ɝ ɵ", _vowel("schwa", 0.23, pucker=0.14, funnel=0.18)),
    # back and rounded
    ("ɑ", _vowel("a", 0.57)),
    ("ɒ", _vowel("o", 0.46, funnel=0.3, pucker=0.1)),
    ("ɔ", _vowel("o", 0.39, funnel=0.4, pucker=0.25)),
    ("o", _vowel("o", 0.25, funnel=0.36, pucker=0.45)),
    ("ʊ", _vowel("u", 0.16, pucker=0.5, funnel=0.25)),
    ("u ʉ", _vowel("u", 0.11, pucker=0.7, funnel=0.2)),
    ("ɯ", _vowel("i", 0.13, spread=0.2)),
    ("y ʏ", _vowel("u", 0.12, pucker=0.6, funnel=0.15)),
    ("ø", _vowel("u", 0.2, pucker=0.42, funnel=0.3)),
    ("œ ɶ", _vowel("o", 0.32, pucker=0.3, funnel=0.32)),
    # lips
    ("p b ɓ ʙ", _consonant("bilabial", 0.5, jawOpen=0.12)),
    ("m ɱ", _consonant("bilabial", 0.5, jawOpen=0.14)),
    ("f v ʋ ⱱ", _consonant("labiodental", 0.7, jaw_limit=0.14, jawOpen=0.1)),
    ("w ʍ", _consonant("w", 0.9, rounding=1.6, jaw_limit=0.14, jawOpen=0.07, mouthPucker=0.75, mouthFunnel=0.22)),
    ("ɥ", _consonant("w", 0.8, rounding=0.9, jaw_limit=0.14, jawOpen=0.08, mouthPucker=0.6)),
    ("β ɸ", _consonant("w", 0.7, jaw_limit=0.1, jawOpen=0.06, mouthPress=0.05)),
    # teeth and tongue tip
    ("θ ð", _consonant("dental", 0.6, jaw_limit=0.22, jawOpen=0.15, mouthLowerDown=0.18)),
    ("t d ɗ ʈ ɖ", _consonant("alveolar", 0.55, jaw_limit=0.24, jawOpen=0.12, mouthLowerDown=0.14, mouthUpperUp=0.04)),
    ("n ɲ ɳ", _consonant("alveolar", 0.5, jaw_limit=0.26, jawOpen=0.13, mouthLowerDown=0.13, mouthUpperUp=0.04)),
    ("l ɫ ʎ ɭ ɬ ɮ", _consonant("alveolar", 0.4, jawOpen=0.18, mouthLowerDown=0.16, tongueOut=0.06)),
    ("s z ʦ ʣ", _consonant("sibilant", 0.9, rounding=0.3, jaw_limit=0.1, jawOpen=0.06, **_SIBILANT)),
    (
        "ʃ ʒ ʧ ʤ ʂ ʐ ɕ ʑ ʨ ʥ ɧ",
        _consonant("postalveolar", 0.9, rounding=0.75, jaw_limit=0.11, jawOpen=0.07, mouthFunnel=0.48, mouthPucker=0.2,
                   mouthLowerDown=0.1, jawForward=0.05),
    ),
    # liquids and glides
    ("ɹ ɻ", _consonant("r", 0.55, rounding=0.55, jaw_limit=0.25, jawOpen=0.13, mouthFunnel=0.26, mouthPucker=0.24)),
    ("r ɾ ɽ", _consonant("alveolar", 0.35, jaw_limit=0.3, jawOpen=0.16, mouthLowerDown=0.14)),
    ("j ʝ", _consonant("i", 0.6, rounding=0.3, jawOpen=0.12, mouthSmile=0.2, mouthStretch=0.2, mouthLowerDown=0.14)),
    # back of the tongue and throat
    ("k ɡ g ŋ c ɟ ɠ ɴ", _consonant("velar", 0.3, jawOpen=0.18, mouthLowerDown=0.12)),
    ("x ɣ χ ʁ q ɢ ç ʀ ɰ", _consonant("velar", 0.35, jawOpen=0.24, mouthLowerDown=0.14)),
    ("ħ ʕ ʢ ʜ", _consonant("pharyngeal", 0.5, jawOpen=0.36, mouthLowerDown=0.18, mouthStretch=0.06)),
    ("h ɦ", _consonant("glottal", 0.12, jawOpen=0.2, mouthLowerDown=0.1)),
    ("ʔ", _consonant("glottal", 0.06, jawOpen=0.18)),
)  # fmt: skip

_TABLE = {symbol: viseme for symbols, viseme in _INVENTORY for symbol in symbols.split()}

_COMPOUND = {
    # one letter for two sounds, as in the alphabet of Kokoro's and hibari's phonemes (misaki)
    "A": "eɪ", "I": "aɪ", "O": "oʊ", "Q": "əʊ", "W": "aʊ", "Y": "ɔɪ", "T": "ɾ",
    # affricates are one gesture
    "tʃ": "ʧ", "dʒ": "ʤ", "ts": "ʦ", "dz": "ʣ", "tɕ": "ʨ", "dʑ": "ʥ", "tʂ": "ʂ", "dʐ": "ʐ", "pf": "pf",
}  # fmt: skip

KINDS = ("silence", *dict.fromkeys(viseme.kind for _, viseme in _INVENTORY))
"""Articulatory classes, silence first."""

_PHARYNGEALISED = "ˤˠ̴"
_ROUNDED = "ʷᵝ"
_VOWELS = frozenset("aeiouyæɐɑɒɔəɘɚɛɜɝɞɤɨɪɯɵøœɶʉʊʌʏᵊᵻ")
_NOT_SOUNDS = frozenset("|_-ˈˌ'ː:ˑ.,;!?…—↓↑→↗↘͜͡ \"()“”0123456789*")


@lru_cache(maxsize=4096)
def visemes_of(ipa: str) -> tuple[Viseme, ...]:
    """The one or more visemes of an IPA symbol, in their order; silence for the empty one.

    Diphthongs and clusters give one viseme per part. Length, stress and tone do not change the shape. A letter that is
    not in the table takes the pose of a similar one (a vowel: schwa; a consonant: t), never silence.

    Args:
        ipa: symbol such as ``"aɪ"``, ``"tʃ"``, ``"iː"``, ``"sˤ"``; misaki's capitals are understood.
    """
    text = _decomposed(ipa)
    letters = [c for c in text if c not in _NOT_SOUNDS]
    shapes: list[Viseme] = []
    i = 0
    while i < len(letters):
        pair = "".join(letters[i : i + 2])
        width = 2 if len(pair) == 2 and pair in _COMPOUND else 1
        symbol = _COMPOUND.get(pair[:width], pair[:width])
        i += width
        if len(symbol) == 1 and _is_modifier(symbol):
            if shapes:
                shapes[-1] = _modified(shapes[-1], symbol)
            continue
        shapes.extend(_TABLE.get(letter) or _similar(letter) for letter in symbol)
    return tuple(shapes) or (SILENCE if not letters else _similar("ə"),)


def is_vowel(viseme: Viseme) -> bool:
    """Whether the sound is a vowel (its opening follows stress and loudness)."""
    return viseme.kind in ("i", "e", "a", "schwa", "o", "u") and viseme.weight >= 0.9


def is_known(ipa: str) -> bool:
    """Whether every letter of the symbol is in the table (nothing is guessed)."""
    text = _decomposed(ipa)
    letters = [c for c in text if c not in _NOT_SOUNDS]
    return all(c in _TABLE or c in _COMPOUND or _is_modifier(c) for c in letters)


def _decomposed(ipa: str) -> str:
    """Accents apart from their letters, except for ç, which is a letter of its own."""
    return unicodedata.normalize("NFD", ipa).replace("c\u0327", "\u00e7")


def _is_modifier(letter: str) -> bool:
    return unicodedata.category(letter) in ("Mn", "Lm", "Sk", "Lo") and letter not in _TABLE


def _modified(viseme: Viseme, mark: str) -> Viseme:
    """The viseme with a secondary articulation."""
    if mark in _PHARYNGEALISED:
        pose = {**viseme.pose, **{k: max(v, viseme.pose.get(k, 0.0)) for k, v in _EMPHATIC.items()}}
        return Viseme(viseme.kind, pose, viseme.weight, max(viseme.rounding, 0.4), viseme.jaw_limit)
    if mark in _ROUNDED:
        pose = {**viseme.pose, "mouthPucker": 0.5, "mouthFunnel": 0.25}
        return Viseme(viseme.kind, pose, viseme.weight, 0.8, viseme.jaw_limit)
    return viseme


def _similar(letter: str) -> Viseme:
    """A stand-in for a letter that is not in the table."""
    base = unicodedata.normalize("NFD", letter)[0].lower()
    return _TABLE.get(base) or _TABLE["ə" if base in _VOWELS else "t"]
