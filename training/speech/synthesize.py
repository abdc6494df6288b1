"""Make the training data: timed synthetic speech, its gestures and classes, in training/speech/cache/.

    python training/speech/synthesize.py [--seed 0] [--only SOURCE ...] [--workers 2] [--targets-only]

Each source is made in pieces of ten minutes. A piece depends on the seed and its number only, and pieces that are there
stay: it can be stopped and started again. Nothing is downloaded while it runs: hibari's voice and espeak-ng's data come
with the extra ``train``; how to get the other voices is told in ``natural.py``.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import librosa
import numpy as np
import texts_arabic
import texts_english
from natural import Festival, Flite, Joe, Kokoro, english_symbols, foreign_symbols, natural_voice
from texts_other import SENTENCES

from lipsync_utils.audio import HOP
from lipsync_utils.records import CURVE_RATE, SAMPLE_RATE, Phoneme
from lipsync_utils.speech.ear import LEARNED_COLUMNS
from lipsync_utils.speech.phonetics import gestures, segments_of
from lipsync_utils.speech.visemes import KINDS
from lipsync_utils.voices.espeak_voice import EspeakVoice
from lipsync_utils.voices.hibari_voice import hibari_voice

CACHE = Path(__file__).parent / "cache"
HOURS = {
    "kokoro": 1.33,
    "kokoro-arabic": 0.5,
    "kokoro-other": 0.17,
    "hibari": 2.8,
    "flite": 1.5,
    "english": 1.0,
    "arabic": 2.0,
    "other": 1.0,
}
"""Of each source for training. Kokoro takes about as long as its speech on a core, all others a quarter of an hour."""

PIECE_S = 600.0
VALID_S = 180.0
"""Speech in a piece for training, and in the one that each source has for validation."""

MARGIN_S = 0.4
HELD_OUT_VARIANTS = ("f4", "m7")
"""espeak-ng speakers that are in no training data."""

ACCENTS = ("en-us", "en-us", "en", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029")
VARIANTS = """
m1 m2 m3 m4 m5 m6 m8 f1 f2 f3 f5 Alex Alicia Andrea Andy Annie Denis Diogo Gene Gene2 Henrique Hugo Jacky Lee
Marco Mario Michael Mike Nguyen Reed Storm adam anika antonio aunty belinda benjamin boris caleb david ed
edward edward2 grandma grandpa gustave ian iven iven2 iven3 iven4 john kaukovalta klatt klatt2 klatt3 klatt4
klatt5 linda marcelo max michel miguel mike2 norbert pablo paul pedro quincy rob robert sandro shelby steph
steph2 steph3 travis victor zac whisper
""".split()  # noqa: SIM905


READ_ENGLISH = ("english", "hibari", "flite", "kokoro", "joe", "festival")
"""Sources that read the English texts."""


@dataclass(frozen=True)
class Item:
    """One utterance, ready for training. Times of ``phonemes`` include the margins."""

    source: str
    wave: np.ndarray  # (n,) float32
    phonemes: tuple[Phoneme, ...]


class Speaker:
    """Draws utterances of one source; the same seed and piece draw the same."""

    def __init__(self, source: str, seed: int, *, held_out: bool = False, piece: int = 0) -> None:
        self.source, self.held_out = source, held_out
        self.rng = random.Random(f"{source} {seed} {held_out}" + (f" {piece}" if piece else ""))
        rare = texts_english.rare_words() if source in READ_ENGLISH else []
        self.rare = [w for i, w in enumerate(rare) if (i % 20 == 0) == held_out]  # those are in no training text

    def utter(self) -> Item:
        """The next utterance."""
        rng = self.rng
        if self.source == "hibari":
            stretch = rng.choice((1.0, 1.0, rng.uniform(0.74, 0.9), rng.uniform(0.85, 1.18)))  # voice and vocal tract
            text = texts_english.sentence(rng, self.rare)
            pitch = rng.uniform(0.85, 1.12) if rng.random() < 0.6 else 1.0
            speed = min(rng.uniform(0.8, 1.35) / stretch, 1.7)
            spoken = hibari_voice().speak(text, speed=speed, pitch=pitch, seed=rng.randrange(1 << 30))
        elif self.source in ("flite", "joe", "festival"):
            stretch = 1.0 if self.held_out else rng.uniform(0.88, 1.12)
            spoken = self._natural()
        elif self.source.startswith("kokoro"):
            stretch = 1.0 if self.held_out else rng.uniform(0.82, 1.15)  # four of its five speakers are women
            spoken = self._natural()
        else:
            stretch = rng.uniform(0.88, 1.14)
            spoken = self._espeak().speak(self._text())
        return prepared(self.source, spoken, stretch)

    def _text(self) -> str:
        if self.source in READ_ENGLISH:
            return texts_english.sentence(self.rng, self.rare)
        if self.source in ("arabic", "kokoro-arabic"):
            return texts_arabic.sentence(self.rng)
        return self.rng.choice(SENTENCES[self.language])

    def _symbols(self) -> str:
        """A text in phonetic symbols."""
        if self.source == "kokoro-other":
            self.language = self.rng.choice(list(SENTENCES))
            return "".join(foreign_symbols(self._text(), self.language))
        return "".join((foreign_symbols if self.source == "kokoro-arabic" else english_symbols)(self._text()))

    def _natural(self):
        """An utterance of one of the voices of ``natural.py``."""
        if self.source in ("flite", "festival"):
            return natural_voice(Flite if self.source == "flite" else Festival).speak(self._text(), self.rng)
        sentence = next(s for s in iter(self._symbols, None) if len(s) > 8)
        if self.source == "joe":
            return natural_voice(Joe).speak(sentence, self.rng)
        return natural_voice(Kokoro).speak(sentence, self.rng, held_out=self.held_out)

    def _espeak(self) -> EspeakVoice:
        rng = self.rng
        self.language = {"english": rng.choice(ACCENTS), "arabic": "ar"}.get(self.source) or rng.choice(list(SENTENCES))
        return EspeakVoice(
            self.language,
            rng.choice(HELD_OUT_VARIANTS if self.held_out else VARIANTS),
            words_per_minute=rng.randint(105, 230),
            pitch=rng.randint(15, 85),
            pitch_range=rng.randint(20, 90),
            word_gap=rng.choice((0, 0, 0, 1, 3)),
        )


def prepared(source: str, spoken, stretch: float) -> Item:
    """16 kHz, ``stretch`` times higher and faster (as if the voice were smaller), silence on both sides."""
    rate = round(spoken.rate * stretch)
    wave = librosa.resample(spoken.wave, orig_sr=rate, target_sr=SAMPLE_RATE, res_type="soxr_mq")
    scale = len(wave) / SAMPLE_RATE / spoken.duration_s
    margin = np.zeros(round(MARGIN_S * SAMPLE_RATE), np.float32)
    wave = np.concatenate([margin, wave * (0.1 / (np.sqrt(np.mean(wave**2)) + 1e-9)), margin]).astype(np.float32)
    shifted = tuple(
        Phoneme(p.ipa, p.start_s * scale + MARGIN_S, p.end_s * scale + MARGIN_S, p.stress) for p in spoken.phonemes
    )
    end = len(wave) / SAMPLE_RATE
    return Item(source, wave, (Phoneme("", 0.0, MARGIN_S), *shifted, Phoneme("", shifted[-1].end_s, end)))


def target_rows(phonemes: tuple[Phoneme, ...], wave: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Targets ``(T, 9 + 4 + 1) float16`` (pose, contacts, activity) and classes ``(T,) uint8``."""
    rows = len(wave) * CURVE_RATE // SAMPLE_RATE
    planned = gestures(phonemes, duration_s=rows / CURVE_RATE, wave=wave)
    target = np.concatenate([planned.pose[:, LEARNED_COLUMNS], planned.contacts, planned.activity[:, None]], axis=1)
    kinds = np.zeros(rows, np.uint8)
    for segment in segments_of(phonemes):
        first, last = round(segment.start_s * CURVE_RATE), round(segment.end_s * CURVE_RATE)
        kinds[first:last] = KINDS.index(segment.viseme.kind)
    return target.astype(np.float16), kinds


@contextlib.contextmanager
def when_complete(path: Path) -> Iterator[BinaryIO]:
    """A file to write, which has its name when it is complete."""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        yield file
    part.rename(path)


def piece_path(name: str, source: str, piece: int, what: str) -> Path:
    """Where the ``speech`` or the ``targets`` of a piece lie; ``name`` is ``train`` or ``valid``."""
    return CACHE / f"{name}_{source}_{piece:03d}_{what}.npz"


def pieces(name: str, source: str) -> int:
    """How many pieces a source has."""
    return 1 if name == "valid" else round(HOURS[source] * 3600 / PIECE_S)


def write(name: str, source: str, piece: int, seed: int) -> str:
    """A piece, unless it is there: sound as int16 in whole rows, utterance after utterance, and their phonemes."""
    path = piece_path(name, source, piece, "speech")
    if path.exists():
        return f"{path.name} is there"
    speaker = Speaker(source, seed, held_out=name == "valid" and source not in ("other", "kokoro-other"), piece=piece)
    waves, spoken, seconds, begun = [], [], 0.0, time.perf_counter()
    while seconds < (PIECE_S if name == "train" else VALID_S):
        item = speaker.utter()
        whole = len(item.wave) // HOP * HOP
        waves.append(np.round(np.clip(item.wave[:whole], -1, 1) * 32767).astype(np.int16))
        spoken.append([(p.ipa, round(p.start_s, 4), round(p.end_s, 4), p.stress) for p in item.phonemes])
        seconds += whole / SAMPLE_RATE
    ends = np.cumsum([len(wave) for wave in waves])
    with when_complete(path) as file:
        np.savez(file, wave=np.concatenate(waves), ends=ends, phonemes=json.dumps(spoken))
    return f"{path.name}: {len(waves)} utterances, {seconds:.0f} s in {time.perf_counter() - begun:.0f} s"


def write_targets(name: str, source: str, piece: int) -> None:
    """What the network is to say to that speech; to be repeated when the phonetics change."""
    file = np.load(piece_path(name, source, piece, "speech"))
    wave, ends = file["wave"], file["ends"]
    parts = []
    for start, end, spoken in zip([0, *ends[:-1]], ends, json.loads(str(file["phonemes"])), strict=True):
        phonemes = tuple(Phoneme(*fields) for fields in spoken)
        parts.append(target_rows(phonemes, wave[start:end].astype(np.float32) / 32768.0))
    target, kind = (np.concatenate(column) for column in zip(*parts, strict=True))
    with when_complete(piece_path(name, source, piece, "targets")) as file:
        np.savez(file, target=target, kind=kind)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="+", choices=HOURS, default=list(HOURS), help="these sources")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--targets-only", action="store_true", help="keep the speech, make its targets again")
    options = parser.parse_args()
    CACHE.mkdir(exist_ok=True)
    wanted = [("valid", source, 0) for source in options.only]
    wanted += [("train", source, piece) for source in options.only for piece in range(pieces("train", source))]
    # A process of its own for each piece: espeak-ng goes on from what it said before.
    with ProcessPoolExecutor(options.workers, max_tasks_per_child=1) as pool:
        if not options.targets_only:
            for said in pool.map(write, *zip(*wanted, strict=True), [options.seed] * len(wanted)):
                print(said, flush=True)
        there = [piece for piece in wanted if piece_path(*piece, "speech").exists()]
        list(pool.map(write_targets, *zip(*there, strict=True)))
    print(f"targets of {len(there)} pieces written", flush=True)


if __name__ == "__main__":
    main()
