"""What the speech model has to beat on real lips: loudness alone, and a phoneme recogniser with the same visemes."""

from __future__ import annotations

import numpy as np

from lipsync_utils.audio import HOP
from lipsync_utils.records import SAMPLE_RATE, Phoneme
from lipsync_utils.speech import lip_opening
from lipsync_utils.speech.phonetics import targets

_IPA = {
    "AA": "ɑ", "AE": "æ", "AH": "ʌ", "AO": "ɔ", "AW": "aʊ", "AY": "aɪ", "B": "b", "CH": "tʃ", "D": "d", "DH": "ð",
    "EH": "ɛ", "ER": "ɜ", "EY": "eɪ", "F": "f", "G": "ɡ", "HH": "h", "IH": "ɪ", "IY": "i", "JH": "dʒ", "K": "k",
    "L": "l", "M": "m", "N": "n", "NG": "ŋ", "OW": "oʊ", "OY": "ɔɪ", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ",
    "T": "t", "TH": "θ", "UH": "ʊ", "UW": "u", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ",
}  # fmt: skip


def loudness(wave: np.ndarray) -> np.ndarray:
    """Root mean square of 10 ms of ``(n,)``, smoothed over 60 ms: ``(T,)`` at 100 Hz."""
    rows = np.pad(wave, (0, -len(wave) % HOP)).reshape(-1, HOP)
    window = np.hanning(13)
    return np.convolve(np.sqrt(np.mean(rows**2, axis=1)), window / window.sum(), mode="same")


def recognised_opening(wave: np.ndarray) -> np.ndarray | None:
    """Lip opening at 100 Hz from PocketSphinx' phonemes (allphone mode); None where it is not installed."""
    try:
        from pocketsphinx import Decoder, get_model_path
    except ImportError:
        return None
    decoder = Decoder(
        hmm=get_model_path("en-us/en-us"),
        allphone=get_model_path("en-us/en-us-phone.lm.bin"),
        lw=2.0,
        beam=1e-20,
        pbeam=1e-20,
        loglevel="FATAL",
    )
    level = np.sqrt(np.mean(wave**2)) + 1e-9
    decoder.start_utt()
    pcm = np.round(np.clip(wave * (0.1 / level), -1.0, 1.0) * 32767.0).astype(np.int16)
    decoder.process_raw(pcm.tobytes(), no_search=False, full_utt=True)
    decoder.end_utt()
    heard = [Phoneme(_IPA.get(s.word, ""), s.start_frame / 100, (s.end_frame + 1) / 100, 1) for s in decoder.seg()]
    return lip_opening(targets(heard, duration_s=len(wave) / SAMPLE_RATE, wave=wave))
