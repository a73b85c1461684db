"""Run as a program: one picture in on stdin, one of fresh pixels out on stdout.

Whatever a hostile picture does to the decoder it does here, within limits, and not to the
service. The argument is the longest side allowed, 0 for any. Exits with one of the codes below.
"""

from __future__ import annotations

import io
import os
import sys

from PIL import Image

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 40_000_000  # Contract: 3, pictures
MOST_MEMORY = 3 * 512 * 1024 * 1024
MOST_CPU_SECONDS = 40  # twice what the service waits: ends a worker whose service has died
BAD, TOO_LARGE = 3, 4  # what it exits with; 0 is done, any other a failure of ours

ORIENTATION = 0x0112  # of EXIF
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Bad(Exception):
    """No whole picture of a known format."""


class TooLarge(Exception):
    """More pixels, or more memory for them, than allowed."""


def clean(data: bytes, max_side: int) -> tuple[str, bytes]:
    """The format, and a file of it with the first frame's pixels and nothing else."""
    image, kept_as = _decoded(data, max_side)
    if max_side:
        image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    orientation = image.info["orientation"]
    if orientation in UPRIGHT:
        image = image.transpose(UPRIGHT[orientation])
    fresh = Image.new(image.mode, image.size)  # without the file's comments, profiles and texts
    fresh.paste(image)
    written = io.BytesIO()
    if kept_as == "PNG":
        fresh.save(written, kept_as)
    else:
        fresh.save(written, kept_as, quality=85)
    return kept_as, written.getvalue()


def _decoded(data: bytes, max_side: int) -> tuple[Image.Image, str]:
    """The first frame in a plain mode, its orientation noted, and its format."""
    Image.MAX_IMAGE_PIXELS = None  # ours is lower, and tells the too large from the bad
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise TooLarge
            kept_as = str(image.format)
            if max_side:
                image.draft(None, (2 * max_side, 2 * max_side))
            image.load()
            orientation = _orientation(image)
            plain = _plain(image)
    except (TooLarge, MemoryError):
        raise
    except Exception as error:  # decoders raise nearly everything
        raise Bad from error
    plain.info = {"orientation": orientation}
    return plain, "JPEG" if kept_as == "MPO" else kept_as


def _plain(image: Image.Image) -> Image.Image:
    """In grey, in colours, or in colours with transparency."""
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image.convert("L" if image.mode in {"1", "L"} else "RGB")


def _orientation(image: Image.Image) -> object:
    try:
        return image.getexif().get(ORIENTATION)
    except Exception:  # a picture with a broken note about itself is still a picture
        return None


def _limit() -> None:
    """Bounds this process's memory and time, and lets everybody else go first."""
    if sys.platform == "linux":
        import resource

        for limit, most in (
            (resource.RLIMIT_AS, MOST_MEMORY),
            (resource.RLIMIT_CPU, MOST_CPU_SECONDS),
            (resource.RLIMIT_CORE, 0),
        ):
            _, hard = resource.getrlimit(limit)
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(limit, (most, most))
        os.nice(10)


def main() -> int:
    """One picture, from stdin to stdout."""
    _limit()
    try:
        kept_as, written = clean(sys.stdin.buffer.read(), int(sys.argv[1]))
    except Bad:
        return BAD
    except (TooLarge, MemoryError):
        return TOO_LARGE
    sys.stdout.buffer.write(kept_as.encode() + b"\n" + written)
    return 0


if __name__ == "__main__":
    sys.exit(main())
