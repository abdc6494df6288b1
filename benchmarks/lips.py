"""Do the lips do what the voice says? Measured on the finished files, by finding the face in them afresh.

For each sample voice: ``lipsync run`` makes a video, the face mesh is found in every frame of that file (no knowledge
of what was rendered), and the gap between the inner lips (mean of the three middle pairs of points, across the mouth,
in units of the mouth's width at rest, freed of distance by the eyes) is compared with when the sounds are spoken.

*Closed* is measured, too. The same face is rendered again with the same voice and thus the same head, eyes and face
around a mouth that stays shut, and what the face mesh reads in each frame there is what shut lips look like to it in
that pose. A gap counts as closed up to 0.012 over it: a hair that nobody sees (0.6 pixels in a mouth 50 pixels wide).
That this says something is shown by the open vowels, judged by the same threshold: hardly any of them may count as
closed.

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
from dataclasses import replace
from pathlib import Path

import numpy as np
from common import LANGUAGES, Row, at_least, parser, run_lipsync, sample_avatar, sample_voice, show

from lipsync_utils.engines.rig import RigEngine
from lipsync_utils.faces.detector import make_detector
from lipsync_utils.options import MotionOptions, RunOptions
from lipsync_utils.pipeline import Loaded, run
from lipsync_utils.records import CURVE_RATE, SAMPLE_RATE, FaceCurves, Phoneme, Speech
from lipsync_utils.sync.phonetic import Lips, Rest, bilabials, check, gap_and_width
from lipsync_utils.sync.protocol import lowest

MIN_SHARE = 0.95
MIN_REST = 0.99
MAX_LAG = 10


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
            options = RunOptions(motion=MotionOptions(args.motion, args.seed))
            run(args.face, voice, rest, options=options, loaded=Loaded(Shut(), make_detector(options.face), options))
            spoken, resting = measure(video, precise=args.precise), measure(rest, precise=args.precise)
            rows += judge(language, spoken, resting, phonemes_of(language), show_missed=args.show_missed)
    show(rows, as_json=args.as_json)


class Shut(RigEngine):
    """The engine, with a mouth that stays shut; all that else moves with a voice does."""

    def __init__(self) -> None:
        super().__init__()
        hear = self._speech

        def heard(speech: Speech, **_: object) -> FaceCurves:
            curves = hear(speech)
            return replace(curves, values=np.zeros_like(curves.values))

        self._speech = heard


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
            found.append(gap_and_width(face.points) if face is not None else (np.nan, np.nan))
    gap, width = np.array(found).T
    return Lips(fps, gap, width)


def phonemes_of(language: str) -> list[Phoneme]:
    """The sounds of a sample voice."""
    data = json.loads(sample_voice(language).with_suffix(".json").read_text(encoding="utf-8"))
    return [Phoneme(**phoneme) for phoneme in data["phonemes"]]


def judge(
    language: str, spoken: Lips, resting: Lips, phonemes: Sequence[Phoneme], *, show_missed: bool = False
) -> list[Row]:
    """All numbers of one language."""
    from lipsync_utils.media import load_speech

    rest = rest_of(resting)
    spoken = replace(spoken, gap=spoken.gap - resting.gap + rest.gap * rest.unit)
    report = check(spoken, phonemes, rest)
    if show_missed:
        _name_missed(language, spoken, phonemes, rest)
    wanted = wanted_opening(phonemes, load_speech(sample_voice(language)).wave, spoken)
    frames, likeness = lag(spoken.gap / rest.unit, wanted)
    closed, silence = f"bilabials closed, of {report.bilabials}", f"silence closed, of {report.silent_frames} frames"
    return [
        Row(f"{language}: gap of lips at rest, mean", rest.gap, "mouths"),
        Row(f"{language}: the same, deviation", float(np.nanstd(resting.gap)) / rest.unit, "mouths"),
        Row(f"{language}: counts as closed up to", rest.limit, "mouths"),
        at_least(f"{language}: {closed}", report.bilabials_closed, MIN_SHARE),
        at_least(f"{language}: {silence}", report.silence_closed, MIN_REST),
        Row(f"{language}: open vowels counted closed, of {report.open_vowels}", report.open_vowels_closed),
        Row(f"{language}: gap in open vowels, median", report.open_gap, "mouths"),
        Row(f"{language}: offset (late is positive)", frames, "frames", "within 1", abs(frames) <= 1),
        Row(f"{language}: correlation at that offset", likeness),
        Row(f"{language}: width in u, w relative to i", report.rounding),
    ]


def rest_of(lips: Lips) -> Rest:
    """Rest as seen in a video in which the lips stay shut; what the pose changes of it is taken off frame by frame."""
    unit = float(np.nanmedian(lips.width))
    return Rest(unit, float(np.nanmean(lips.gap)) / unit, 0.0)


def lag(measured: np.ndarray, wanted: np.ndarray) -> tuple[float, float]:
    """How many frames ``measured`` is later than ``wanted``, both ``(n,)``, and their correlation there.

    Cross-correlation with a parabola through the peak.
    """
    known = np.isfinite(measured)
    measured = np.interp(np.arange(len(measured)), np.flatnonzero(known), measured[known])
    inner = slice(MAX_LAG, len(wanted) - MAX_LAG)
    lags = range(-MAX_LAG, MAX_LAG + 1)
    scores = [np.corrcoef(np.roll(measured, -lag)[inner], wanted[inner])[0, 1] for lag in lags]
    return lowest(-np.array(scores)) - MAX_LAG, float(max(scores))


def wanted_opening(phonemes: Sequence[Phoneme], wave: np.ndarray, lips: Lips) -> np.ndarray:
    """The opening that phonetics asks for in the middle of each frame, ``(n,)``.

    Args:
        phonemes: the sounds.
        wave: ``(n,) float32`` mono at 16 kHz, in which they are heard.
        lips: whose frames.
    """
    from lipsync_utils.speech.composing import lip_opening
    from lipsync_utils.speech.phonetics import targets

    opening = lip_opening(targets(phonemes, duration_s=len(wave) / SAMPLE_RATE, wave=wave))
    return np.interp(lips.middle, np.arange(len(opening)) / CURVE_RATE, opening)


def _name_missed(language: str, spoken: Lips, phonemes: Sequence[Phoneme], rest: Rest) -> None:
    """Print the bilabials whose lips did not meet."""
    for p in bilabials(phonemes):
        frames = spoken.frames_in(p.start_s, p.end_s)
        least = np.nanmin(spoken.gap[frames]) / rest.unit
        if least > rest.limit:
            print(f"{language} {p.ipa} {p.start_s:.2f}-{p.end_s:.2f} s, frames {frames.tolist()}: gap {least:.3f}")


if __name__ == "__main__":
    main()
