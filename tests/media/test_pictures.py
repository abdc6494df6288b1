import numpy as np
import pytest
from PIL import Image, ImageCms
from synthetic_media import COLOURS, quadrants

from lipsync_utils.errors import InputError, OutputError
from lipsync_utils.media import is_picture, open_source, phone_pictures, read_picture, write_picture
from lipsync_utils.media.pictures import MAX_SIDE


def near(image, colour, tolerance=2):
    return np.abs(np.asarray(image, int) - np.array(colour)).max() <= tolerance


@pytest.mark.parametrize("ending", ["png", "bmp", "tiff", "webp", "jpg", "ppm", "gif"])
def test_common_formats(tmp_path, ending):
    path = tmp_path / f"face.{ending}"
    options = {"lossless": True} if ending == "webp" else {"quality": 98, "subsampling": 0} if ending == "jpg" else {}
    Image.fromarray(quadrants()).save(path, **options)
    image = read_picture(path)
    assert image.shape == (48, 64, 3)
    assert image.dtype == np.uint8
    assert near(image[10, 10], COLOURS[0], 6)
    assert near(image[40, 60], COLOURS[3], 6)


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "LA", "RGBA", "I;16", "I", "F"])
def test_every_mode_comes_out_as_rgb(tmp_path, mode):
    grey = np.full((20, 30), 200, np.uint8)
    if mode == "I;16":
        picture = Image.fromarray(grey.astype(np.uint16) * 257)
    elif mode == "F":
        picture = Image.fromarray(grey.astype(np.float32) / 255)
    elif mode == "1":
        picture = Image.fromarray(grey > 100)
    elif mode == "P":
        picture = Image.fromarray(grey).quantize(4)
    elif mode == "I":
        picture = Image.fromarray(grey).convert("I")
    else:
        picture = Image.fromarray(grey).convert("RGB").convert(mode)
    path = tmp_path / "mode.tiff"
    picture.save(path)
    expected = 255 if mode == "1" else 200
    assert near(read_picture(path), (expected,) * 3, 3)


def test_sixteen_bit_png_keeps_its_shades(tmp_path):
    ramp = np.tile(np.linspace(0, 65535, 64).astype(np.uint16), (16, 1))
    Image.fromarray(ramp).save(tmp_path / "ramp.png")
    assert near(read_picture(tmp_path / "ramp.png")[..., 0], np.rint(ramp / 257.0), 1)


@pytest.mark.parametrize(("orientation", "corner"), [(1, 0), (2, 1), (3, 3), (4, 2), (5, 0), (6, 2), (7, 3), (8, 1)])
def test_exif_orientation(tmp_path, orientation, corner):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(quadrants()).save(tmp_path / "phone.png", exif=exif)
    image = read_picture(tmp_path / "phone.png")
    assert image.shape == ((48, 64, 3) if orientation < 5 else (64, 48, 3))
    assert near(image[2, 2], COLOURS[corner])


@pytest.mark.parametrize("kind", ["RGBA", "palette", "LA"])
def test_transparency_shows_the_backdrop(tmp_path, kind):
    pixels = np.zeros((20, 20, 4), np.uint8)
    pixels[5:15, 5:15] = (180, 180, 180, 255)
    picture = Image.fromarray(pixels)
    if kind == "palette":
        picture = picture.quantize(8)
    if kind == "LA":
        picture = picture.convert("LA")
    picture.save(tmp_path / "avatar.png")
    image = read_picture(tmp_path / "avatar.png")
    assert near(image[0, 0], (128, 128, 128)), "mid-grey: neither black nor white"
    assert near(image[10, 10], (180, 180, 180))


@pytest.mark.parametrize("ending", ["gif", "webp", "png"])
def test_of_an_animation_the_first_frame(tmp_path, ending):
    frames = [Image.fromarray(np.full((16, 16, 3), colour, np.uint8)) for colour in COLOURS[:3]]
    path = tmp_path / f"moving.{ending}"
    frames[0].save(path, save_all=True, append_images=frames[1:], **({"lossless": True} if ending == "webp" else {}))
    assert is_picture(path)
    assert near(read_picture(path), COLOURS[0])


def test_colour_profile_is_applied(tmp_path):
    """One in which red and blue have changed places, so that it shows."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = data.replace("sRGB".encode("utf-16-be"), "Swap".encode("utf-16-be"))
    data = data.replace(b"rXYZ", b"tmp0").replace(b"bXYZ", b"rXYZ").replace(b"tmp0", b"bXYZ")
    Image.fromarray(quadrants()).save(tmp_path / "swapped.png", icc_profile=data)
    image = read_picture(tmp_path / "swapped.png")
    for place, (red, green, blue) in (((2, 2), COLOURS[0]), ((2, 60), COLOURS[1]), ((40, 2), COLOURS[2])):
        assert near(image[place], (blue, green, red), 6)


def test_broken_colour_profile_is_ignored(tmp_path):
    Image.fromarray(quadrants()).save(tmp_path / "broken.png", icc_profile=b"not a profile")
    assert near(read_picture(tmp_path / "broken.png")[2, 2], COLOURS[0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "does not exist"),
        (b"", "empty"),
        (b"just some text\n" * 40, "not a picture"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "not a picture|damaged"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", "HEIC|damaged"),
        (b"\x00\x00\x00\x18ftypavif\x00\x00", "AVIF|damaged"),
    ],
)
def test_bad_files(tmp_path, content, message):
    path = tmp_path / "face.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_picture(path)


@pytest.mark.parametrize("ending", ["avif", "heic"])
def test_pictures_of_phones(tmp_path, ending):
    if ending == "heic":
        pytest.importorskip("pillow_heif", reason="the extra 'heic' is not installed").register_heif_opener()
    Image.fromarray(quadrants(width=64, height=48)).save(tmp_path / f"phone.{ending}", quality=95)
    path = (tmp_path / f"phone.{ending}").rename(tmp_path / "picture.jpg")  # the content decides
    assert is_picture(path)
    image = read_picture(path)
    assert image.shape == (48, 64, 3)
    for place in ((6, 6), (6, 58), (42, 6), (42, 58)):
        assert near(image[place], quadrants(width=64, height=48)[place], 12)
    assert open_source(path).is_picture


@pytest.mark.parametrize(("brand", "name"), [("heic", "HEIC"), ("avif", "AVIF")])
def test_pictures_of_phones_that_nothing_here_reads(tmp_path, monkeypatch, brand, name):
    monkeypatch.setattr(phone_pictures, "can_read", lambda kind: False)
    path = tmp_path / "phone.jpg"
    path.write_bytes(b"\x00\x00\x00\x18ftyp" + brand.encode() + bytes(40))
    assert is_picture(path), "it is one, and reading it says what to do"
    with pytest.raises(InputError, match=f"an? {name} picture.*Save it as JPEG or PNG, or install"):
        read_picture(path)


def test_a_picture_of_a_phone_is_told_by_all_of_its_brands():
    begin = b"\x00\x00\x00\x20ftypmif1\x00\x00\x00\x00mif1"
    assert phone_pictures.kind_of(begin + b"avifmiaf") == "AVIF"
    assert phone_pictures.kind_of(begin + b"heicmiaf") == "HEIF"
    assert phone_pictures.kind_of(begin.replace(b"mif1", b"isom") + b"avif") == ""


def test_cut_off_picture(tmp_path):
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 255, (80, 80, 3), np.uint8)).save(tmp_path / "whole.jpg")
    data = (tmp_path / "whole.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError, match="damaged"):
        read_picture(tmp_path / "cut.jpg")


def test_folder_and_oversize(tmp_path):
    with pytest.raises(InputError, match="folder"):
        read_picture(tmp_path)
    Image.new("1", (MAX_SIDE + 1, 4)).save(tmp_path / "long.png")
    with pytest.raises(InputError, match=f"{MAX_SIDE + 1}x4"):
        read_picture(tmp_path / "long.png")


def test_write_and_read_back(tmp_path):
    path = tmp_path / "صورة الوجه.png"
    image = quadrants()
    write_picture(str(path), image)
    assert np.array_equal(read_picture(str(path)), image)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_write_errors(tmp_path):
    with pytest.raises(InputError, match=r"\.png"):
        write_picture(tmp_path / "a.xyz", quadrants())
    with pytest.raises(InputError, match="uint8"):
        write_picture(tmp_path / "a.png", quadrants().astype(float))
    with pytest.raises(OutputError, match=r"picture '.*a\.png' could not be written: .* Choose a folder that exists"):
        write_picture(tmp_path / "nowhere" / "a.png", quadrants())
    assert not list(tmp_path.iterdir())
