"""Measure an expert or a generator on people and voices that it has not met, and lay out what the generator paints.

python training/wav2lip/evaluate.py expert    RUN/expert.safetensors --data DATA
python training/wav2lip/evaluate.py generator RUN/wav2lip.safetensors --data DATA --expert ... --sheet sheet.png
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import torch
from draws import Clip, as_tensor, load
from expert import Expert, embed, found_offset, load_expert, shift_accuracy
from painting import difference

from lipsync_utils.wav2lip.checkpoints import load_generator
from lipsync_utils.wav2lip.fast import SHOWN_ROWS, Runner, as_input, as_pictures, runner_of

AWAY = 25
"""Frames between a frame and its reference, where no other lips are known and the clip is long enough."""

COLUMNS = 8
"""Moments of each person on the sheet."""


def of_expert(expert: Expert, clips: list[Clip]) -> dict[str, object]:
    """How often the right sound beats one that is 1 to 15 frames away, and how many clips are found to be on time."""
    pairs = [embed(expert, clip) for clip in clips]
    accuracies = shift_accuracy(pairs)
    on_time = [abs(found_offset(*pair)) <= 1 for pair in pairs]
    return {
        "clips": len(clips),
        "accuracy at shifts 1-15": [round(value, 3) for value in accuracies],
        "mean": round(float(np.mean(accuracies)), 3),
        "clips within a frame": round(float(np.mean(on_time)), 3),
    }


def painted(runner: Runner, clip: Clip) -> tuple[np.ndarray, np.ndarray]:
    """What the generator makes of a clip's other lips, or of another moment: ``(T, 96, 96, 3) uint8`` and those."""
    paired = len(clip.before) > 0
    references = clip.before if paired else np.roll(clip.frames, min(AWAY, len(clip.frames) // 2), axis=0)
    given = references if paired else clip.frames
    windows = torch.from_numpy(clip.windows(0, len(clip.frames), early=runner.early))
    out = clip.frames.copy()
    for start in range(0, len(out), 16):
        part = slice(start, start + 16)
        faces = as_input(references[part])
        faces[:, :3, : SHOWN_ROWS.start] = as_input(given[part])[:, :3, : SHOWN_ROWS.start]
        halves = as_pictures(runner.speak(windows[part], runner.encode(faces)))[..., :3]
        out[part, SHOWN_ROWS] = np.clip(halves * 255 + 0.5, 0, 255).astype(np.uint8)
    return out, references


def of_generator(runner: Runner, clips: list[Clip], expert: Expert | None) -> dict[str, object]:
    """Differences of pixels (of 255, weighted to the mouth), where lips are closed too, and structural similarity (Wang
    et al., IEEE TIP 2004) of lower halves, both beside those of the references; and what the expert says."""
    rows, pairs = [], []
    for clip in clips:
        made, references = painted(runner, clip)
        shown = made, references
        off, alike = ([of(one, clip) for one in shown] for of in (_off, _ssim))
        rows.append([*off, _off(made, clip, clip.closed), *alike])
        if expert is not None:
            pairs.append(embed(expert, clip, made))
    names = "painted", "copied", "painted, lips closed", "SSIM painted", "SSIM copied"
    report = {"clips": len(clips)} | dict(zip(names, np.nanmean(rows, axis=0).round(4).tolist(), strict=True))
    if expert is not None:
        report["right sound beats one 1-15 frames away"] = round(float(np.mean(shift_accuracy(pairs))), 3)
        report["clips within a frame"] = round(float(np.mean([abs(found_offset(*p)) <= 1 for p in pairs])), 3)
    return report


def _off(made: np.ndarray, clip: Clip, where: np.ndarray | None = None) -> float:
    chosen = np.ones(len(made), bool) if where is None else where
    if not chosen.any():
        return float("nan")
    halves = (as_tensor(torch.from_numpy(frames[chosen][:, SHOWN_ROWS])) for frames in (made, clip.frames))
    return 255 * float(difference(*halves))


def _ssim(made: np.ndarray, clip: Clip) -> float:
    """Of every fifth frame: they are alike."""
    from skimage.metrics import structural_similarity

    pairs = zip(made[::5, SHOWN_ROWS], clip.frames[::5, SHOWN_ROWS], strict=True)
    return float(np.mean([structural_similarity(one, two, channel_axis=2) for one, two in pairs]))


def sheet(runner: Runner, clips: list[Clip]) -> np.ndarray:
    """For each clip four rows, each crop enlarged twice: what is given, the reference, what is painted, the truth."""
    rows = []
    for clip in clips:
        made, references = painted(runner, clip)
        at = np.linspace(AWAY, len(made) - 5, COLUMNS).astype(int)
        given = clip.frames[at].copy()
        given[:, SHOWN_ROWS] = 0
        rows += [np.concatenate(list(row), axis=1) for row in (given, references[at], made[at], clip.frames[at])]
    whole = np.concatenate(rows)
    return cv2.resize(whole, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("expert", "generator"))
    parser.add_argument("weights")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--part", default="test", help="of the data")
    parser.add_argument("--expert", help="its weights, to hear what it says about a generator")
    parser.add_argument("--sheet", type=Path, help="write pictures of the first clips here")
    options = parser.parse_args()
    torch.set_num_threads(1)
    clips = load(options.data / options.part)
    if options.what == "expert":
        print(json.dumps(of_expert(load_expert(options.weights), clips)))
        return
    runner = runner_of(load_generator(options.weights), precision="float32")
    print(json.dumps(of_generator(runner, clips, load_expert(options.expert) if options.expert else None)))
    if options.sheet:
        cv2.imwrite(str(options.sheet), sheet(runner, clips[:4])[..., ::-1])


if __name__ == "__main__":
    main()
