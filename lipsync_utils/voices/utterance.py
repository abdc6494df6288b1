"""What a synthesiser returns, and how it is written to disk."""

from __future__ import annotations

import json
import wave
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..media.files import written
from ..options import Cue
from ..records import Phoneme
from .sound import faded


@dataclass(frozen=True)
class Utterance:
    """Spoken text with the exact times of its sounds.

    Attributes:
        wave: ``(n,) float32`` mono in [-1, 1].
        rate: samples per second.
        text: what was spoken; for Arabic with its diacritics.
        language: ``"en"``, ``"ar"``, or the espeak-ng language when such a voice was asked for.
        phonemes: the sounds in order, from 0 to the end of ``wave`` without gaps or overlap; silence has ipa ``""``.
        sentences: what was asked for, word by word as it was written, and from its first to its last sound.
    """

    wave: np.ndarray
    rate: int
    text: str
    language: str
    phonemes: tuple[Phoneme, ...]
    sentences: tuple[Cue, ...] = ()

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.wave) / self.rate


def contiguous(phonemes: Iterable[Phoneme], duration_s: float) -> tuple[Phoneme, ...]:
    """Make a sequence of phonemes cover ``[0, duration_s]`` exactly.

    Each phoneme lasts until the next one starts; neighbouring silences become one; empty phonemes disappear; what lies
    before the first phoneme is silence. Only starts count, so a final silence must be given as a phoneme.
    """
    starts: list[tuple[float, Phoneme]] = []
    for phoneme in phonemes:
        start = float(min(max(phoneme.start_s, 0.0), duration_s))
        while starts and starts[-1][0] >= start:  # a later label that starts no later replaces an empty one
            starts.pop()
        starts.append((start, phoneme))
    if not starts or starts[0][0] > 0.0:
        starts.insert(0, (0.0, Phoneme("", 0.0, 0.0)))
    merged = [
        (start, phoneme) for i, (start, phoneme) in enumerate(starts) if phoneme.ipa or not i or starts[i - 1][1].ipa
    ]
    ends = [*(start for start, _ in merged[1:]), duration_s]
    return tuple(replace(p, start_s=a, end_s=b) for (a, p), b in zip(merged, ends, strict=True) if b > a)


def shifted(phonemes: Iterable[Phoneme], by_s: float) -> list[Phoneme]:
    """The same phonemes, later by ``by_s`` seconds."""
    return [replace(p, start_s=p.start_s + by_s, end_s=p.end_s + by_s) for p in phonemes]


def with_sentence(utterance: Utterance, text: str) -> Utterance:
    """The utterance, of one sentence, with that sentence as it was written."""
    sounding = [phoneme for phoneme in utterance.phonemes if phoneme.ipa]
    if not sounding:
        return utterance
    return replace(utterance, sentences=(Cue(sounding[0].start_s, sounding[-1].end_s, text),))


def _later(sentences: Iterable[Cue], by_s: float) -> tuple[Cue, ...]:
    return tuple(replace(cue, from_s=cue.from_s + by_s, to_s=cue.to_s + by_s) for cue in sentences)


def trimmed(utterance: Utterance, *, lead_s: float, tail_s: float) -> Utterance:
    """The utterance with exactly this much silence before its first and after its last sound."""
    sounding = [i for i, phoneme in enumerate(utterance.phonemes) if phoneme.ipa]
    if not sounding:
        return utterance
    rate, inner = utterance.rate, utterance.phonemes[sounding[0] : sounding[-1] + 1]
    first, last = round(inner[0].start_s * rate), round(inner[-1].end_s * rate)
    lead, tail = round(lead_s * rate), round(tail_s * rate)
    kept = utterance.wave[max(first - lead, 0) : last + tail]
    before = max(lead - first, 0)
    after = max(tail - (len(utterance.wave) - last), 0)
    wave = np.pad(faded(kept, rate, seconds=0.003), (before, after))
    by_s = (lead - first) / rate
    moved = shifted(inner, by_s)
    moved.append(Phoneme("", (last - first + lead) / rate, 0.0))
    return replace(
        utterance,
        wave=wave,
        phonemes=contiguous(moved, len(wave) / rate),
        sentences=_later(utterance.sentences, by_s),
    )


def join(parts: Sequence[Utterance], pauses_s: Sequence[float], *, text: str, language: str) -> Utterance:
    """Put utterances of one sample rate after each other, with ``pauses_s[i]`` of silence after part ``i``."""
    rate = parts[0].rate
    waves: list[np.ndarray] = []
    phonemes: list[Phoneme] = []
    sentences: list[Cue] = []
    samples = 0
    for part, pause_s in zip(parts, pauses_s, strict=True):
        phonemes += shifted(part.phonemes, samples / rate)
        sentences += _later(part.sentences, samples / rate)
        silence = np.zeros(round(pause_s * rate), np.float32)
        samples += len(part.wave)
        if len(silence):
            phonemes.append(Phoneme("", samples / rate, (samples + len(silence)) / rate))
        samples += len(silence)
        waves += [part.wave, silence]
    phonemes = contiguous(phonemes, samples / rate)
    return Utterance(np.concatenate(waves), rate, text, language, phonemes, tuple(sentences))


def write_utterance(utterance: Utterance, path: str | Path, *, phonemes_path: str | Path | None = None) -> None:
    """Write the sound as 16-bit mono WAV and, if asked for, the phoneme times as JSON.

    The JSON object has ``text``, ``language``, ``rate``, ``duration_s`` and ``phonemes``, a list of
    ``{"ipa", "start_s", "end_s", "stress"}`` with times in seconds.

    Raises:
        InputError: the utterance has no sound, or the name does not end in ``.wav``.
        OutputError: a file could not be written.
    """
    if not len(utterance.wave):
        raise InputError("Received an utterance without sound; an utterance of at least one sample is needed.")
    target = Path(path).expanduser()
    if target.suffix.lower() != ".wav":
        raise InputError("Cannot write {name!r}: the name must end in .wav.", name=target.name)
    pcm = np.round(np.clip(utterance.wave, -1.0, 1.0) * 32767.0).astype("<i2")
    with written(target, what="sound") as temporary, temporary.open("wb") as stream, wave.open(stream) as file:
        file.setparams((1, 2, utterance.rate, 0, "NONE", None))
        file.writeframes(pcm.tobytes())
    if phonemes_path is not None:
        with written(Path(phonemes_path), what="file of phonemes") as temporary:
            temporary.write_text(_as_json(utterance), encoding="utf-8", newline="\n")


def _as_json(utterance: Utterance) -> str:
    """One phoneme per line, so that differences are readable."""
    head = {
        "text": utterance.text,
        "language": utterance.language,
        "rate": utterance.rate,
        "duration_s": round(utterance.duration_s, 4),
    }
    rows = [replace(p, start_s=round(p.start_s, 4), end_s=round(p.end_s, 4)) for p in utterance.phonemes]
    lines = ",\n".join(f"  {json.dumps(asdict(row), ensure_ascii=False)}" for row in rows)
    return json.dumps(head, ensure_ascii=False, indent=1)[:-2] + f',\n "phonemes": [\n{lines}\n ]\n}}\n'
