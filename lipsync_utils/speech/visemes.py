"""What the mouth looks like for each sound: IPA symbols to poses in ARKit coefficients, English and Arabic.

The poses are those of the literature, in the units of Apple's ARKit blendshapes (ARFaceAnchor.BlendShapeLocation):
jaw and lip targets after JALI (Edwards, Landreth, Fiume, Singh, SIGGRAPH 2016: lip-heavy sounds, sibilants that narrow
the jaw, obligatory closures), vowel height and rounding after the IPA chart, Arabic after Watson, *The Phonology and
Morphology of Arabic* (2002) and Zeroual et al. (2011) (pharyngeals with an open jaw, emphatics with slightly protruded
lips). Magnitudes are those of natural speech, about half of what the shapes allow.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache

from ..tables import read_table

_DATA = read_table("visemes.yaml")

CHANNELS = tuple(_DATA["channels"])
"""The independent channels; those in :data:`PAIRED` stand for a left and a right coefficient."""

PAIRED = tuple(_DATA["paired"])

LEARNED_CHANNELS = tuple(_DATA["learned"])
"""Channels that the network predicts; the others follow from the contacts."""

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
    rounding: float = 0.12
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


SILENCE = Viseme("silence", {}, weight=0.35, rounding=0.18)

_INVENTORY = {symbols: _vowel(**row) for symbols, row in _DATA["vowels"].items()}
_INVENTORY |= {symbols: Viseme(**row) for symbols, row in _DATA["consonants"].items()}
_TABLE = {symbol: viseme for symbols, viseme in _INVENTORY.items() for symbol in symbols.split()}

KINDS = ("silence", *dict.fromkeys(viseme.kind for viseme in _INVENTORY.values()))
"""Articulatory classes, silence first."""

_COMPOUND = _DATA["compounds"]
_SYMBOL = re.compile("|".join([*_COMPOUND, "."]), re.DOTALL)  # a compound, or else one letter
_EMPHATIC = {"mouthFunnel": 0.14, "mouthPucker": 0.1}
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
    letters = _letters(ipa)
    shapes: list[Viseme] = []
    for found in _SYMBOL.findall(letters):
        symbol = _COMPOUND.get(found, found)
        if len(symbol) > 1 or not _is_modifier(symbol):
            shapes.extend(_TABLE.get(letter) or _similar(letter) for letter in symbol)
        elif shapes:
            shapes[-1] = _modified(shapes[-1], symbol)
    return tuple(shapes) or (_similar("ə") if letters else SILENCE,)


def is_vowel(viseme: Viseme) -> bool:
    """Whether the sound is a vowel (its opening follows stress and loudness)."""
    return viseme.kind in ("i", "e", "a", "schwa", "o", "u") and viseme.weight >= 0.9


def _letters(ipa: str) -> str:
    """What can be seen of a symbol: accents stand apart from their letters, except for ç, a letter of its own."""
    decomposed = unicodedata.normalize("NFD", ipa).replace("c\u0327", "\u00e7")
    return "".join(c for c in decomposed if c not in _NOT_SOUNDS)


def _is_modifier(letter: str) -> bool:
    return unicodedata.category(letter) in ("Mn", "Lm", "Sk", "Lo") and letter not in _TABLE


def _modified(viseme: Viseme, mark: str) -> Viseme:
    """The viseme with a secondary articulation."""
    pose = viseme.pose
    if mark in _PHARYNGEALISED:
        emphatic = {channel: max(value, pose.get(channel, 0.0)) for channel, value in _EMPHATIC.items()}
        return replace(viseme, pose=pose | emphatic, rounding=max(viseme.rounding, 0.4))
    if mark in _ROUNDED:
        return replace(viseme, pose=pose | {"mouthPucker": 0.5, "mouthFunnel": 0.25}, rounding=0.8)
    return viseme


def _similar(letter: str) -> Viseme:
    """A stand-in for a letter that is not in the table."""
    base = unicodedata.normalize("NFD", letter)[0].lower()
    return _TABLE.get(base) or _TABLE["ə" if base in _VOWELS else "t"]
