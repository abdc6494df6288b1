import gc
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image
from synthetic_media import COLOURS, flat, number_of, numbered, quadrants, set_rotation, voice, write_sound, write_video

from lipsync_utils.errors import InputError
from lipsync_utils.media import open_source
from lipsync_utils.media import timeline as playing
from lipsync_utils.records import Timeline

MILLISECOND = Fraction(1, 1000)


def timeline(frames, fps=25):
    return Timeline(fps=Fraction(fps), frames=frames, duration_s=float(frames / Fraction(fps)))


def numbers(source, clock, **options):
    return [number_of(frame.image) for frame in source.frames(clock, **options)]


def clip(path, count=12, **options):
    return write_video(path, (numbered(i) for i in range(count)), **options)


def check_quadrants(image, *, width, height):
    """Each quarter has its colour up to its edges."""
    assert image.shape == (height, width, 3)
    wanted = quadrants(width=width, height=height).astype(int)
    inside = np.ones((height, width), bool)
    inside[height // 2 - 2 : height // 2 + 2], inside[:, width // 2 - 3 : width // 2 + 3] = False, False
    assert np.abs(image.astype(int) - wanted)[inside].max() < 16
    assert np.abs(image.astype(int) - wanted)[inside].mean() < 4


def test_a_picture_is_one_array_repeated(tmp_path):
    Image.fromarray(quadrants()).save(tmp_path / "face.mp4", format="PNG")  # the content decides
    source = open_source(tmp_path / "face.mp4")
    assert (source.is_picture, source.width, source.height, source.fps, source.has_audio) == (True, 64, 48, None, False)
    frames = list(source.frames(timeline(5)))
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4]
    assert all(frame.image is frames[0].image for frame in frames)
    assert not frames[0].image.flags.writeable


def test_a_video_by_content(tmp_path):
    path = clip(tmp_path / "وجه متحرك.jpg", container="mp4", sound=voice(0.48))
    source = open_source(str(path))
    assert (source.is_picture, source.width, source.height, source.fps) == (False, 64, 48, 25)
    assert source.has_audio
    assert source.duration_s == pytest.approx(0.48, abs=0.04)
    assert numbers(source, timeline(12)) == list(range(12))
    assert source.warnings == []


@pytest.mark.parametrize(
    ("ending", "options"),
    [
        ("mp4", {"options": {"bf": "3", "preset": "medium", "qp": "8"}}),
        ("mkv", {}),
        ("mov", {}),
        ("avi", {"codec": "mpeg4", "options": {"q": "2"}}),
        ("webm", {"codec": "libvpx", "options": {"crf": "4", "b": "2M"}}),
        ("mpg", {"codec": "mpeg2video", "options": {"q": "2"}}),
    ],
)
@pytest.mark.parametrize("fps", [25, Fraction(30000, 1001)])
def test_same_rate_gives_every_frame_once(tmp_path, ending, options, fps):
    source = open_source(clip(tmp_path / f"clip.{ending}", 40, fps=fps, **options))
    assert source.fps == fps
    assert numbers(source, timeline(40, fps)) == list(range(40))


def test_other_rates(tmp_path):
    source = open_source(clip(tmp_path / "clip.mp4", 20, fps=25))
    assert numbers(source, timeline(40, 50)) == [i // 2 for i in range(40)]
    assert numbers(source, timeline(10, Fraction(25, 2))) == list(range(0, 20, 2))


def test_variable_rate_is_resampled_by_timestamps(tmp_path):
    times = [0, 40, 200, 220, 240, 400]
    path = clip(tmp_path / "phone.mp4", 6, timestamps=lambda i: times[i], time_base=MILLISECOND)
    shown = numbers(open_source(path), timeline(11), when_short="freeze")
    assert shown == [max(i for i, at in enumerate(times) if at <= index * 40) for index in range(11)]


def test_a_late_first_timestamp_counts_as_the_beginning(tmp_path):
    path = clip(tmp_path / "late.mkv", 10, timestamps=lambda i: 5000 + 40 * i, time_base=MILLISECOND)
    frames = list(open_source(path).frames(timeline(10)))
    assert [number_of(frame.image) for frame in frames] == list(range(10))
    assert frames[0].time_s == 0
    assert frames[9].time_s == pytest.approx(0.36, abs=0.002)


def test_joined_recordings_go_on_where_the_clock_is_reset(tmp_path):
    """The second one shows each of its pictures for five times as long."""
    options = {"container": "mpegts", "options": {"bf": "0", "qp": "4"}}
    first = write_video(tmp_path / "1.ts", map(numbered, range(10)), **options)
    second = write_video(tmp_path / "2.ts", map(numbered, range(10, 14)), timestamps=lambda i: 5 * i, **options)
    (tmp_path / "joined.ts").write_bytes(first.read_bytes() + second.read_bytes())
    shown = numbers(open_source(tmp_path / "joined.ts"), timeline(26))
    assert shown == [*range(10), *np.repeat([10, 11, 12], 5), 13]


def test_missing_timestamps(tmp_path):
    path = clip(tmp_path / "raw.h264", 10, container="h264", options={"bf": "0", "qp": "4"})
    assert numbers(open_source(path), timeline(10, open_source(path).fps)) == list(range(10))


def test_too_short_loops_or_freezes(tmp_path):
    source = open_source(clip(tmp_path / "short.mp4", 4))
    assert numbers(source, timeline(10)) == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]
    assert numbers(source, timeline(10), when_short="freeze") == [0, 1, 2, 3] + [3] * 6
    with pytest.raises(InputError, match="when_short"):
        source.frames(timeline(3), when_short="stop")


@pytest.mark.parametrize(("piece", "ending"), [(3, "mp4"), (3, "avi"), (100, "mkv")])
def test_too_short_goes_back_and_forth(tmp_path, monkeypatch, piece, ending):
    monkeypatch.setattr(playing, "_PIECE", piece)
    codec = "mpeg4" if ending == "avi" else "libx264"
    source = open_source(clip(tmp_path / f"short.{ending}", 8, codec=codec))
    there, back = list(range(8)), list(range(6, -1, -1))
    assert numbers(source, timeline(26), when_short="pingpong") == (there + back + there[1:] + back)[:26]


def test_back_and_forth_over_several_key_frames(tmp_path, monkeypatch):
    monkeypatch.setattr(playing, "_PIECE", 12)
    path = clip(
        tmp_path / "late.mkv", 30, timestamps=lambda i: 5000 + 40 * i, time_base=MILLISECOND, options={"g": "7"}
    )
    shown = numbers(open_source(path), timeline(59), when_short="pingpong")
    assert shown == [*range(30), *range(28, -1, -1)]


def test_one_single_frame_goes_nowhere(tmp_path):
    source = open_source(clip(tmp_path / "one.mp4", 1))
    assert numbers(source, timeline(5), when_short="pingpong") == [0] * 5


def test_pictures_are_let_go_at_once(tmp_path):
    """They are megabytes each: none of them waits for the collector of cycles, which counts objects, not bytes."""
    source, alive = open_source(clip(tmp_path / "short.mp4", 30)), 0
    gc.collect()
    gc.disable()
    try:
        for _ in source.frames(timeline(60)):
            alive = max(alive, sum(isinstance(one, av.VideoFrame) for one in gc.get_objects()))
    finally:
        gc.enable()
    assert alive < 10


def test_one_single_frame_loops(tmp_path):
    assert numbers(open_source(clip(tmp_path / "one.mp4", 1)), timeline(5)) == [0] * 5


def test_repeated_frames_share_their_array(tmp_path):
    frames = list(open_source(clip(tmp_path / "clip.mp4", 4)).frames(timeline(8, 50)))
    assert frames[0].image is frames[1].image
    assert frames[1].image is not frames[2].image
    assert not frames[0].image.flags.writeable


@pytest.mark.parametrize(("degrees", "corner"), [(0, 0), (90, 2), (180, 3), (270, 1)])
def test_rotation(tmp_path, degrees, corner):
    path = write_video(tmp_path / "phone.mp4", [quadrants()] * 5)
    set_rotation(path, degrees)
    source = open_source(path)
    image = next(iter(source.frames(timeline(5)))).image
    assert (source.height, source.width) == image.shape[:2] == ((48, 64) if degrees % 180 == 0 else (64, 48))
    assert np.abs(image[4, 4].astype(int) - COLOURS[corner]).max() < 8


def test_wide_pixels_are_made_square(tmp_path):
    path = tmp_path / "dv.mkv"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(3, 2)
        for index in range(3):
            picture = av.VideoFrame.from_ndarray(quadrants(), format="rgb24").reformat(format="yuv420p")
            picture.pts = index
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
    source = open_source(path)
    assert (source.width, source.height) == (96, 48)
    check_quadrants(next(iter(source.frames(timeline(1)))).image, width=96, height=48)


def test_odd_size(tmp_path):
    path = write_video(tmp_path / "odd.mp4", [quadrants(width=63, height=47)] * 3, pixel_format="yuv444p")
    source = open_source(path)
    assert (source.width, source.height) == (63, 47)
    check_quadrants(next(iter(source.frames(timeline(3)))).image, width=63, height=47)


@pytest.mark.parametrize("matrix", [1, 6])
@pytest.mark.parametrize("full_range", [False, True])
@pytest.mark.parametrize("codec", ["libx264", "ffv1"])  # a full range is a pixel format of its own in H.264
def test_declared_matrix_and_range_are_honoured(tmp_path, matrix, full_range, codec):
    options = {"matrix": matrix, "full_range": full_range, "codec": codec}
    for colour in COLOURS:
        path = write_video(tmp_path / "flat.mkv", [flat(colour)] * 2, **options)
        image = next(iter(open_source(path).frames(timeline(1)))).image
        assert np.abs(image.astype(int) - colour).max() <= 4, colour


@pytest.mark.parametrize(("rows", "matrix"), [(720, 1), (718, 6), (48, 6)])
def test_without_a_tag_the_rows_decide_as_in_players(tmp_path, rows, matrix):
    """High definition is BT.709, everything smaller BT.601; taken for the other, skin gets a tint."""
    skin = flat((196, 140, 120), width=64, height=rows)
    path = write_video(tmp_path / "untagged.mp4", [skin] * 2, matrix=matrix, declared=False)
    with av.open(str(path)) as container:
        assert int(next(container.decode(video=0)).colorspace) == 2, "the file does not tell"
    image = next(iter(open_source(path).frames(timeline(1)))).image
    assert np.abs(image.astype(int) - skin).max() <= 4


def test_quick_conversion_is_nearly_the_same(tmp_path):
    source = open_source(clip(tmp_path / "a.mp4", 3))
    exact, quick = (list(source.frames(timeline(3), exact=exact)) for exact in (True, False))
    for a, b in zip(exact, quick, strict=True):
        assert np.abs(a.image.astype(int) - b.image).mean() < 4
        assert number_of(a.image) == number_of(b.image)


def test_rgb_video(tmp_path):
    path = write_video(tmp_path / "rgb.mkv", [quadrants()] * 2, codec="ffv1", pixel_format="bgr0", options={})
    assert np.array_equal(next(iter(open_source(path).frames(timeline(1)))).image, quadrants())


def test_damage_in_the_middle_is_skipped_and_listed(tmp_path):
    # In AVI every frame is a chunk of its own: "00dc", size, data.
    path = clip(tmp_path / "torn.avi", 20, codec="mjpeg", pixel_format="yuvj420p", options={"qmin": "2", "qmax": "2"})
    data = bytearray(path.read_bytes())
    at = data.index(b"movi")
    for _ in range(8):
        at = data.index(b"00dc", at + 1)
    size = int.from_bytes(data[at + 4 : at + 8], "little")
    data[at + 8 : at + 8 + size] = b"\x55" * size
    path.write_bytes(data)
    source = open_source(path)
    shown = numbers(source, timeline(20))
    assert len(shown) == 20
    assert shown[:7] == list(range(7))
    assert shown[8:] == list(range(8, 20))
    assert len(source.warnings) == 1
    assert "damaged" in source.warnings[0]


def test_cut_off_video_still_gives_all_frames(tmp_path):
    path = clip(tmp_path / "cut.mkv", 50)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    shown = numbers(open_source(path), timeline(50), when_short="freeze")
    assert len(shown) == 50
    assert shown[:20] == list(range(20))


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
@pytest.mark.parametrize("late_s", [0.0, 0.32])
def test_sound_that_starts_late_is_measured(tmp_path, ending, late_s):
    path = clip(tmp_path / f"late.{ending}", 25, sound=voice(1.0), sound_late_s=late_s)
    offset_s = open_source(path).audio_offset_s
    assert late_s - 0.065 < offset_s < late_s + 1e-3, "the encoder's priming, 1024 samples, may count as sound"


def test_sound_before_the_first_picture_is_measured(tmp_path):
    path = clip(tmp_path / "early.mp4", 25, sound=voice(1.0), timestamps=lambda index: index + 5)
    assert open_source(path).audio_offset_s == pytest.approx(-0.2, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("text.mp4", b"this is not a video\n" * 50, "neither a picture nor a video"),
        ("text.txt", b"this is not a video\n" * 50, "neither|no moving picture"),
        ("empty.mp4", b"", "empty"),
        ("zeros.mp4", b"\0" * 4000, "neither a picture nor a video"),
        ("missing.mp4", None, "does not exist"),
    ],
)
def test_bad_files(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        open_source(tmp_path / name)


def test_sound_only_and_header_only(tmp_path):
    with pytest.raises(InputError, match="no moving picture"):
        open_source(write_sound(tmp_path / "voice.wav", voice(0.3)))
    path = clip(tmp_path / "whole.mp4", 10)
    path.write_bytes(path.read_bytes()[:600])
    with pytest.raises(InputError, match=r"again|decoded"):
        open_source(path)


def test_a_track_that_nothing_decodes_is_none():
    from types import SimpleNamespace

    from lipsync_utils.media.decoding import films_in

    damaged = SimpleNamespace(codec_context=None, disposition=0)
    assert films_in(SimpleNamespace(streams=SimpleNamespace(video=[damaged]))) == []
