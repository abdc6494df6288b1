"""What an order says reaches those who do the work: the language of its words, the face that is to be measured."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from lipsync_tools.workflow import Made, Text, measure, speak
from lipsync_utils import sync, voices
from lipsync_utils.errors import LipSyncError
from lipsync_utils.options import FaceOptions
from lipsync_utils.voices import Utterance


@pytest.mark.parametrize("language", ["en", "ar", None])
def test_words_are_spoken_in_the_language_that_was_chosen(monkeypatch, tmp_path, language):
    heard = {}

    def say(words, **options):
        heard.update(options, words=words)
        return Utterance(np.full(2400, 0.1, np.float32), 24_000, words, "en", ())

    monkeypatch.setattr(voices, "speak", say, raising=False)
    text = Text("2024", language, voice="en-man", rate=1.5, pitch=0.8)
    assert speak(text, tmp_path / "spoken.wav").duration_s == pytest.approx(0.1)
    assert heard == {"words": "2024", "language": language, "voice": "en-man", "rate": 1.5, "pitch": 0.8}


def test_the_face_that_speaks_is_measured_not_the_largest(monkeypatch):
    asked = {}

    def score(video, **options):
        asked.update(options)
        raise LipSyncError("enough")

    monkeypatch.setattr(sync, "score", score, raising=False)
    chosen = FaceOptions(choose=(40.0, 30.0))
    made = measure(Made(Path("talking.mp4"), SimpleNamespace(), chosen))
    assert asked["face"] is chosen
    assert made.unmeasured == "enough"
