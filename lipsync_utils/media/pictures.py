"""Still pictures in any common format, as RGB arrays."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from ..errors import InputError
from . import phone_pictures
from .files import existing_file, written

MAX_SIDE = 8192
"""Longest side of an accepted picture, in pixels."""

BACKDROP = (128, 128, 128)
"""What shows through transparent pixels: mid-grey, as far from dark hair as from fair skin."""

# Formats with a signature of their own. (Pillow would also take an MPEG stream for a picture.) At one of the last three
# it loads the readers of all formats that it knows.
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "DIB", "PPM", "JPEG2000", "TIFF", "WEBP")
_ONLY_READ = ("PSD",)
_TGA_ENDINGS, _TGA_FOOTER = (".tga", ".icb", ".vda", ".vst"), b"TRUEVISION-XFILE.\0"

ANIMATED = ("GIF", "PNG", "WEBP")  # (A TIFF has pages, and a JPEG of two views is one for each eye.)


def is_picture(path: str | os.PathLike[str]) -> bool:
    """Whether the content of the file, whatever its name, is that of a picture format."""
    try:
        with Image.open(path, formats=_formats_of(path)):
            return True
    except UnidentifiedImageError:
        return bool(phone_pictures.kind_of_file(path))
    except (Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        return True  # it has the signature; reading it will say what is wrong


def is_animation(path: str | os.PathLike[str]) -> bool:
    """Whether a picture has several frames that follow each other in time."""
    try:
        with Image.open(path, formats=ANIMATED) as image:
            return image.n_frames - bool(image.info.get("default_image")) > 1
    except (Image.DecompressionBombError, OSError, SyntaxError, ValueError, EOFError):
        return False


def read_picture(path: str | os.PathLike[str]) -> np.ndarray:
    """Read a picture the way a viewer shows it.

    EXIF orientation is applied, an embedded colour profile is converted to sRGB, transparency is laid over mid-grey,
    16-bit and floating-point values are scaled to 8 bits, and of an animation the first frame is taken.

    Returns:
        ``(H, W, 3) uint8`` RGB, writeable and contiguous.

    Raises:
        InputError: missing, empty, damaged or unknown file, or a side longer than :data:`MAX_SIDE`.
    """
    file = existing_file(path, role="picture")
    try:
        with Image.open(file, formats=_formats_of(file)) as image:
            if max(image.size) > MAX_SIDE:
                raise InputError(
                    "The picture {path!r} is {width}x{height} pixels; at most {most} a side are "
                    "accepted. Scale it down.",
                    path=str(path),
                    width=image.width,
                    height=image.height,
                    most=MAX_SIDE,
                )
            return np.array(as_rgb(image))
    except InputError:
        raise
    except UnidentifiedImageError as error:
        if phone_pictures.kind_of_file(file):
            raise _damaged(path, error) from error
        raise InputError(
            "{path!r} is not a picture that can be read (its content decides, not its name). "
            "Give a JPEG, PNG, WebP, GIF, BMP, TIFF, TGA or PSD file.",
            path=str(path),
        ) from error
    except Image.DecompressionBombError as error:
        raise InputError(
            "The picture {path!r} is too large: {error}. Scale it to {most} at most.",
            path=str(path),
            error=str(error),
            most=MAX_SIDE,
        ) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:  # what Pillow raises for damaged data
        raise _damaged(path, error) from error


def _damaged(path: str | os.PathLike[str], error: Exception) -> InputError:
    return InputError(
        "The picture {path!r} is damaged: {error}. Save or download it again.", path=str(path), error=str(error)
    )


def write_picture(path: str | os.PathLike[str], image: np.ndarray) -> None:
    """Write a ``(H, W, 3) uint8`` RGB picture; the ending of the name (.png, .jpg, .webp ...) chooses the format.

    Raises:
        InputError: not such an array, or an unknown ending.
        OutputError: the folder is missing, not writable or full. Nothing is left behind then.
    """
    image = np.asarray(image)
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise InputError(
            "A picture must be (H, W, 3) uint8 RGB; received {shape} {dtype}.", shape=image.shape, dtype=image.dtype
        )
    target = Path(path).expanduser().absolute()
    kind = Image.registered_extensions().get(target.suffix.lower())
    if kind not in _FORMATS:
        raise InputError(
            "Cannot write a picture as {name!r}. Let the name end in .png, .jpg or .webp.", name=target.name
        )
    encoded = io.BytesIO()
    Image.fromarray(image).save(encoded, format=kind, **({"quality": 95} if kind in ("JPEG", "WEBP") else {}))
    with written(target, what="picture") as temporary:
        temporary.write_bytes(encoded.getbuffer())


def _formats_of(path: str | os.PathLike[str]) -> tuple[str, ...]:
    """What a file may be. A TGA has no signature, but mostly a footer; else its name tells."""
    with open(path, "rb") as file:
        file.seek(-min(len(_TGA_FOOTER), os.fstat(file.fileno()).st_size), os.SEEK_END)
        is_tga = file.read() == _TGA_FOOTER or Path(path).suffix.lower() in _TGA_ENDINGS
    phone = phone_pictures.kind_of_file(path)
    extra = [phone] if phone and phone_pictures.can_read(phone) else []
    return (*_FORMATS, *_ONLY_READ, *(["TGA"] if is_tga else []), *extra)


def as_rgb(image: Image.Image) -> Image.Image:
    """An open picture as :func:`read_picture` gives it."""
    image = ImageOps.exif_transpose(image)
    if image.mode[0] in "IF":  # 16-bit, 32-bit integer and floating-point grey
        return Image.fromarray(_eight_bit(np.asarray(image))).convert("RGB")
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        image = _to_srgb(image.convert("RGBA"))
        backdrop = Image.new("RGBA", image.size, (*BACKDROP, 255))
        return Image.alpha_composite(backdrop, image).convert("RGB")
    return _to_srgb(image).convert("RGB")


def _eight_bit(values: np.ndarray) -> np.ndarray:
    """Scale by the range that the data uses: [0, 1], [0, 255] or [0, 65535]."""
    values = np.nan_to_num(values.astype(np.float32))
    top = float(values.max(initial=0.0))
    if top <= 1.0 and np.any(values != np.rint(values)):
        values = values * 255.0
    elif top > 255.0:
        values = values / 257.0
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _to_srgb(image: Image.Image) -> Image.Image:
    """Convert an embedded profile (Display P3 of phones, Adobe RGB, print CMYK); if that fails, leave it as it is."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower():
            return image
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError):
        return image
