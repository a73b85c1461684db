"""Files of pictures, as people upload them, and what makes them plain.

A test module imports the fixtures `pictures` and `pictures_here` where it wants them.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from io import BytesIO
from types import SimpleNamespace

import pytest
from PIL import Image

from attendance_adapters import picture_worker
from attendance_adapters import pictures as module
from attendance_adapters.pictures import PillowPictures
from attendance_core.vocabulary import UserId

ANNA, BORIS = UserId(1), UserId(2)  # whose pictures they are
LARGE = 4096  # more than any side of the pictures here, and no more than is kept of any
RED, BLUE = (250, 0, 0), (0, 0, 250)


@pytest.fixture(scope="module")
def pictures() -> Iterator[PillowPictures]:
    """One with a worker of its own, for all tests of a module."""
    made = PillowPictures()
    yield made
    made.close()


def _run_here(job: module._Job) -> module._WorkerRun:
    """Runs the worker's program in this process, without its limits."""
    written = BytesIO()
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in a worker, where they are no errors
        patch.setattr(picture_worker, "_limit_process", lambda: None)
        streams = {
            "stdin": SimpleNamespace(buffer=BytesIO(job._data)),
            "stdout": SimpleNamespace(buffer=written),
            "argv": ["picture_worker", str(job._max_side)],
        }
        patch.setattr(picture_worker, "sys", SimpleNamespace(**streams))
        exit_code = picture_worker.main()
    return module._WorkerRun(exit_code, written.getvalue(), b"")


@pytest.fixture
def pictures_here(pictures: PillowPictures, monkeypatch: pytest.MonkeyPatch) -> PillowPictures:
    """The same, whose worker is no process: for what a small picture becomes.

    To start one costs a tenth of a second of a core, far more than what it does there.
    """
    monkeypatch.setattr(module._Job, "run_worker", _run_here)
    return pictures


def opened(content: bytes) -> Image.Image:
    """Reads the picture in a file, whole."""
    image = Image.open(BytesIO(content))
    image.load()
    return image


def two_halves(width: int = 64, height: int = 32) -> Image.Image:
    """Makes one that is red on the left and blue on the right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 8), colour: str = "teal") -> bytes:
    """Makes the file of a picture of one colour."""
    written = BytesIO()
    Image.new("RGB", size, colour).save(written, kind)
    return written.getvalue()


def png_of_zeros(
    width: int, height: int, *, depth: int = 8, channels: int = 3, interlaced: bool = False
) -> bytes:
    """Makes the file of a PNG that is tiny, yet large when decoded; of RGB, or of RGBA."""
    passes = [(width, height)]
    if interlaced:  # each has every so many columns and rows, from one on
        steps = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4)]
        steps += [(1, 0, 2, 2), (0, 1, 1, 2)]
        passes = [(-(-(width - x) // dx), -(-(height - y) // dy)) for x, y, dx, dy in steps]
    left = sum(rows * (1 + columns * channels * depth // 8) for columns, rows in passes)
    packer, zeros, packed = zlib.compressobj(1), bytes(1 << 20), b""
    while left:
        packed += packer.compress(zeros[:left])
        left -= min(left, len(zeros))
    colour = {3: 2, 4: 6}[channels]
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", packed + packer.flush())
        + _chunk(b"IEND", b"")
    )


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
