"""Options: what cannot be is refused where it enters, in the same words from Python as from the command line."""

from __future__ import annotations

import math
import pkgutil
import re
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from quick_runs import lipsync

from lipsync_utils.choices import DETECTORS, ENGINES, ENHANCERS
from lipsync_utils.errors import InputError
from lipsync_utils.options import (
    PRESETS,
    FaceOptions,
    MotionOptions,
    RunOptions,
    Span,
    Wav2LipOptions,
    WriteOptions,
    exact_rate,
)

NAN, INF = math.nan, math.inf

# --- what is refused -------------------------------------------------------------------------------------------------

REFUSED = {
    RunOptions: {
        "engine": (
            [*("best", "Rig", "", None, 3, True, ["rig"])],
            r"Unknown engine .*one of: auto, rig, wav2lip",
        ),
        "fps": (
            [*("fast", "", "25/0", "nan", "1e9", 0, -25, 121, NAN, INF, True, False, [25], object)],
            r"A frame rate of .* was asked for; a number of frames a second from 1 to 120 is needed, such as 25",
        ),
        "preview": ([*(1, "yes", None)], r"preview=.* needed is True or False"),
        "max_side": (
            [*(0, 63, 4097, -64, 640.0, "640", NAN, True, None)],
            r"max_side=.* needed is a whole number of pixels from 64 to 4096",
        ),
        "shape": ([*("round", "9x16", "", None, 1)], r"Unknown shape .*Choose one of: source, 9:16, 4:5, 1:1, 16:9"),
        "part": (
            [*("body", "", None, 3), (1, 2, 3), (-1, 0, 64, 64), (0, 0, 15, 64), (0.5, 0, 64, 64), (True, 0, 64, 64)],
            r"The part .* was asked for; 'whole', 'head', 'face', or left, top, width and height .*200,100,640,480",
        ),
        "voice_span": ([*("0-2", None), (0, 2)], r"voice_span=.* needed is an instance of Span"),
        "video_span": ([*("0-2", None), (0, 2)], r"video_span=.* needed is an instance of Span"),
        "when_short": (
            [*("stop", "", None, 1)],
            r"Unknown when_short .*Choose one of: loop, pingpong, freeze, cut",
        ),
        "video_track": ([0, -1, 1.5, "first", True], r"video_track=.* needed is a whole number from 1 on, or None"),
        "audio_track": ([0, -1, 1.5, "first", True], r"audio_track=.* needed is a whole number from 1 on, or None"),
        "turns": ([*("0,1,0", None, 3), (0, 1, 0)], r"turns=.* needed is a tuple of Turn"),
        "face": ([*("largest", None)], r"face=.* needed is an instance of FaceOptions"),
        "motion": ([*("still", MotionOptions)], r"motion=.* needed is an instance of MotionOptions"),
        "write": ([{}], r"write=.* needed is an instance of WriteOptions"),
        "wav2lip": ([RunOptions()], r"wav2lip=.* needed is an instance of Wav2LipOptions"),
    },
    Span: {
        "from_s": ([*(-0.1, NAN, INF, "2", True, None)], r"from_s=.* needed is a number of seconds from 0 on"),
        "to_s": ([*(-0.1, NAN, INF, "2", True)], r"to_s=.* needed is a number of seconds from 0 on"),
    },
    FaceOptions: {
        "choose": (
            [*("prettiest", "", -1, 0.5, True, None, NAN), (1, 2, 3), (NAN, 3), (INF, 3), ("1", "2"), (True, 2)],
            r"Unknown choice of face .*Use 'largest', a number .*or a point \(x, y\)",
        ),
        "min_size": ([*(-1, NAN, INF, "40", True, None)], r"min_size=.* needed is a number of pixels from 0 on"),
        "smooth_s": ([*(-0.1, 3, NAN, "0.03", False)], r"smooth_s=.* needed is a number of seconds from 0 to 2"),
        "detector": ([*("magic", None, 1)], r"Unknown face detector .*Choose one of: embedded, face-alignment"),
    },
    MotionOptions: {
        "style": ([*("wild", None, 0)], r"Unknown motion .*Choose one of: still, calm, natural, lively"),
        "expression": (
            [*("angry", "", None, 0)],
            r"Unknown expression .*Choose one of: neutral, friendly, serious, sad, surprised",
        ),
        "seed": ([*(-1, 0.5, NAN, "3", True, None)], r"seed=.* needed is a whole number from 0 on"),
        "articulation": (
            [*(0.4, 1.6, NAN, "1", True, None)],
            r"articulation=.* needed is a number from 0.5 to 1.5, such as 1",
        ),
    },
    WriteOptions: {
        "crf": (
            [*(-1, 52, 17.0, NAN, "17", True, None)],
            r"crf=.* needed is a whole number from 0 \(lossless\) to 51 \(coarsest\), such as 17",
        ),
        "preset": ([*("warp", "", None, 3)], r"Unknown preset .*Choose one of: ultrafast, superfast"),
        "audio_kbps": (
            [*(0, -1, 15, 2000, NAN, "192", True)],
            r"audio_kbps=.* needed is a whole number from 16",
        ),
        "badge": ([*(1, "yes", None)], r"badge=.* needed is True or False"),
        "subtitles": ([*(None, "words", ("words",), 1)], r"subtitles=.* needed is a tuple of Cue"),
    },
    Wav2LipOptions: {
        "checkpoint": (
            [*("", 3, True, b"w.pth")],
            r"checkpoint=.* needed is a file, a name",
        ),
        "device": (
            [*("", "warp drive", "CUDA", "cuda:", "cuda:x", 0, None, True)],
            r"The device .* was asked for; a name such as 'auto', 'cpu', 'cuda' or 'cuda:1' is needed",
        ),
        "precision": (
            [*("double", "", None, 16)],
            r"Unknown precision .*Choose one of: auto, float32, bfloat16",
        ),
        "enhancer": ([*("magic", None, True)], r"Unknown enhancer .*Choose one of: none, sharpen"),
        "pads": (
            [*(10, "0,10,0,0", None), (0, 10, 0), (0, 10, 0, NAN), (0, -1, 0, 0), (0, "1", 0, 0), (0, True, 0, 0)],
            r"pads=.* needed is four numbers from 0 to 1000 \(top, bottom, left, right\)",
        ),
    },
}
CASES = [
    pytest.param(kind, name, value, message, id=f"{kind.__name__}.{name}={str(value)[:20]}")
    for kind, names in REFUSED.items()
    for name, (values, message) in names.items()
    for value in values
]


@pytest.mark.parametrize(("kind", "name", "value", "message"), CASES)
def test_what_cannot_be_is_refused_at_once(kind, name, value, message):
    with pytest.raises(InputError, match=message) as refusal:
        kind(**{name: value})
    assert repr(value) in str(refusal.value), "what was received"


def test_every_option_has_its_case():
    for kind, names in REFUSED.items():
        assert set(names) == set(kind.__dataclass_fields__)


COMMANDS = {
    "--engine": ("best", lambda value: RunOptions(engine=value)),
    "--fps": ("fast", lambda value: RunOptions(fps=value)),
    "--shape": ("round", lambda value: RunOptions(shape=value)),
    "--part": ("body", lambda value: RunOptions(part=value)),
    "--when-short": ("stop", lambda value: RunOptions(when_short=value)),
    "--motion": ("wild", lambda value: MotionOptions(style=value)),
    "--expression": ("angry", lambda value: MotionOptions(expression=value)),
    "--articulation": (1.6, lambda value: MotionOptions(articulation=value)),
    "--detector": ("magic", lambda value: FaceOptions(detector=value)),
    "--checkpoint": ("", lambda value: Wav2LipOptions(checkpoint=value)),
    "--precision": ("double", lambda value: Wav2LipOptions(precision=value)),
    "--device": ("warp drive", lambda value: Wav2LipOptions(device=value)),
    "--enhancer": ("magic", lambda value: Wav2LipOptions(enhancer=value)),
}
CHECKED_BY_TYPER = {"--crf": "99", "--seed": "-1", "--max-side": "63", "--face": "prettiest"}


@pytest.mark.parametrize(("option", "value"), [*((o, v) for o, (v, _) in COMMANDS.items()), *CHECKED_BY_TYPER.items()])
def test_the_command_line_refuses_it_too_and_before_it_looks_for_any_file(capfd, tmp_path, option, value):
    out = tmp_path / "out.mp4"
    outcome = lipsync(capfd, "run", "no face.png", "no voice.wav", "-o", out, f"{option}={value}")
    assert (outcome.code, outcome.out) == (2, "")
    assert "Traceback" not in outcome.err
    assert "no face.png" not in outcome.err
    if option in COMMANDS:
        with pytest.raises(InputError) as refusal:
            COMMANDS[option][1](value)
        assert outcome.err == f"Error: {refusal.value}\n", "the same words"
    else:
        assert option in outcome.err
    assert list(tmp_path.iterdir()) == []


# --- what is taken ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("25", 25),
        ("29.97", Fraction(30000, 1001)),
        (29.97, Fraction(30000, 1001)),
        ("23.976", Fraction(24000, 1001)),
        ("30000/1001", Fraction(30000, 1001)),
        (Fraction(30000, 1001), Fraction(30000, 1001)),
        ("59.94", Fraction(60000, 1001)),
        ("12.5", Fraction(25, 2)),
        (12.5, Fraction(25, 2)),
        (60, 60),
        (120, 120),
        (1, 1),
    ],
)
def test_a_frame_rate_is_stored_as_it_is_meant(given, meant):
    stored = RunOptions(fps=given).fps
    assert stored == exact_rate(given) == meant
    assert isinstance(stored, Fraction)


def test_numbers_of_numpy_and_lists_are_stored_as_python_knows_them():
    face = FaceOptions(choose=[np.float32(3), np.int64(4)], min_size=np.float64(8), smooth_s=0)
    assert face == FaceOptions(choose=(3.0, 4.0), min_size=8.0, smooth_s=0.0)
    assert FaceOptions(choose=np.int64(2)).choose == 2
    assert Wav2LipOptions(pads=[0, 10, 0, 0]) == Wav2LipOptions()
    assert Wav2LipOptions(checkpoint=Path("w.pth"), device="cuda:1").device == "cuda:1"
    assert len({RunOptions(face=face), RunOptions(face=replace(face))}) == 1, "they can be keys"


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_one_of_the_encoder(preset):
    import av

    codec = av.CodecContext.create("libx264", "w")
    codec.width = codec.height = 16
    codec.pix_fmt, codec.time_base, codec.options = "yuv420p", Fraction(1, 25), {"preset": preset}
    codec.open()


# --- registries ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("choices", [ENGINES, DETECTORS, ENHANCERS], ids=lambda choices: choices.what)
def test_every_name_leads_to_something_that_can_be_made(choices):
    for entry in choices.values():
        assert callable(pkgutil.resolve_name(entry) if isinstance(entry, str) else entry)


def test_a_new_name_is_one_line(monkeypatch):
    monkeypatch.setitem(ENGINES, "mine", lambda options: options.engine)
    assert ENGINES.make("mine", RunOptions(engine="mine")) == "mine"
    with pytest.raises(InputError, match=r"Choose one of: auto, rig, wav2lip, mine\."):
        RunOptions(engine="yours")


def test_checking_a_name_imports_nothing_heavy():
    code = (
        "import sys, lipsync_utils; lipsync_utils.RunOptions(engine='wav2lip', fps=25); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"False\s*", done.stdout)
