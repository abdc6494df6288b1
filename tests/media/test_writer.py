import os
import struct
import subprocess
import sys
import textwrap
import threading
import time
from fractions import Fraction

import av
import numpy as np
import pytest
from synthetic_media import COLOURS, flat, number_of, numbered, quadrants, voice, write_sound

from lipsync_utils.errors import InputError, OutputError
from lipsync_utils.media import VideoWriter, check_output, load_speech, open_source, read_metadata
from lipsync_utils.media import writer as writer_module
from lipsync_utils.media.encode import Encoder
from lipsync_utils.options import WriteOptions
from lipsync_utils.pixels import to_yuv420
from lipsync_utils.records import Timeline


def spoken(tmp_path, duration_s=1.0, rate=16_000, channels=1, name="voice.wav"):
    wave = voice(duration_s, rate=rate)
    samples = np.stack([wave] * channels)
    return load_speech(write_sound(tmp_path / name, samples, rate=rate, codec="pcm_f32le"))


def clock(speech, fps=25):
    return Timeline.covering(speech.samples, speech.rate, Fraction(fps))


def produce(path, speech, *, fps=25, picture=numbered, size=(64, 48), **options):
    timeline = clock(speech, fps)
    with VideoWriter(path, width=size[0], height=size[1], timeline=timeline, speech=speech, **options) as writer:
        for index in range(timeline.frames):
            writer.write(picture(index, width=size[0], height=size[1]))
    return timeline


def decoded_sound(path):
    """All samples that a plain decode gives, ``(channels, n)``."""
    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)


def edit_lists(path):
    """``(duration in movie ticks, media time)`` of every track, and the movie's ticks per second."""
    data = path.read_bytes()
    at = data.index(b"mvhd") + 4
    scale = struct.unpack(">I", data[at + (12 if data[at] == 0 else 20) :][:4])[0]
    edits, at = [], data.find(b"elst")
    while at >= 0:
        edits.append(struct.unpack(">Ii", data[at + 12 : at + 20]))
        at = data.find(b"elst", at + 1)
    return edits, scale


def lag_of(later, earlier, reach=300):
    size = len(earlier) - 2 * reach
    scores = [float(later[reach + k :][:size] @ earlier[reach:][:size]) for k in range(-reach, reach + 1)]
    return int(np.argmax(scores)) - reach


@pytest.mark.parametrize("fps", [25, Fraction(30000, 1001), 30])
@pytest.mark.parametrize(("rate", "extra"), [(16000, 1), (44100, 333), (48000, 0), (22050, 1023)])
def test_sound_is_exact_to_the_sample(tmp_path, fps, rate, extra):
    wave = voice(2.0, rate=rate)[: rate + extra]
    speech = load_speech(write_sound(tmp_path / "voice.wav", wave, rate=rate, codec="pcm_f32le"))
    timeline = produce(tmp_path / "out.mp4", speech, fps=fps)
    sound = decoded_sound(tmp_path / "out.mp4")
    assert sound.shape == (1, speech.samples)
    assert lag_of(sound[0], wave) == 0
    edits, scale = edit_lists(tmp_path / "out.mp4")
    assert scale == rate
    assert edits[1][0] == speech.samples
    again = load_speech(tmp_path / "out.mp4")
    assert (again.samples, again.rate) == (speech.samples, rate)
    source = open_source(tmp_path / "out.mp4")
    assert source.fps == fps
    assert source.audio_offset_s == 0
    assert 0 <= source.duration_s - speech.duration_s + 1e-6 < float(1 / timeline.fps) + 1e-3
    shown = [number_of(frame.image) for frame in source.frames(timeline)]
    assert shown == list(range(timeline.frames))


@pytest.mark.parametrize("ending", ["mov", "m4v", "mkv", "MP4"])
def test_other_containers(tmp_path, ending):
    speech = spoken(tmp_path, 1.01, 44100, 2)
    path = tmp_path / f"النتيجة مع مسافة.{ending}"
    timeline = produce(str(path), speech, metadata={"comment": "made by a machine"})
    sound = decoded_sound(path)
    assert sound.reshape(2, -1, order="F").shape[1] == speech.samples
    again = load_speech(path)
    assert (again.samples, again.channels) == (speech.samples, 2)
    assert lag_of(again.wave, speech.wave) == 0
    assert [number_of(f.image) for f in open_source(path).frames(timeline)] == list(range(timeline.frames))
    assert {key.lower(): value for key, value in read_metadata(path).items()}["comment"] == "made by a machine"


@pytest.mark.parametrize(("rate", "kept"), [(8000, 8000), (37800, 44100), (192000, 96000)])
def test_rates_that_aac_lacks_take_the_nearest(tmp_path, rate, kept):
    speech = spoken(tmp_path, 0.5, rate)
    produce(tmp_path / "out.mp4", speech)
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert container.streams.audio[0].rate == kept
    again = load_speech(tmp_path / "out.mp4")
    assert again.samples == round(speech.samples * kept / rate)
    assert abs(lag_of(again.wave, speech.wave)) <= (1 if rate == 8000 else 0)


@pytest.mark.parametrize(("channels", "layout"), [(1, "mono"), (2, "stereo"), (6, "5.1")])
def test_channels_are_kept(tmp_path, channels, layout):
    samples = np.stack([voice(0.5, rate=48000, seed=channel) for channel in range(channels)])
    samples[3:4] = 0.2 * np.sin(np.arange(24000) / 100.0)  # the fourth one is for low frequencies only
    speech = load_speech(write_sound(tmp_path / "voice.wav", samples, rate=48000, codec="pcm_f32le"))
    produce(tmp_path / "out.mp4", speech)
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert container.streams.audio[0].layout.name == layout
    likeness = np.corrcoef(np.concatenate([samples, decoded_sound(tmp_path / "out.mp4")]))[:channels, channels:]
    assert np.diag(likeness).min() > 0.9, "each channel keeps its own sound"
    assert (likeness.argmax(axis=1) == np.arange(channels)).all()


def test_shortest_voice(tmp_path):
    speech = spoken(tmp_path, 0.04)
    timeline = produce(tmp_path / "out.mp4", speech)
    assert timeline.frames == 1
    sound = decoded_sound(tmp_path / "out.mp4")
    assert sound.shape == (1, 640)
    assert lag_of(sound[0], speech.wave, reach=100) == 0


def test_colours_come_back(tmp_path):
    speech = spoken(tmp_path, 0.04)
    for colour in [*COLOURS, (0, 0, 0), (255, 255, 255), (196, 154, 128), (255, 0, 0), (0, 0, 255)]:
        produce(tmp_path / "out.mp4", speech, picture=lambda *_, colour=colour, **size: flat(colour, **size))
        image = next(iter(open_source(tmp_path / "out.mp4").frames(clock(speech)))).image
        assert np.abs(image.astype(int) - colour).max() <= 2, colour
    with av.open(str(tmp_path / "out.mp4")) as container:
        frame = next(container.decode(video=0))
        assert (int(frame.colorspace), int(frame.color_range)) == (6, 1)


def test_quality(tmp_path):
    rng = np.random.default_rng(0)
    coarse = rng.integers(40, 215, (12, 12, 3)).astype(np.uint8)
    import cv2

    wide = cv2.resize(coarse, (260, 260), interpolation=cv2.INTER_CUBIC)
    speech = spoken(tmp_path, 0.8)
    frames = [np.ascontiguousarray(wide[k : k + 192, 2 * k : 2 * k + 192]) for k in range(20)]
    produce(tmp_path / "out.mp4", speech, size=(192, 192), picture=lambda index, **_: frames[index])
    for frame in open_source(tmp_path / "out.mp4").frames(clock(speech)):
        error = np.mean((frame.image.astype(float) - frames[frame.index]) ** 2)
        assert 10 * np.log10(255**2 / error) > 40


def test_a_larger_crf_makes_a_smaller_file(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (10, 48, 64, 3), np.uint8)
    sizes = []
    for crf in (10, 17, 35):
        options = WriteOptions(crf=crf)
        produce(tmp_path / "out.mp4", spoken(tmp_path, 0.4), picture=lambda index, **_: noise[index], options=options)
        sizes.append((tmp_path / "out.mp4").stat().st_size)
    assert sizes[0] > 1.1 * sizes[1]
    assert sizes[1] > 1.5 * sizes[2]


@pytest.mark.parametrize("size", [(63, 47), (64, 47), (63, 48)])
def test_odd_sizes_are_padded_not_scaled(tmp_path, size):
    speech = spoken(tmp_path, 0.2)
    produce(tmp_path / "out.mp4", speech, size=size, picture=lambda _, **size: quadrants(**size))
    image = next(iter(open_source(tmp_path / "out.mp4").frames(clock(speech)))).image
    assert image.shape[:2] == (48, 64)
    assert np.abs(image[-1, -1].astype(int) - COLOURS[3]).max() < 10
    edge = quadrants(width=size[0], height=size[1])[: size[1], : size[0]]
    assert np.median(np.abs(image[: size[1], : size[0]].astype(int) - edge).max(axis=2)) <= 3


def test_chroma_is_the_mean_of_four():
    stripes = np.zeros((8, 8, 3), np.uint8)
    stripes[:, ::2] = (255, 0, 0)
    chroma = to_yuv420(stripes)[8:]
    assert np.array_equal(chroma, to_yuv420(np.full((8, 8, 3), (128, 0, 0), np.uint8))[8:])


def test_the_callers_array_may_be_reused_and_is_not_changed(tmp_path):
    speech = spoken(tmp_path, 0.8)
    timeline = clock(speech)
    canvas = np.empty((48, 64, 3), np.uint8)
    with VideoWriter(tmp_path / "out.mp4", width=64, height=48, timeline=timeline, speech=speech) as writer:
        for index in range(timeline.frames):
            canvas[:] = numbered(index)
            writer.write(canvas)
            assert np.array_equal(canvas, numbered(index))
    shown = [number_of(frame.image) for frame in open_source(tmp_path / "out.mp4").frames(timeline)]
    assert shown == list(range(timeline.frames))


def test_a_still_repeats_cheaply(tmp_path, monkeypatch):
    converted = []
    monkeypatch.setattr(writer_module, "to_yuv420", lambda rgb, colour: converted.append(rgb) or to_yuv420(rgb, colour))
    speech = spoken(tmp_path, 0.4)
    still = numbered(77)
    still.setflags(write=False)
    produce(tmp_path / "out.mp4", speech, picture=lambda *_, **__: still)
    assert {number_of(f.image) for f in open_source(tmp_path / "out.mp4").frames(clock(speech))} == {77}
    assert len(converted) == 1


def test_metadata_and_fast_start(tmp_path):
    tags = {"comment": "صوت", "description": "A talking face", "lipsync_engine": "rig", "lipsync_report": '{"lag": 0}'}
    produce(tmp_path / "out.mp4", spoken(tmp_path, 0.2), metadata=tags)
    assert tags.items() <= read_metadata(tmp_path / "out.mp4").items()
    data = (tmp_path / "out.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_sound_and_picture_lie_side_by_side(tmp_path):
    produce(tmp_path / "out.mp4", spoken(tmp_path, 4.0))
    seen = {"audio": 0.0, "video": 0.0}
    with av.open(str(tmp_path / "out.mp4")) as container:
        packets = sorted((p for p in container.demux() if p.size), key=lambda packet: packet.pos)
        for packet in packets:
            seen[packet.stream.type] = float(packet.dts * packet.time_base)
            assert abs(seen["audio"] - seen["video"]) < 1.5


# --- when it goes wrong ---------------------------------------------------------------------------------------------


def begin(tmp_path, name="out.mp4", **options):
    speech = spoken(tmp_path, 0.4)
    return VideoWriter(tmp_path / name, width=64, height=48, timeline=clock(speech), speech=speech, **options)


def left_behind(tmp_path):
    return sorted(file.name for file in tmp_path.iterdir() if file.name != "voice.wav")


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_any_exception_leaves_nothing(tmp_path, error):
    before = threading.active_count()
    with pytest.raises(error), begin(tmp_path) as writer:  # noqa: PT012
        writer.write(numbered(0))
        assert len(left_behind(tmp_path)) <= 1
        raise error
    assert left_behind(tmp_path) == []
    assert threading.active_count() == before


def test_an_older_result_survives_a_failure(tmp_path):
    (tmp_path / "out.mp4").write_bytes(b"older")
    with pytest.raises(RuntimeError), begin(tmp_path) as writer:  # noqa: PT012
        writer.write(numbered(0))
        raise RuntimeError
    assert (tmp_path / "out.mp4").read_bytes() == b"older"
    assert left_behind(tmp_path) == ["out.mp4"]


def test_too_few_and_too_many_pictures(tmp_path):
    with pytest.raises(OutputError, match="1 of 10"), begin(tmp_path) as writer:
        writer.write(numbered(0))
    with pytest.raises(OutputError, match="All 10"), begin(tmp_path) as writer:  # noqa: PT012
        for index in range(11):
            writer.write(numbered(index))
    assert left_behind(tmp_path) == []


def test_wrong_pictures(tmp_path):
    for wrong in (numbered(0, width=32), numbered(0).astype(np.float32), numbered(0)[..., 0]):
        with pytest.raises(InputError, match=r"\(48, 64, 3\)"), begin(tmp_path) as writer:
            writer.write(wrong)
    assert left_behind(tmp_path) == []


def test_paths_are_checked_before_any_work(tmp_path):
    with pytest.raises(InputError, match=r"\.mp4"):
        begin(tmp_path, "out.avi")
    with pytest.raises(InputError, match=r"\.mp4"):
        begin(tmp_path, "out")
    with pytest.raises(OutputError, match="does not exist"):
        begin(tmp_path, "nowhere/out.mp4")
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(InputError, match="folder"):
        begin(tmp_path, "folder.mp4")
    with pytest.raises(OutputError):
        check_output("/proc/out.mp4" if sys.platform == "linux" else tmp_path / "nowhere/out.mp4")


def test_the_voice_is_not_overwritten(tmp_path):
    produce(tmp_path / "talk.mp4", spoken(tmp_path, 0.2))
    speech = load_speech(tmp_path / "talk.mp4")
    with pytest.raises(InputError, match="overwrite"):
        VideoWriter(tmp_path / "talk.mp4", width=64, height=48, timeline=clock(speech), speech=speech)


def test_a_voice_that_vanishes_is_reported(tmp_path):
    writer = begin(tmp_path)
    (tmp_path / "voice.wav").unlink()
    with pytest.raises(InputError, match="does not exist"), writer:  # noqa: PT012
        for index in range(10):
            writer.write(numbered(index))
    assert left_behind(tmp_path) == []


def test_an_error_is_raised_while_there_is_still_much_to_write(tmp_path):
    speech = spoken(tmp_path, 8.0)
    writer = VideoWriter(tmp_path / "out.mp4", width=64, height=48, timeline=clock(speech), speech=speech)
    (tmp_path / "voice.wav").unlink()
    with pytest.raises(InputError, match="does not exist"), writer:  # noqa: PT012
        for index in range(200):
            writer.write(numbered(index))
    assert writer.frames < 20


def test_what_waits_to_be_encoded_is_dropped_on_an_interruption(tmp_path, monkeypatch):
    encoded = []

    def slow(self, planes):
        time.sleep(0.1)
        encoded.append(planes)

    monkeypatch.setattr(Encoder, "write", slow)
    with pytest.raises(KeyboardInterrupt), begin(tmp_path) as writer:  # noqa: PT012
        for index in range(8):
            writer.write(numbered(index))
        raise KeyboardInterrupt
    assert len(encoded) <= 2
    assert left_behind(tmp_path) == []


def test_unknown_preset_is_reported(tmp_path):
    options = WriteOptions()
    object.__setattr__(options, "preset", "warp")  # as only another version of the encoder may meet it
    writer = begin(tmp_path, options=options)
    with pytest.raises(OutputError), writer:  # noqa: PT012
        for index in range(10):
            writer.write(numbered(index))
    assert left_behind(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="limits the file size of a process")
@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_full_disk(tmp_path, share):
    """A limit on the file's size makes writing fail at that point, as a full disk does."""
    speech = spoken(tmp_path, 2.0)
    script = textwrap.dedent("""
        import resource, sys
        import numpy as np
        from fractions import Fraction
        from lipsync_utils.errors import OutputError
        from lipsync_utils.media import VideoWriter, load_speech
        from lipsync_utils.records import Timeline

        def run(path):
            speech = load_speech(sys.argv[1])
            timeline = Timeline.covering(speech.samples, speech.rate, Fraction(25))
            rng = np.random.default_rng(0)
            with VideoWriter(path, width=64, height=64, timeline=timeline, speech=speech) as writer:
                for _ in range(timeline.frames):
                    writer.write(rng.integers(0, 255, (64, 64, 3), np.uint8))

        import os
        run(sys.argv[2])
        size = os.path.getsize(sys.argv[2])
        os.unlink(sys.argv[2])
        limit = int(size * float(sys.argv[3]))
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        try:
            run(sys.argv[2])
        except OutputError as error:
            print("refused:", error)
    """)
    arguments = [sys.executable, "-c", script, speech.path, str(tmp_path / "out.mp4"), str(share)]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=False, env=dict(os.environ))
    assert "refused:" in done.stdout, done.stderr
    assert "Free some space" in done.stdout
    assert left_behind(tmp_path) == []
