"""Make the sample videos from the sample avatars and recordings, and check them.

    python training/make_sample_videos.py [--folder samples/videos]

Two people to be dubbed, who say something already, and two finished examples for the web app's first view.
The same versions of the packages make the same pictures.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lipsync_tools.sounds import beginning
from lipsync_utils import MotionOptions, RunOptions, WriteOptions, run, sync

SAMPLES = Path(__file__).parents[1] / "samples"
MOST_BYTES = 400_000
SIDE = 512


@dataclass(frozen=True)
class Sample:
    """One video: who says how much of what, moving as that seed says; ``crf``: of H.264."""

    avatar: str
    voice: str
    seconds: float
    seed: int
    crf: int
    badge: bool


VIDEOS = {
    "woman_video": Sample("woman", "english", 6.0, seed=4, crf=18, badge=False),
    "old_man_video": Sample("old_man", "arabic", 5.0, seed=7, crf=18, badge=False),
    "example-en": Sample("woman", "english", 5.5, seed=1, crf=20, badge=True),
    "example-ar": Sample("man", "arabic", 4.9, seed=2, crf=20, badge=True),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=SAMPLES / "videos")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    problems = [problem for name, sample in VIDEOS.items() for problem in make(sample, folder / f"{name}.mp4")]
    print(*problems, sep="\n", file=sys.stderr)
    return 1 if problems else 0


def make(sample: Sample, target: Path) -> list[str]:
    """Write one video; what is not as it should be, in sentences."""
    options = RunOptions(
        max_side=SIDE,
        motion=MotionOptions(seed=sample.seed),
        write=WriteOptions(crf=sample.crf, preset="veryslow", audio_kbps=96, badge=sample.badge),
    )
    with tempfile.TemporaryDirectory() as place:
        voice = Path(place) / "voice.wav"
        beginning(SAMPLES / "audio" / f"{sample.voice}.wav", sample.seconds, voice)
        made = run(SAMPLES / "avatars" / f"{sample.avatar}.png", voice, target, options=options)
    report, size = sync.score(target), target.stat().st_size
    print(f"{target.name}: {size / 1000:.0f} kB, {made.duration_s:.2f} s, {report.sentence()}")
    problems = [] if size <= MOST_BYTES else [f"{target.name} has {size} bytes; at most {MOST_BYTES} are wanted"]
    return problems if report.passed else [*problems, f"{target.name} is not in sync"]


if __name__ == "__main__":
    raise SystemExit(main())
