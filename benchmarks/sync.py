"""Can the sync score be trusted? Every number about it in the README and in the expert's model card.

- ``own``: thirty videos, every sample avatar with six voices (the two sample recordings, and four that are spoken by
  ``lipsync speak``), rendered afresh. The sound of each is moved by -12 to +12 frames; a video counts as recovered
  where every one of the 25 shifts is found within one frame.
- ``clips`` (with ``--clips FOLDER`` of talking videos, which are not part of the project): the same, relative to the
  clip's own offset, for clips of 4 s or longer. A clip's own offset is believed where both halves agree with the whole
  within one frame. Then matched against mismatched: the sound of every other clip, repeated or cut to the clip's
  length, at its best shift; clip against clip, and as an area under the curve over all of them.
- ``fails``: a frozen face, a talking face in silence, a dub in another language.
- ``speed``: seconds of video scored per second, 512x512, loading of the models left out.
- ``figure``: the two samples and a broken version of each, side by side, in ``docs/sync.png``.
"""

from __future__ import annotations

import tempfile
import time
import wave as wavefile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from common import LANGUAGES, SAMPLES, Row, at_least, parser, resized, sample_avatar, sample_voice, show, silence_like
from PIL import Image

from lipsync_utils import run
from lipsync_utils.faces.blazemesh import BlazeMeshDetector
from lipsync_utils.media import load_speech, open_source
from lipsync_utils.options import FaceOptions
from lipsync_utils.records import SAMPLE_RATE
from lipsync_utils.sync import draw, score
from lipsync_utils.sync.landmark_expert import LandmarkExpert
from lipsync_utils.sync.protocol import FPS, Agreement, agree, distances
from lipsync_utils.sync.watching import Mouth, watch

PARTS = ("own", "clips", "fails", "speed", "figure")
SHIFTS = range(-12, 13)
LONG_S = 4.0
SIDE = 512
VOICES = (
    (
        "en",
        None,
        0.9,
        "The weather will be fine tomorrow. Please bring a warm blue jumper, and we will walk to the pier.",
    ),
    ("en", "en-us+m3", 1.0, "My mother bought five big apples at the market, but Peter wanted bread and butter."),
    ("ar", "ar+f1", 1.0, "صباح الخير يا أصدقائي، اليوم نتعلم معا كيف تتكلم الصور، فمرحبا بكم جميعا."),
    ("ar", "ar+m3", 1.1, "ذهب الولد إلى المدرسة مبكرا، ومعه كتاب جديد وقلم أزرق من أبيه."),
)
"""Voices beside the samples: language, voice, rate, text."""


@dataclass(frozen=True)
class Clip:
    """A watched video and its sound."""

    name: str
    mouth: Mouth
    wave: np.ndarray
    lips: np.ndarray
    usable: np.ndarray

    def against(self, expert: LandmarkExpert, wave: np.ndarray, rows: slice = slice(None)) -> Agreement:
        """How well it agrees with a sound."""
        sound = expert.sound(wave, len(self.lips))
        table = distances(self.lips, sound, reach=expert.reach, beyond=expert.beyond)
        return agree(table[rows], self.usable[rows])


def main() -> None:
    make = parser(__doc__)
    make.add_argument("--parts", nargs="+", choices=PARTS, default=[p for p in PARTS if p != "clips"])
    make.add_argument("--clips", type=Path, help="folder of real talking videos; adds the part 'clips'")
    make.add_argument("--keep", type=Path, help="folder for the rendered videos, used again the next time")
    args = make.parse_args()
    parts = [*args.parts, *(["clips"] if args.clips and "clips" not in args.parts else [])]
    if "clips" in parts and not args.clips:
        make.error("the part 'clips' needs --clips FOLDER")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        work = Path(args.keep or folder)
        work.mkdir(parents=True, exist_ok=True)
        for part in parts:
            rows += {
                "own": own,
                "clips": lambda _: clips(args.clips),
                "fails": fails,
                "speed": speed,
                "figure": figure,
            }[part](work)
    show(rows, as_json=args.as_json)


def rendered(avatar: str, voice: Path, work: Path) -> Path:
    """The video of a sample avatar with that voice."""
    target = work / f"{avatar}_{voice.stem}.mp4"
    if not target.exists():
        run(resized(sample_avatar(avatar), SIDE, work / f"{avatar}.png"), voice, target)
    return target


def voices(work: Path) -> list[Path]:
    """The sample recordings and the spoken ones."""
    from lipsync_utils.voices import speak, write_utterance

    made = [sample_voice(language) for language in LANGUAGES]
    for number, (language, voice, rate, text) in enumerate(VOICES):
        target = work / f"{language}_{number}.wav"
        if not target.exists():
            write_utterance(speak(text, language=language, voice=voice, rate=rate), target)
        made.append(target)
    return made


def seen(path: Path, expert: LandmarkExpert, detector: BlazeMeshDetector) -> Clip:
    """Watch a video."""
    source = open_source(path)
    mouth = watch(source, FaceOptions(smooth_s=0.0), detector=detector)
    early = round(min(source.audio_offset_s, 0.0) * SAMPLE_RATE)
    return Clip(path.stem, mouth, load_speech(path).wave[-early:], *expert.lips(mouth))


def moved(wave: np.ndarray, frames: int) -> np.ndarray:
    """The sound, later by so many frames (earlier where negative)."""
    samples = frames * SAMPLE_RATE // FPS
    return np.pad(wave, (samples, 0)) if samples >= 0 else wave[-samples:]


def recovered(clip: Clip, expert: LandmarkExpert, own_offset: int) -> float:
    """Part of the shifts that are found within one frame."""
    found = [clip.against(expert, moved(clip.wave, shift)).offset for shift in SHIFTS]
    return float(
        np.mean([abs(offset - (own_offset - shift)) <= 1 for offset, shift in zip(found, SHIFTS, strict=True)])
    )


def own(work: Path) -> list[Row]:
    expert, detector = LandmarkExpert.load(), BlazeMeshDetector()
    avatars = sorted(path.stem for path in (SAMPLES / "avatars").glob("*.png"))
    shares, offsets = [], []
    for avatar in avatars:
        for voice in voices(work):
            clip = seen(rendered(avatar, voice, work), expert, detector)
            shares.append(recovered(clip, expert, 0))
            offsets.append(clip.against(expert, clip.wave).offset)
    complete = float(np.mean(np.array(shares) == 1.0))
    return [
        at_least(f"own videos, of {len(shares)}: all 25 shifts within a frame", complete, 0.95),
        Row("own videos: shifts within a frame", float(np.mean(shares))),
        Row("own videos: offset, mean (sound early is positive)", float(np.mean(offsets)), "frames"),
        Row("own videos: offset, largest", float(np.max(np.abs(offsets))), "frames"),
    ]


def clips(folder: Path) -> list[Row]:
    expert, detector = LandmarkExpert.load(), BlazeMeshDetector()
    files = sorted(path for path in folder.iterdir() if path.suffix in (".mp4", ".mpg", ".mov", ".mkv", ".webm"))
    found = [seen(path, expert, detector) for path in files]
    rows = list(_recovery(found, expert))
    matched = np.array([_scores(clip.against(expert, clip.wave)) for clip in found])  # (clips, 2)
    other = np.array(
        [
            [_scores(clip.against(expert, np.resize(b.wave, len(clip.wave)))) for b in found if b is not clip]
            for clip in found
        ]
    )  # (clips, clips - 1, 2)
    for column, name in enumerate(("distance", "confidence")):
        true, false = matched[:, column], other[..., column]
        won = float((true[:, None] > false).mean())
        what = f"matched over mismatched by {name}, of {false.size} pairs"
        rows.append(at_least(what, won, 0.9) if name == "distance" else Row(what, won))
        rows.append(Row(f"area under the curve, {name}", float((true[:, None] > false.ravel()[None]).mean())))
    return rows


def _scores(found: Agreement) -> tuple[float, float]:
    """Distance and confidence, both so that larger is better."""
    return -found.distance, found.confidence


def _recovery(found: list[Clip], expert: LandmarkExpert) -> Iterator[Row]:
    """Own offset and recovered shifts of each long clip."""
    complete = []
    for clip in found:
        if clip.mouth.timeline.duration_s < LONG_S:
            continue
        whole, half = clip.against(expert, clip.wave), len(clip.lips) // 2
        halves = [clip.against(expert, clip.wave, rows).offset for rows in (slice(0, half), slice(half, None))]
        settled = all(abs(offset - whole.offset) <= 1 for offset in halves)
        share = recovered(clip, expert, whole.offset)
        complete.append(settled and share == 1.0)
        yield Row(f"{clip.name}: offset, halves {halves[0]:+d} and {halves[1]:+d}", whole.offset, "frames")
        yield Row(f"{clip.name}: shifts within a frame", share)
    name = f"clips of {LONG_S:g} s or longer, of {len(complete)}: halves agree and all 25 shifts within a frame"
    yield at_least(name, float(np.mean(complete)), 0.8)


def fails(work: Path) -> list[Row]:
    detector, voice = BlazeMeshDetector(), sample_voice("english")
    video = rendered("woman", voice, work)
    frozen = work / "frozen.mp4"
    run(work / "woman.png", silence_like(voice, work / "silence.wav"), frozen)
    cases = {
        "as it was made": score(video, detector=detector),
        "a face that does not speak": score(frozen, audio=voice, detector=detector),
        "a talking face in silence": score(video, audio=work / "silence.wav", detector=detector),
        "a dub in another language": score(video, audio=sample_voice("arabic"), detector=detector),
    }
    return [
        Row(f"{name}: {report.verdict}; certainty", report.certainty, "", "passes" if i == 0 else "fails",
            report.passed == (i == 0))
        for i, (name, report) in enumerate(cases.items())
    ]  # fmt: skip


def speed(work: Path) -> list[Row]:
    video = rendered("woman", sample_voice("english"), work)
    detector = BlazeMeshDetector()
    score(video, detector=detector)
    begun = time.perf_counter()
    report = score(video, detector=detector)
    took = time.perf_counter() - begun
    seconds = report.frames / report.fps
    return [at_least(f"speed, {SIDE}x{SIDE}, {seconds:.0f} s of video", seconds / took, 8.0, "x real")]


def figure(work: Path) -> list[Row]:
    """Each sample as it is, and with its sound spoilt: the English one 240 ms late, the Arabic one backwards."""
    detector, reports = BlazeMeshDetector(), []
    for language in LANGUAGES:
        voice = sample_voice(language)
        video = rendered("woman" if language == "english" else "man", voice, work)
        with wavefile.open(str(voice)) as file:
            rate, pcm = file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), "<i2")
        broken = work / f"{language}_broken.wav"
        with wavefile.open(str(broken), "wb") as file:
            file.setparams((1, 2, rate, 0, "NONE", ""))
            spoilt = np.pad(pcm, (rate * 6 // 25, 0)) if language == "english" else pcm[::-1]
            file.writeframes(spoilt.astype("<i2").tobytes())
        reports += [score(video, detector=detector), score(video, audio=broken, detector=detector)]
    drawn, target = work / "sync.png", SAMPLES.parent / "docs" / "sync.png"
    draw(reports, drawn)
    Image.open(drawn).convert("RGB").quantize(128).save(target, optimize=True)
    return [
        Row(f"figure, row {i + 1}: {report.verdict}; offset", report.offset_ms, "ms")
        for i, report in enumerate(reports)
    ]


if __name__ == "__main__":
    main()
