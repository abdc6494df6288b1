"""What does the engine wav2lip make of faces that its weights were not trained on, with a foreign voice?

    python benchmarks/wav2lip_faces.py FILES_OR_FOLDERS... [--checkpoint FILE] [--engine rig] [--sheets FOLDER]

Every portrait and every video of a person who talks gets both sample voices. Reported are

- in sync: part of the films of which ``lipsync score`` says so, and the offsets;
- seam: where the mask fades out (up to half of the generated picture), by how many levels of 255 generated and filmed
  skin differ: the mean over a film of the mean over eight sectors around the mouth;
- opening: deviation of the lips' opening in units of the mouth's width, beside the rig engine's with ``--engine rig``.

``--sheets`` writes for each film eight moments of face and mouth, to be looked at.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from unittest.mock import patch

import cv2
import numpy as np
from common import LANGUAGES, Row, at_least, at_most, parser, sample_voice, show, sound_of

from lipsync_utils import FaceOptions, LipSyncError, RunOptions, Wav2LipOptions, run, sync
from lipsync_utils.figures import sheets
from lipsync_utils.sync.watching import open_video
from lipsync_utils.wav2lip.fast import SHOWN_ROWS
from lipsync_utils.wav2lip.placing import Mouths

FILMS = {".mp4", ".mpg", ".mov", ".webm", ".png", ".jpg", ".jpeg", ".webp"}
MIN_IN_SYNC, MAX_SEAM = 0.8, 2.0
COLUMNS, SECTORS = 8, 8
"""Moments on a sheet, and parts of the rim."""


def main() -> None:
    make = parser(__doc__)
    make.add_argument("faces", nargs="+", type=Path)
    make.add_argument("--engine", default="wav2lip", choices=("wav2lip", "rig"))
    make.add_argument("--checkpoint", help="other weights than the package's")
    make.add_argument("--languages", nargs="+", choices=LANGUAGES, default=LANGUAGES)
    make.add_argument("--seconds", type=float, default=6.0, help="of the voice")
    make.add_argument("--sheets", type=Path, help="folder for contact sheets")
    args = make.parse_args()
    files = [file for path in args.faces for file in (sorted(path.iterdir()) if path.is_dir() else [path])]
    files = [file for file in files if file.suffix.lower() in FILMS]
    if args.sheets:
        args.sheets.mkdir(parents=True, exist_ok=True)
    rows, verdicts, seams, openings = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            for language in args.languages:
                voice = sound_of(sample_voice(language), args.seconds, Path(folder) / f"{language}.wav")
                try:
                    report, seam, opening = film(file, voice, Path(folder) / "film.mp4", args)
                except LipSyncError as error:
                    print(f"{file.name}: {error}")
                    continue
                name = f"{file.stem}, {language}"
                rows.append(Row(f"{name}: {report.verdict}", report.offset_ms, "ms"))
                verdicts.append(report.passed)
                seams.append(seam)
                openings.append(opening)
                if args.sheets:
                    sheet(Path(folder) / "film.mp4", args.sheets / f"{file.stem}_{language}")
    rows.append(at_least(f"in sync, of {len(verdicts)} films", float(np.mean(verdicts)), MIN_IN_SYNC))
    if args.engine == "wav2lip":
        rows.append(at_most("seam, median film", float(np.median(seams)), MAX_SEAM, "levels"))
        rows.append(at_most("seam, worst film", float(np.max(seams)), MAX_SEAM, "levels"))
    rows.append(Row("opening, deviation, median film", float(np.median(openings)), "mouths"))
    show(rows, as_json=args.as_json)


def film(face: Path, voice: Path, out: Path, args: argparse.Namespace) -> tuple[sync.SyncReport, float, float]:
    """Let a face speak; its score, the seam, and how far the lips open."""
    steps: list[float] = []
    usual = Mouths.patch

    def noted(mouths: Mouths, half: np.ndarray, share: float = 1.0) -> object:
        made = usual(mouths, half, share)
        steps.append(seam_of(made.pixels[..., :3], mouths))
        return made

    options = RunOptions(engine=args.engine, wav2lip=Wav2LipOptions(checkpoint=args.checkpoint))
    with patch.object(Mouths, "patch", noted):
        run(face, voice, out, options=options)
    lips = sync.mouth_in_lengths(sync.watch(open_video(out), FaceOptions(smooth_s=0.0)))
    opening = float(np.nanstd(lips.gap) / np.nanmedian(lips.width))
    return sync.score(out), float(np.mean(steps)) if steps else 0.0, opening


def seam_of(generated: np.ndarray, mouths: Mouths) -> float:
    """Mean over sectors of how far the colours of generated and filmed skin lie apart where the mask fades, levels."""
    filmed = mouths.crop[SHOWN_ROWS].astype(np.float32)
    apart = cv2.resize(generated, filmed.shape[1::-1], interpolation=cv2.INTER_AREA) - filmed
    rim = (mouths.mask > 0.02) & (mouths.mask < 0.5)
    rows, columns = np.nonzero(rim)
    angle = np.arctan2(rows - rows.mean(), columns - columns.mean())
    sector = ((angle + np.pi) / (2 * np.pi) * SECTORS).astype(int) % SECTORS
    means = [np.abs(apart[rows[sector == s], columns[sector == s]].mean(0)).mean() for s in np.unique(sector)]
    return float(np.mean(means))


def sheet(video: Path, target: Path) -> None:
    """Moments of a film: ``TARGET_face.png`` and ``TARGET_mouth.png``."""
    moments = np.linspace(0.15, 0.9, COLUMNS) * float(open_video(video).duration_s)
    for view in ("face", "mouth"):
        figure = sheets.sheet(video, moments, mouth=view == "mouth", columns=COLUMNS)
        figure.savefig(target.with_name(f"{target.name}_{view}.png"), dpi=200)


if __name__ == "__main__":
    main()
