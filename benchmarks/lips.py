"""Do the lips do what the voice says? Measured on the finished files, by finding the face in them afresh.

For each sample voice: ``lipsync run`` makes a video, the face mesh is found in every frame of that file (no knowledge
of what was rendered), and the gap between the inner lips (mean of the three middle pairs of points, across the mouth,
in units of the mouth's width at rest, freed of distance by the eyes) is compared with when the sounds are spoken.

*Closed* is measured, too. The same face is rendered with a voice as long in which nothing is heard, under the same
head motion: its lips are at rest, and what the face mesh reads there (mean m, deviation s) is what shut lips look like
to it. A gap counts as closed up to m + max(3 s, 0.012): three deviations of the measurement, but at least a hair that
nobody sees (0.6 pixels in a mouth 50 pixels wide). That this says something is shown by the open vowels, judged by the
same threshold: none of them may count as closed.

- bilabials closed: share of p, b, m whose smallest gap, over the frames whose middle lies in the sound, is closed.
- silence closed: share of closed frames among those from 200 ms after a sound to 120 ms before the next.
- open vowels closed: share of a, ae, ai, au (their first part in diphthongs) whose middle frame counts as closed.
- offset: shift between the measured gap and the opening that phonetics asks for (``lip_opening(targets(...))``, lead
  of the lips included), by cross-correlation with a parabola through the peak; positive: the video is late.
- rounding: median width of the mouth in u and w, divided by that in i.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from common import LANGUAGES, Row, at_least, parser, run_lipsync, sample_avatar, sample_voice, show
from common import silence_like as silent_voice

from lipsync_utils.records import CURVE_RATE, Phoneme
from lipsync_utils.speech import lip_opening, targets

HAIR = 0.012
"""A gap that nobody sees, in mouth widths."""

AFTER_SOUND_S, BEFORE_SOUND_S = 0.20, 0.12
"""The lips may take so long to come to rest, and may start so early."""

BILABIALS = {"p", "b", "m"}
OPEN_VOWELS = {"a", "æ", "ɑ", "aɪ", "aʊ"}
ROUNDED, SPREAD = {"u", "w"}, {"i"}
MAX_LAG = 10
MIN_SHARE = 0.95
MIN_REST = 0.99

_UPPER, _LOWER = (82, 13, 312), (87, 14, 317)


@dataclass(frozen=True)
class Lips:
    """The mouth in each frame of a file, as the face mesh sees it.

    Attributes:
        fps: frames per second.
        gap: ``(n,)`` between the inner lips, in distances between the outer eye corners; NaN without a face.
        width: ``(n,)`` between the mouth's corners, likewise.
    """

    fps: float
    gap: np.ndarray
    width: np.ndarray

    def frames_in(self, start_s: float, end_s: float) -> np.ndarray:
        """Frames whose middle is shown in that time; the nearest one if there is none."""
        middle = (np.arange(len(self.gap)) + 0.5) / self.fps
        inside = np.flatnonzero((middle >= start_s) & (middle < end_s))
        return inside if inside.size else np.array([np.argmin(np.abs(middle - (start_s + end_s) / 2))])


def main() -> None:
    make = parser(__doc__)
    make.add_argument("--face", type=Path, default=sample_avatar(), help="picture or video that speaks")
    make.add_argument("--languages", nargs="+", choices=LANGUAGES, default=LANGUAGES)
    make.add_argument("--videos", nargs="+", type=Path, help="finished videos of --face, one for each language")
    make.add_argument("--motion", choices=("natural", "still"), default="natural")
    make.add_argument("--seed", type=int, default=0)
    make.add_argument("--precise", action="store_true", help="find each face in eight views: ten times slower")
    make.add_argument("--list", action="store_true", dest="show_missed", help="name the sounds that were missed")
    args = make.parse_args()
    if args.videos and len(args.videos) != len(args.languages):
        make.error("--videos needs one file for each of --languages")
    extra = ("--motion", args.motion, "--seed", str(args.seed))
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for i, language in enumerate(args.languages):
            voice, rest = sample_voice(language), Path(folder) / "rest.mp4"
            video = args.videos[i] if args.videos else Path(folder) / f"{language}.mp4"
            if not args.videos:
                run_lipsync(args.face, voice, video, *extra)
            run_lipsync(args.face, silent_voice(voice, Path(folder) / "silent.wav"), rest, *extra)
            spoken, resting = measure(video, precise=args.precise), measure(rest, precise=args.precise)
            rows += judge(language, spoken, resting, phonemes_of(language), show_missed=args.show_missed)
    show(rows, as_json=args.as_json)


def measure(video: Path, *, precise: bool) -> Lips:
    """Follow the face through a file."""
    import av

    from lipsync_utils.faces.blazemesh import BlazeMeshDetector

    detector, face, found = BlazeMeshDetector(), None, []
    with av.open(str(video)) as container:
        fps = float(container.streams.video[0].average_rate)
        for frame in container.decode(video=0):
            image = frame.to_ndarray(format="rgb24")
            if face is not None:
                face = detector.refine(image, face.points, precise=precise)
            if face is None:
                faces = detector.detect(image, precise=precise)
                face = max(faces, key=lambda seen: seen.box[2] - seen.box[0]) if faces else None
            found.append(_gap_and_width(face.points) if face is not None else (np.nan, np.nan))
    gap, width = np.array(found).T
    return Lips(fps, gap, width)


def _gap_and_width(points: np.ndarray) -> tuple[float, float]:
    flat = points[:, :2].astype(np.float64)
    along = flat[291] - flat[61]
    down = np.array([-along[1], along[0]]) / np.linalg.norm(along)
    eyes = np.linalg.norm(flat[33] - flat[263])
    return float((flat[_LOWER, :] - flat[_UPPER, :]).mean(0) @ down / eyes), float(np.linalg.norm(along) / eyes)


def phonemes_of(language: str) -> list[Phoneme]:
    """The sounds of a sample voice."""
    data = json.loads(sample_voice(language).with_suffix(".json").read_text(encoding="utf-8"))
    return [Phoneme(**phoneme) for phoneme in data["phonemes"]]


def judge(
    language: str, spoken: Lips, rest: Lips, phonemes: Sequence[Phoneme], *, show_missed: bool = False
) -> list[Row]:
    """All numbers of one language."""
    unit = np.nanmedian(rest.width)
    shut, noise = np.nanmean(rest.gap) / unit, np.nanstd(rest.gap) / unit
    limit = shut + max(3 * noise, HAIR)
    gap = spoken.gap / unit
    lowest = {p: np.nanmin(gap[spoken.frames_in(p.start_s, p.end_s)]) for p in phonemes if _base(p) in BILABIALS}
    if show_missed:
        for p, least in lowest.items():
            if least > limit:
                frames = spoken.frames_in(p.start_s, p.end_s)
                print(f"{language} {p.ipa} {p.start_s:.2f}-{p.end_s:.2f} s, frames {frames.tolist()}: gap {least:.3f}")
    vowels = [gap[_middle(spoken, p)] for p in phonemes if _base(p) in OPEN_VOWELS]
    silence = gap[_silent_frames(spoken, phonemes)]
    rounded, spread = (
        np.nanmedian([spoken.width[_middle(spoken, p)] for p in phonemes if _base(p) in kind])
        for kind in (ROUNDED, SPREAD)
    )
    lag, likeness = offset(gap, wanted_opening(phonemes, language, spoken))
    return [
        Row(f"{language}: gap of lips at rest, mean", shut, "mouths"),
        Row(f"{language}: gap of lips at rest, deviation", noise, "mouths"),
        Row(f"{language}: counts as closed up to", limit, "mouths"),
        at_least(f"{language}: bilabials closed, of {len(lowest)}", _share(list(lowest.values()), limit), MIN_SHARE),
        at_least(f"{language}: silence closed, of {len(silence)} frames", _share(silence, limit), MIN_REST),
        Row(f"{language}: open vowels counted closed, of {len(vowels)}", _share(vowels, limit)),
        Row(f"{language}: gap in open vowels, median", float(np.nanmedian(vowels)), "mouths"),
        Row(f"{language}: offset (late is positive)", lag, "frames", "within 1", abs(lag) <= 1),
        Row(f"{language}: correlation at that offset", likeness),
        Row(f"{language}: width in u, w relative to i", float(rounded / spread)),
    ]


def _base(phoneme: Phoneme) -> str:
    """The symbol without length and secondary articulation."""
    return phoneme.ipa.rstrip("ːˑˤˠʷʰʲ")


def _middle(lips: Lips, phoneme: Phoneme) -> int:
    """The middle frame of a sound, or of the first part of a diphthong."""
    share = 0.3 if len(_base(phoneme)) > 1 else 0.5
    time = phoneme.start_s + share * (phoneme.end_s - phoneme.start_s)
    return min(int(time * lips.fps), len(lips.gap) - 1)


def _silent_frames(lips: Lips, phonemes: Sequence[Phoneme]) -> np.ndarray:
    """Frames in which nobody speaks, nor has just spoken, nor is about to."""
    middle = (np.arange(len(lips.gap)) + 0.5) / lips.fps
    silent = np.ones(len(middle), bool)
    for phoneme in phonemes:
        if phoneme.ipa:
            silent &= (middle < phoneme.start_s - BEFORE_SOUND_S) | (middle > phoneme.end_s + AFTER_SOUND_S)
    return np.flatnonzero(silent)


def _share(values: Sequence[float] | np.ndarray, limit: float) -> float:
    """Share of values up to the limit; those that could not be measured do not count as such."""
    return float(np.mean(np.asarray(values) <= limit))


def wanted_opening(phonemes: Sequence[Phoneme], language: str, lips: Lips) -> np.ndarray:
    """The opening that phonetics asks for in the middle of each frame."""
    from lipsync_utils.media import load_speech

    speech = load_speech(sample_voice(language))
    opening = lip_opening(targets(phonemes, duration_s=speech.duration_s, wave=speech.wave))
    middle = (np.arange(len(lips.gap)) + 0.5) / lips.fps
    return np.interp(middle, np.arange(len(opening)) / CURVE_RATE, opening)


def offset(measured: np.ndarray, wanted: np.ndarray) -> tuple[float, float]:
    """How many frames ``measured`` is later than ``wanted``, and their correlation there."""
    known = np.isfinite(measured)
    measured = np.interp(np.arange(len(measured)), np.flatnonzero(known), measured[known])
    inner = slice(MAX_LAG, len(wanted) - MAX_LAG)
    lags = np.arange(-MAX_LAG, MAX_LAG + 1)
    scores = [np.corrcoef(np.roll(measured, -lag)[inner], wanted[inner])[0, 1] for lag in lags]
    best = int(np.clip(np.argmax(scores), 1, len(lags) - 2))
    before, peak, after = scores[best - 1 : best + 2]
    bend = before - 2 * peak + after
    return float(lags[best] + (0.5 * (before - after) / bend if bend < 0 else 0.0)), float(peak)


if __name__ == "__main__":
    main()
