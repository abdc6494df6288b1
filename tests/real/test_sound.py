"""Sound as real files hold it: with gaps, late, in opposite phase, in several tracks, broken off, or through a pipe."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from fractions import Fraction

import av
import numpy as np
import pytest
import quick_runs
import real_files
from PIL import Image
from quick_runs import lipsync
from real_files import FACE, SIZE
from synthetic_faces import draw
from synthetic_media import quadrants, voice, write_sound, write_video

from lipsync_utils import pipeline
from lipsync_utils.errors import InputError
from lipsync_utils.media import SoundReader, load_speech, open_source, read_picture, source_blocks, write_picture
from lipsync_utils.options import RunOptions
from lipsync_utils.records import SAMPLE_RATE, Timeline
from lipsync_utils.sync import scoring


@pytest.fixture(scope="module", autouse=True)
def _models_loaded_once():
    with quick_runs.models_loaded_once():
        yield


def lag_of(heard: np.ndarray, said: np.ndarray, reach: int = 800) -> int:
    """By how many samples ``heard`` lags."""
    part = said[reach:-reach]
    return int(np.argmax(np.correlate(heard[: len(said)], part, mode="valid"))) - reach


def hertz(wave: np.ndarray) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(wave))) * SAMPLE_RATE / len(wave))


# --- gaps and late beginnings -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["mp4", "mkv", "mov"])
def test_silence_stands_where_packets_are_missing(tmp_path, ending):
    speech = load_speech(real_files.sound_with_gap(tmp_path / f"gap.{ending}", gap=(1.0, 1.6)))
    said = voice(2.5)
    assert speech.duration_s == pytest.approx(2.5 if ending != "mkv" else 2.56, abs=0.001)
    assert np.abs(speech.wave[round(1.09 * SAMPLE_RATE) : round(1.6 * SAMPLE_RATE)]).max() < 1e-3
    for begin_s, end_s in ((0.1, 1.0), (1.7, 2.5)):
        part = slice(round(begin_s * SAMPLE_RATE), round(end_s * SAMPLE_RATE))
        assert abs(lag_of(speech.wave[part], said[part])) <= 16 * (ending == "mkv"), "Matroska counts milliseconds"
    [note] = speech.notes
    assert "has a gap from 1.02 to 1.60 s" in note
    assert "silence stands for them" in note


def test_small_gaps_add_up(tmp_path):
    """One packet of 64 ms in the example; at 48 kHz a lost packet lasts 21 ms, and every one of them counts."""
    path = write_sound(tmp_path / "a.mkv", voice(3.0, rate=48_000), rate=48_000, codec="aac")
    with av.open(str(path)) as source, av.open(str(tmp_path / "lossy.mkv"), "w") as output:
        copy = output.add_stream_from_template(source.streams.audio[0])
        for number, packet in enumerate(source.demux(audio=0)):
            if packet.pts is not None and number % 10 != 5:
                packet.stream = copy
                output.mux(packet)
    speech = load_speech(tmp_path / "lossy.mkv")
    assert speech.duration_s == pytest.approx(3.0, abs=0.05)
    assert "gaps, the longest from" in speech.notes[0]


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_sound_that_begins_late_waits_for_its_turn(tmp_path, ending):
    path = real_files.late_sound(tmp_path / f"late.{ending}", late_s=0.7)
    speech, said = load_speech(path), voice(2.5)
    late = round(open_source(path).audio_offset_s * SAMPLE_RATE)
    assert late > 0.6 * SAMPLE_RATE
    assert not speech.wave[:late].any()
    part = slice(round(0.85 * SAMPLE_RATE), round(2.4 * SAMPLE_RATE))
    assert abs(lag_of(speech.wave[part], said[part])) <= 16 * (ending == "mkv")
    assert any("begins 0.7" in note and "silence stands before it" in note for note in speech.notes)
    np.testing.assert_array_equal(scoring.sound_on_clock(open_source(path)), speech.wave)  # not moved twice


def test_the_result_of_a_run_keeps_the_silence(tmp_path):
    video, out = real_files.late_sound(tmp_path / "late.mp4"), tmp_path / "out.mp4"
    report = pipeline.run(video, video, out, options=RunOptions(max_side=128))
    said, heard = voice(2.5), load_speech(out).wave
    part = slice(round(0.85 * SAMPLE_RATE), round(2.4 * SAMPLE_RATE))
    assert lag_of(heard[part], said[part]) == 0
    assert report.duration_s == pytest.approx(2.5, abs=0.01)
    assert any("begins 0.70 s after its picture" in warning for warning in report.warnings)


@pytest.mark.parametrize(
    ("ending", "codec", "rate"),
    [
        ("mp3", "libmp3lame", 44_100),
        ("ogg", "libopus", 48_000),
        ("aac", "aac", 44_100),
        ("flac", "flac", 44_100),
        ("mkv", "libopus", 48_000),
        ("ts", "mp2", 48_000),
        ("ts", "aac", 44_100),
        ("avi", "mp2", 44_100),
        ("mp4", "aac", 44_100),
        ("mp4", "libmp3lame", 44_100),
        ("flv", "aac", 44_100),
        ("mov", "pcm_s16le", 44_100),
        ("mka", "ac3", 48_000),
        ("mp4", "libopus", 48_000),
    ],
)
def test_whole_files_have_no_gaps_and_no_notes(tmp_path, ending, codec, rate):
    path = write_sound(tmp_path / f"a.{ending}", voice(4.0, rate=rate), codec=codec, rate=rate)
    with SoundReader(path) as reader:
        frames = sum(frame.samples for frame in [reader._first, *reader._frames])
    speech = load_speech(path)
    assert speech.notes == ()
    assert speech.lead_s == 0.0
    assert 0 <= frames - speech.samples <= 2048


def test_a_clock_that_is_set_anew_is_no_gap(tmp_path):
    """Two recordings of a broadcast, joined; the second one counts from another hour."""
    path = write_sound(tmp_path / "a.ts", voice(1.0, rate=48_000), rate=48_000, codec="mp2")
    with av.open(str(path)) as source, av.open(str(tmp_path / "b.ts"), "w") as output:
        copy = output.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(audio=0):
            if packet.pts is not None:
                packet.stream, packet.pts, packet.dts = copy, packet.pts + 3600 * 90_000, packet.dts + 3600 * 90_000
                output.mux(packet)
    (tmp_path / "joined.ts").write_bytes(path.read_bytes() + (tmp_path / "b.ts").read_bytes())
    assert load_speech(tmp_path / "joined.ts").duration_s == pytest.approx(2.0, abs=0.1)


# --- channels and tracks ----------------------------------------------------------------------------------------------


def test_opposite_phase_is_heard(tmp_path):
    speech = load_speech(real_files.opposite_phase(tmp_path / "a.wav"))
    assert np.abs(speech.wave - voice(2.0)).max() < 1e-3
    assert speech.channels == 2
    assert "opposite phase" in speech.notes[0]
    both = np.concatenate(list(source_blocks(tmp_path / "a.wav", rate=16_000, layout="stereo", samples=32_000)), axis=1)
    assert np.abs(both[0] + both[1]).max() < 1e-3, "the result's own sound is left as it is"


def test_of_channels_that_cancel_each_other_the_louder_one_is_heard(tmp_path):
    wave = voice(1.0)
    path = write_sound(tmp_path / "a.wav", np.stack([-0.7 * wave, wave]), codec="pcm_f32le")
    speech = load_speech(path)
    assert np.abs(speech.wave - wave).max() < 1e-3
    assert "the lips follow channel 2" in speech.notes[0]


def test_channels_that_differ_are_folded_as_ever(tmp_path):
    noise = 0.1 * np.random.default_rng(0).standard_normal((2, 96_000)).astype(np.float32)
    path = write_sound(tmp_path / "a.wav", noise, rate=96_000, codec="pcm_f32le")
    assert load_speech(path).notes == ()  # most of it lies above what is analysed


def test_the_default_track_speaks(tmp_path):
    path = real_files.several_tracks(tmp_path / "a.mp4", default=1)
    speech = load_speech(path)
    assert hertz(speech.wave) == pytest.approx(600, abs=2)
    assert "has 2 sound tracks; number 2" in speech.notes[0]
    assert "--audio-track" in speech.notes[0]
    first = load_speech(path, track=1)
    assert hertz(first.wave) == pytest.approx(300, abs=2)
    assert first.notes == ()


def test_the_chosen_track_is_heard_in_the_result(capfd, tmp_path):
    path, out = real_files.several_tracks(tmp_path / "a.mp4"), tmp_path / "out.mp4"
    outcome = lipsync(capfd, "run", path, path, "-o", out, "--audio-track", 1, "--max-side", 128)
    assert outcome.code == 0, outcome.err
    assert hertz(load_speech(out).wave) == pytest.approx(300, abs=2)
    assert "tracks" not in outcome.out + outcome.err


def test_a_track_that_is_not_there(capfd, tmp_path):
    path = real_files.several_tracks(tmp_path / "a.mp4")
    outcome = lipsync(capfd, "run", path, path, "-o", tmp_path / "out.mp4", "--audio-track", 3)
    assert outcome.code == 2
    assert "Sound track 3 of" in outcome.err
    assert "there are 2 sound tracks" in outcome.err
    with pytest.raises(InputError, match=r"Video track 2 of .* only one video track"):
        open_source(path, track=2)


def test_a_silent_track_is_said(tmp_path):
    path = real_files.several_tracks(tmp_path / "a.mp4", default=0, silent=0)
    notes = load_speech(path).notes
    assert any("is silent: the lips will rest. Choose another track with --audio-track" in note for note in notes)
    assert load_speech(path, track=2).notes == ()


def test_the_chosen_video_is_seen(tmp_path):
    path = real_files.two_videos(tmp_path / "a.mkv")
    source, chosen = open_source(path), open_source(path, track=1)
    reds = [next(s.frames(Timeline(Fraction(25), 1, 0.04))).image[..., 0].mean() for s in (chosen, source)]
    assert reds[0] > 180
    assert reds[1] < 80, "the default"
    assert "has 2 video tracks; number 2" in source.warnings[0]
    assert chosen.warnings == []


# --- broken off -------------------------------------------------------------------------------------------------------


def test_a_truncated_file_says_what_is_missing(tmp_path):
    path, out = real_files.truncated(tmp_path / "a.mp4"), tmp_path / "out.mp4"
    report = pipeline.run(path, path, out, options=RunOptions(max_side=128))
    sound = [warning for warning in report.warnings if "The sound of" in warning]
    assert "breaks off after 1.3 s, of 3.0 s by its header: the file is incomplete, 1.7 s are missing" in sound[0]
    source = open_source(path)
    for _ in source.frames(Timeline.covering(3, 1, Fraction(25)), when_short="freeze"):
        pass
    assert any("The picture of" in warning and "breaks off after 1." in warning for warning in source.warnings)


@pytest.mark.parametrize(
    ("ending", "codec"),
    [("mkv", "aac"), ("webm", "libopus"), ("flac", "flac"), ("mp3", "libmp3lame"), ("wav", "pcm_s16le")],
)
def test_half_a_download_of_any_kind(tmp_path, ending, codec):
    path = write_sound(tmp_path / f"a.{ending}", voice(4.0, rate=48_000), rate=48_000, codec=codec)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    [note] = load_speech(path).notes
    assert "of 4.0 s by its header" in note
    path.write_bytes(data[: len(data) // 40])
    with pytest.raises(InputError, match=r"incomplete. Copy or download it again|empty or damaged|No sound"):
        load_speech(path)


@pytest.mark.parametrize("size", [0, 0x7FFFF024, 0xFFFFFFFF])
def test_a_sound_of_unknown_length_is_whole(tmp_path, size):
    """As programs write it that stream a WAV file and cannot go back to its header."""
    path = write_sound(tmp_path / "a.wav", voice(1.0))
    data = bytearray(path.read_bytes())
    for place in (4, data.index(b"data") + 4):
        data[place : place + 4] = size.to_bytes(4, "little")
    path.write_bytes(data)
    speech = load_speech(path)
    assert speech.duration_s == pytest.approx(1.0, abs=0.001)
    assert speech.notes == ()


def test_hardly_anything_left_is_refused(capfd, tmp_path):
    path = real_files.truncated(tmp_path / "a.mp4", seconds=10.0, share=0.06)
    write_picture(tmp_path / "face.png", draw(FACE, size=SIZE))
    outcome = lipsync(capfd, "run", tmp_path / "face.png", path, "-o", tmp_path / "out.mp4")
    assert outcome.code == 2
    assert "incomplete. Copy or download it again" in outcome.err or "empty or damaged" in outcome.err
    assert not (tmp_path / "out.mp4").exists()


# --- several videos to score, pipes, addresses, formats ---------------------------------------------------------------


def test_one_bad_video_does_not_cost_the_others(capfd, tmp_path):
    good = write_video(tmp_path / "good.mp4", real_files.talking(2.6), sound=voice(2.6))
    bad, mute = tmp_path / "bad.mp4", write_video(tmp_path / "mute.mp4", [quadrants()] * 5)
    bad.write_bytes(b"no video at all" * 50)
    outcome = lipsync(capfd, "score", good, bad, mute, good)
    assert outcome.code == 2
    assert outcome.out.count("good.mp4:") == 2
    assert "bad.mp4 was not measured" in outcome.err
    assert "mute.mp4 was not measured" in outcome.err
    printed = json.loads(lipsync(capfd, "score", good, bad, "--json").out)
    assert printed[0]["notes"] == []
    assert "verdict" in printed[0]
    assert "neither" in printed[1]["error"] or "no moving picture" in printed[1]["error"]


def test_face_and_voice_through_pipes(capfd, tmp_path, monkeypatch):
    picture, sound = io.BytesIO(), write_sound(tmp_path / "voice.wav", voice(0.3))
    Image.fromarray(draw(FACE, size=SIZE)).save(picture, "png")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(picture.getvalue())))
    os.mkfifo(tmp_path / "pipe.wav")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe.wav").write_bytes(sound.read_bytes()))
    writer.start()
    outcome = lipsync(capfd, "run", "-", tmp_path / "pipe.wav", "-o", tmp_path / "out.mp4", "--max-side", 128)
    writer.join()
    assert outcome.code == 0, outcome.err
    assert load_speech(tmp_path / "out.mp4").duration_s == pytest.approx(0.3, abs=0.001)


def test_a_video_is_scored_from_standard_input(tmp_path):
    video = write_video(tmp_path / "a.mp4", real_files.talking(1.0), sound=voice(1.0))
    command = [sys.executable, "-m", "lipsync_tools", "score", "/dev/stdin", "--json"]
    done = subprocess.run(command, input=video.read_bytes(), capture_output=True, check=True, timeout=120)
    assert json.loads(done.stdout)[0]["frames"] == 25


@pytest.mark.parametrize(
    ("face", "sound", "message"),
    [
        ("-", "-", "given twice"),
        ("https://example.com/a.mp4", "voice.wav", "'https://example.com/a.mp4' is an address; only files are read"),
        ("face.png", "http://example.com/a.mp3", "'http://example.com/a.mp3' is an address"),
        ("/dev/zero", "voice.wav", "is a pipe or a device"),
    ],
)
def test_what_cannot_be_read_is_refused_at_once(capfd, tmp_path, monkeypatch, face, sound, message):
    monkeypatch.chdir(tmp_path)
    write_sound(tmp_path / "voice.wav", voice(0.3))
    write_picture(tmp_path / "face.png", draw(FACE, size=SIZE))
    outcome = lipsync(capfd, "run", face, sound, "-o", "out.mp4")
    assert outcome.code == 2
    assert message in " ".join(outcome.err.split())


def test_a_pipe_is_refused_by_the_library_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="pipe or a device, which can be read only once"):
        load_speech(tmp_path / "pipe")


@pytest.mark.parametrize("named", [True, False])
def test_tga_is_a_picture(tmp_path, named):
    path = real_files.picture_of_kind(tmp_path / "face.tga")
    if not named:
        path = path.rename(tmp_path / "face")
    assert open_source(path).is_picture
    np.testing.assert_array_equal(read_picture(path), draw(FACE, size=SIZE))


def test_psd_is_a_picture(tmp_path):
    image = draw(FACE, size=SIZE)
    np.testing.assert_array_equal(read_picture(real_files.photoshop(tmp_path / "face.psd", image)), image)
    assert open_source(tmp_path / "face.psd").is_picture
