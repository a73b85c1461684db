"""Run as a program: reads a picture from stdin, writes one of fresh pixels to stdout.

Whatever a hostile picture does to the decoder it does here, within limits, and not to the
service. The argument is the longest side allowed, 0 for any. Exits with one of the codes below.
"""

from __future__ import annotations

import io
import os
import sys
from typing import NamedTuple

from PIL import Image, ImageChops, PngImagePlugin

from attendance_adapters.picture_colours import to_screen_colours
from attendance_adapters.picture_files import (
    MAX_PROFILE_BYTES,
    endings_of_jpeg,
    without_extras,
)

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 40_000_000  # Contract: 3, pictures
MAX_MEMORY_BYTES = 3 * 512 * 1024 * 1024
MAX_CPU_SECONDS = 40  # twice what the service waits: ends a worker whose service has died
# Exit codes; 0 is success, any other a failure of ours
EXIT_BAD_PICTURE, EXIT_TOO_LARGE = 3, 4

EXIF_ORIENTATION = 0x0112  # the number of the tag
# What turns a picture of each orientation upright
TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class BadPicture(Exception):
    """Raised for what is no whole picture of a known format."""


class TooLarge(Exception):
    """Raised for more pixels, or more memory for them, than allowed."""


class CleanPicture(NamedTuple):
    """Holds a file with the first frame's pixels and nothing else, and its format."""

    format_name: str
    content: bytes


class _Frame(NamedTuple):
    """Holds a picture's first frame in a plain mode, what it says of itself, and its format."""

    pixels: Image.Image
    orientation: object
    profile: bytes | None
    format_name: str


def clean(data: bytes, max_side: int) -> CleanPicture:
    """Makes a new file of the same format with the first frame's pixels and nothing else."""
    frame = _decode(without_extras(data), max_side)
    image, format_name = frame.pixels, frame.format_name
    if max_side:
        image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    if frame.orientation in TRANSPOSITIONS:
        image = image.transpose(TRANSPOSITIONS[frame.orientation])
    image = to_screen_colours(image, frame.profile)
    if image.mode in {"CMYK", "LA"}:
        image = image.convert("RGB" if image.mode == "CMYK" else "RGBA")
    fresh = Image.new(image.mode, image.size)  # without the file's comments, profiles and texts
    fresh.paste(image)
    output = io.BytesIO()
    if format_name == "PNG":
        fresh.save(output, format_name)
    else:
        fresh.save(output, format_name, quality=85)
    return CleanPicture(format_name, output.getvalue())


def _decode(data: bytes, max_side: int) -> _Frame:
    """Decodes the first frame, that of a JPEG also without its end if no pixel is missing.

    Raises BadPicture, TooLarge, MemoryError.
    """
    try:
        return _decode_whole(data, max_side)
    except BadPicture:
        endings = endings_of_jpeg(data)
        if not endings:
            raise
    frame = _decode_whole(endings[0], max_side)
    for ending in endings[1:]:
        other = _decode_whole(ending, max_side)
        if ImageChops.difference(frame.pixels, other.pixels).getbbox() is not None:
            raise BadPicture
    return frame


def _decode_whole(data: bytes, max_side: int) -> _Frame:
    """Decodes the first frame. Raises BadPicture, TooLarge, MemoryError."""
    Image.MAX_IMAGE_PIXELS = None  # ours is lower, and tells the too large from the bad
    PngImagePlugin.MAX_TEXT_CHUNK = MAX_PROFILE_BYTES  # its limit for profiles, too
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise TooLarge
            format_name = str(image.format)
            if max_side:
                image.draft(None, (2 * max_side, 2 * max_side))
            image.load()
            orientation, profile = _orientation(image), image.info.get("icc_profile")
            pixels = _to_plain_mode(image)
    except (TooLarge, MemoryError):
        raise
    except Exception as error:  # decoders raise nearly everything
        raise BadPicture from error
    return _Frame(pixels, orientation, profile, "JPEG" if format_name == "MPO" else format_name)


def _to_plain_mode(image: Image.Image) -> Image.Image:
    """Converts to grey, to colours (of light or of ink), or to colours with transparency."""
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    if image.mode == "LA":
        return image.copy()
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode == "CMYK":
        return image.copy()
    return image.convert("L" if image.mode in {"1", "L"} else "RGB")


def _orientation(image: Image.Image) -> object:
    try:
        return image.getexif().get(EXIF_ORIENTATION)
    except Exception:  # a picture with a broken note about itself is still a picture
        return None


def _limit_process() -> None:
    """Limits this process's memory and time, and lowers its priority."""
    if sys.platform == "linux":
        import resource

        for resource_kind, limit in (
            (resource.RLIMIT_AS, MAX_MEMORY_BYTES),
            (resource.RLIMIT_CPU, MAX_CPU_SECONDS),
            (resource.RLIMIT_CORE, 0),
        ):
            _, hard_limit = resource.getrlimit(resource_kind)
            unlimited = hard_limit == resource.RLIM_INFINITY
            lowered = limit if unlimited else min(limit, hard_limit)
            resource.setrlimit(resource_kind, (lowered, lowered))
        os.nice(10)


def main() -> int:
    """Cleans the picture on stdin, and returns the exit code."""
    _limit_process()
    try:
        format_name, content = clean(sys.stdin.buffer.read(), int(sys.argv[1]))
    except BadPicture:
        return EXIT_BAD_PICTURE
    except (TooLarge, MemoryError):
        return EXIT_TOO_LARGE
    sys.stdout.buffer.write(format_name.encode() + b"\n" + content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
