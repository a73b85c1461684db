"""Files of pictures, as people upload them, and what makes them plain.

A test module imports the fixture `pictures` where it wants it.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

from attendance_adapters.pictures import PillowPictures

RED, BLUE = (250, 0, 0), (0, 0, 250)


@pytest.fixture(scope="module")
def pictures() -> Iterator[PillowPictures]:
    """One with a worker of its own, for all tests of a module."""
    made = PillowPictures()
    yield made
    made.close()


def opened(content: bytes) -> Image.Image:
    """The picture in a file, whole."""
    image = Image.open(BytesIO(content))
    image.load()
    return image


def two_halves(width: int = 64, height: int = 32) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 8), colour: str = "teal") -> bytes:
    """The file of a picture."""
    written = BytesIO()
    Image.new("RGB", size, colour).save(written, kind)
    return written.getvalue()
