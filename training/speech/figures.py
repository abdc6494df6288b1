"""Figures of the evaluation: what the model says beside what it should, and how it follows real lips over lags."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
from clips import MAX_LAG, Agreement
from synthesize import Item

from lipsync_utils.records import CURVE_RATE, SAMPLE_RATE
from lipsync_utils.speech import SpeechModel, lip_opening
from lipsync_utils.speech.phonetics import targets
from lipsync_utils.speech.visemes import NAMES

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def draw_curves(item: Item, model: SpeechModel, path: Path, *, start_s: float = 0.3, seconds: float = 4.0) -> None:
    """Opening and pucker of the model (lines) and of the phonetic targets (grey), with the phonemes."""
    got = model(item.wave)
    wanted = targets(item.phonemes, duration_s=len(item.wave) / SAMPLE_RATE, wave=item.wave)
    times = np.arange(len(got.values)) / CURVE_RATE
    pucker = NAMES.index("mouthPucker")
    rows = (
        ("lip opening", lip_opening(wanted), lip_opening(got)),
        ("mouthPucker", wanted.values[:, pucker], got.values[:, pucker]),
    )
    figure, axes = plt.subplots(2, 1, figsize=(11, 4.2), sharex=True, layout="constrained")
    for axis, (name, aim, said) in zip(axes, rows, strict=True):
        axis.fill_between(times, aim[: len(times)], color="0.82", label="phonetic target")
        axis.plot(times, said, color="tab:red", linewidth=1.4, label="model, from the sound alone")
        axis.set(ylabel=name, ylim=(0, None), xlim=(start_s, start_s + seconds))
    for phoneme in item.phonemes:
        middle = (phoneme.start_s + phoneme.end_s) / 2
        if phoneme.ipa and start_s < middle < start_s + seconds:
            axes[0].axvline(phoneme.start_s, color="0.9", linewidth=0.6, zorder=0)
            axes[0].text(middle, 1.02, phoneme.ipa, transform=axes[0].get_xaxis_transform(), ha="center", fontsize=8)
    axes[0].legend(loc="upper right", fontsize=8, framealpha=0.9)
    axes[1].set_xlabel("seconds")
    _save(figure, path)


def draw_lags(found: dict[str, Agreement], path: Path) -> None:
    """Correlation with the lips of every real clip over the lag, and the median of all."""
    lags = np.arange(-MAX_LAG, MAX_LAG + 1) * 40
    figure, axis = plt.subplots(figsize=(8, 4.2), layout="constrained")
    for name, row in found.items():
        axis.plot(lags, row.scores, linewidth=0.8, alpha=0.7, label=name)
    axis.plot(
        lags, np.median([row.scores for row in found.values()], axis=0), color="black", linewidth=2.5, label="median"
    )
    axis.axvspan(-40, 40, color="0.93", zorder=0)
    axis.set(xlabel="lag in ms (positive: the real lips are later)", ylabel="correlation of opening")
    axis.legend(fontsize=7, loc="center left", bbox_to_anchor=(1.0, 0.5))
    _save(figure, path)


def _save(figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=80)
    plt.close(figure)
