"""Run as a program: reads a picture from stdin, writes one of fresh pixels to stdout.

Whatever a hostile picture does to the decoder it does here, within limits, and not to the
service. The argument is the longest side allowed. Exits with 0, or with a code that
`picture_exits` names; any other is a failure of ours.

Of the largest pictures, 40 megapixels, decoding takes at most 490 MiB (a JPEG for print, or a WebP
without loss), so nothing of that size is copied while it is decoded, nor kept behind it.
"""

from __future__ import annotations

import hashlib
import io
import os
import sys
from typing import NamedTuple

from PIL import Image, PngImagePlugin, WebPImagePlugin

from attendance_adapters.picture_colours import to_screen_colours
from attendance_adapters.picture_exits import EXIT_BAD_PICTURE, EXIT_TOO_LARGE
from attendance_adapters.picture_formats import size_of
from attendance_adapters.picture_repair import MAX_PROFILE_BYTES, completed_jpegs, without_extras

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_MEMORY_BYTES = 512 * 1024 * 1024  # Decision 0015
MAX_CPU_SECONDS = 15  # the worst that was found takes 5; ends a worker whose service has died, too
MAX_CLEAN_BYTES = 10 * 1024 * 1024  # Contract: 3.4, of what is kept
ADDED_NICENESS = 10  # to that of the process
STRIP_PIXELS = 1_000_000  # that are hashed together
QUALITY = 85  # of a JPEG or a WebP
FALLBACK_JPEG_QUALITIES = (85, 60, 30)  # tried in turn where the file is too long; noise has 8 MiB

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


class _Decoded(NamedTuple):
    """Holds a picture's first frame in a plain mode, what it says of itself, and its format."""

    pixels: Image.Image
    orientation: object
    profile: bytes | None
    format_name: str


def clean(data: bytes, max_side: int) -> CleanPicture:
    """Makes a new file of the same format with the first frame's pixels and nothing else.

    It is a JPEG where it would be longer than one may be.
    """
    image, orientation, profile, format_name = _decode(without_extras(data), max_side)
    image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    if image.mode == "RGBX":
        image = image.convert("RGB")
    if orientation in TRANSPOSITIONS:
        image = image.transpose(TRANSPOSITIONS[orientation])
    image = to_screen_colours(image, profile)
    if image.mode in {"CMYK", "LA"}:
        image = image.convert("RGB" if image.mode == "CMYK" else "RGBA")
    fresh = Image.new(image.mode, image.size)  # without the file's comments, profiles and texts
    fresh.paste(image)
    cleaned = _encode(fresh, format_name, QUALITY)
    for quality in FALLBACK_JPEG_QUALITIES:
        if len(cleaned.content) <= MAX_CLEAN_BYTES:
            break
        fresh = _on_white(fresh)
        cleaned = _encode(fresh, "JPEG", quality)
    return cleaned


def _encode(image: Image.Image, format_name: str, quality: int) -> CleanPicture:
    output = io.BytesIO()
    image.save(output, format_name, quality=quality)  # a PNG has none
    return CleanPicture(format_name, output.getvalue())


def _on_white(image: Image.Image) -> Image.Image:
    """Puts a picture with transparency, which a JPEG cannot have, on white paper."""
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image)
    return paper


def _decode(data: bytes, max_side: int) -> _Decoded:
    """Decodes the first frame, that of a JPEG also without its end if no pixel is missing.

    Raises BadPicture, TooLarge, MemoryError.
    """
    try:
        return _decode_whole(data, max_side)
    except BadPicture:
        candidates = completed_jpegs(data)
        if not candidates:
            raise
    digests = {_digest_of(_decode_whole(other, max_side).pixels) for other in candidates[1:]}
    decoded = _decode_whole(candidates[0], max_side)
    if digests != {_digest_of(decoded.pixels)}:
        raise BadPicture
    return decoded


def _digest_of(image: Image.Image) -> bytes:
    """Hashes all pixels, a strip at a time."""
    hasher, row_count = hashlib.sha256(), max(1, STRIP_PIXELS // image.width)
    for top in range(0, image.height, row_count):
        strip = image.crop((0, top, image.width, min(top + row_count, image.height)))
        hasher.update(strip.tobytes())
    return hasher.digest()


def _decode_whole(data: bytes, max_side: int) -> _Decoded:
    """Decodes the first frame. Raises BadPicture, TooLarge, MemoryError."""
    Image.MAX_IMAGE_PIXELS = None  # ours is lower, and tells the too large from the bad
    PngImagePlugin.MAX_TEXT_CHUNK = MAX_PROFILE_BYTES  # its limit for profiles, too
    size = size_of(data)
    if size is None:
        raise BadPicture
    if size.is_too_large:
        raise TooLarge
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.size != size:  # what it was weighed by
                raise BadPicture
            format_name = str(image.format)
            image.draft(None, (2 * max_side, 2 * max_side))
            pixels: Image.Image = image
            if isinstance(image, WebPImagePlugin.WebPImageFile):
                pixels = _pixels_of_webp(image)
            else:
                image.load()
            orientation, profile = _orientation(image), image.info.get("icc_profile")
            pixels = _to_plain_mode(pixels)
    except (BadPicture, TooLarge, MemoryError):
        raise
    except Exception as error:  # decoders raise nearly everything
        raise BadPicture from error
    return _Decoded(pixels, orientation, profile, "JPEG" if format_name == "MPO" else format_name)


def _pixels_of_webp(image: WebPImagePlugin.WebPImageFile) -> Image.Image:
    """Takes the first frame as the decoder gives it, and lets go of the decoder.

    Its own `load` makes a copy while the decoder has two more.
    """
    content, _, _ = image._get_next()
    del image._decoder
    mode = image.rawmode
    return Image.frombuffer(mode, image.size, content, "raw", mode, 0, 1)


def _to_plain_mode(image: Image.Image) -> Image.Image:
    """Converts to grey, to colours (of light or of ink), or to colours with transparency."""
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    if image.mode in {"LA", "RGBA", "RGBX"}:
        return image
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in {"CMYK", "L", "RGB"}:
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


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
            (resource.RLIMIT_DATA, MAX_MEMORY_BYTES),  # all but the files of programs
            (resource.RLIMIT_CPU, MAX_CPU_SECONDS),
            (resource.RLIMIT_CORE, 0),
        ):
            _, hard_limit = resource.getrlimit(resource_kind)
            unlimited = hard_limit == resource.RLIM_INFINITY
            lowered = limit if unlimited else min(limit, hard_limit)
            # A second later it would be SIGKILL, which says nothing; before that it is SIGXCPU
            is_killed_later = resource_kind == resource.RLIMIT_CPU and unlimited
            new_hard_limit = lowered + 1 if is_killed_later else lowered
            resource.setrlimit(resource_kind, (lowered, new_hard_limit))
        os.nice(ADDED_NICENESS)


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
