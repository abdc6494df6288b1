"""Natural English speech through hibari (Apache-2.0, https://github.com/MMWilliams/hibari), with phoneme times.

The ONNX graph of hibari predicts how long each symbol lasts before it predicts the sound. That tensor is not among the
graph's outputs; it is added to them in memory, in the serialised model.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..choices import one_of
from ..errors import AssetError, InputError, MissingExtraError
from ..records import Phoneme
from .timbre import Timbre, converted
from .timing import with_measured_pauses
from .utterance import Utterance, join

LAG_S = 0.048
"""How much later than the sound the predicted durations are: the mean over 300 closures, frication edges and vowel
onsets in 30 sentences."""

_DURATIONS = "/Clip_output_0"
_FRAME_S = 0.025

# The symbols of misaki, which hibari speaks, that are not IPA.
_IPA = dict(zip("AIWYOQʤʧTᵊᵻ", ["eɪ", "aɪ", "aʊ", "ɔɪ", "oʊ", "əʊ", "dʒ", "tʃ", "ɾ", "ə", "ɪ"], strict=True))
_STRESS = {"ˈ": 1, "ˌ": 2}
_LONG = "ː"
_PAUSES = frozenset(".,;:!?…—")


class HibariVoice:
    """One hibari voice, loaded.

    Args:
        name: ``"heart"`` (American woman) comes with the package; the others are fetched once on first use.

    Raises:
        MissingExtraError: ``hibari-tts`` is not installed.
        InputError: there is no such voice.
        AssetError: the voice has to be fetched and cannot be.
    """

    def __init__(self, name: str = "heart") -> None:
        try:
            import onnxruntime
            from hibari import Hibari
            from hibari.voices import VOICES, voice_path
        except ImportError as error:
            raise MissingExtraError("The English voice", "speech") from error
        one_of("English voice", name, tuple(VOICES))
        try:
            path = voice_path(name)
        except (RuntimeError, OSError) as error:
            raise AssetError(
                "The voice {name!r} could not be fetched: {error}. The voice 'heart' needs no network.",
                name=name,
                error=str(error),
            ) from error
        self._hibari = Hibari(name, model=path)
        model = Path(path).read_bytes() + extra_graph_output(_DURATIONS)
        self._session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])

    def sentences(self, text: str) -> list[str]:
        """Sentences of an English text; titles ("Dr. Smith") and initials do not end one."""
        return self._hibari.split_sentences(text)

    def speak(
        self, text: str, *, speed: float = 1.0, pitch: float = 1.0, seed: int = 0, timbre: Timbre | None = None
    ) -> Utterance:
        """Speak one sentence as it is (no loudness), with phoneme times.

        Args:
            text: a sentence in English.
            speed: 0.5 (slow) to 2.0 (fast).
            pitch: factor on the fundamental frequency.
            seed: fixes the noise part of the sound.
            timbre: another speaker, made of this one; its rate counts on top of ``speed``.

        Raises:
            InputError: nothing speakable in the text.
        """
        from hibari import SAMPLE_RATE, dsp

        rng = np.random.default_rng(seed)
        parts: list[Utterance] = []
        for symbols in self._hibari.phonemize(text):
            known = [symbol for symbol in symbols if symbol in self._hibari.vocab]
            if not any(symbol.isalpha() for symbol in known):
                continue
            *spectra, f0, durations = self._run(known, speed if timbre is None else speed * timbre.rate)
            if timbre is not None:
                *spectra, f0 = converted(spectra, f0, timbre, seed=seed)
            wave = dsp.synth(*spectra, f0 * pitch, rng)
            timed = with_measured_pauses(_phonemes(known, durations), wave, SAMPLE_RATE)
            parts.append(Utterance(wave, SAMPLE_RATE, text, "en", tuple(timed)))
        if not parts:
            raise InputError(
                "Received the text {text!r}, in which there is nothing to speak; letters or digits are needed.",
                text=text[:40],
            )
        return join(parts, [0.0] * len(parts), text=text, language="en")

    def _run(self, symbols: list[str], speed: float) -> list[np.ndarray]:
        """Five spectral parts ``(601, F)``, pitch ``(F,)`` in Hz, durations ``(len(symbols) + 2,)`` in frames."""
        ids = [0, *(self._hibari.vocab[symbol] for symbol in symbols), 0]
        inputs = {"ids": np.array([ids], np.int64), "speed": np.array([speed], np.float32)}
        *parts, durations = self._session.run(None, inputs)
        return [*(part[0] for part in parts), durations.ravel()]


hibari_voice = functools.lru_cache(maxsize=2)(HibariVoice)
"""The loaded voice of a name, kept for the next sentence."""


def extra_graph_output(tensor: str) -> bytes:
    """Bytes that, put after a serialised ONNX ``ModelProto``, make an inner tensor an output of its graph.

    Protocol buffers define the concatenation of two messages as their merge: embedded messages are merged and repeated
    fields concatenated (https://protobuf.dev/programming-guides/encoding/#last-one-wins). So these bytes are a model
    that has nothing but ``graph`` (field 7) with one ``output`` (12) with a ``name`` (1).
    """

    def field(number: int, payload: bytes) -> bytes:
        return bytes([number << 3 | 2, len(payload)]) + payload  # wire type 2; lengths under 128 take one byte

    return field(7, field(12, field(1, tensor.encode())))


def _phonemes(symbols: list[str], durations: np.ndarray) -> list[Phoneme]:
    """Symbols and their durations in frames (with the pads at both ends) to phonemes; only starts are meant.

    A stress mark's time belongs to the vowel after it, a space's to the sound after it: there the sound changes.
    """
    edges = np.cumsum(durations) * _FRAME_S - LAG_S  # edges[i] is where symbol i starts
    phonemes = [Phoneme("", 0.0, 0.0)]
    stress, start = 0, None
    for symbol, edge in zip(symbols, edges.tolist(), strict=False):
        if start is None:
            start = max(edge, 0.0)
        if symbol in _STRESS:
            stress = _STRESS[symbol]
        elif symbol == _LONG:
            phonemes[-1] = replace(phonemes[-1], ipa=phonemes[-1].ipa + _LONG)
            start = None
        elif symbol.isalpha():
            phonemes.append(Phoneme(_IPA.get(symbol, symbol), start, start, stress))
            stress, start = 0, None
        elif symbol in _PAUSES:
            phonemes.append(Phoneme("", start, start))
            start = None
    phonemes.append(Phoneme("", max(float(edges[-2]), 0.0), 0.0))
    return phonemes
