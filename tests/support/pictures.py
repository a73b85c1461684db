"""Files of pictures, as people upload them."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

RED, BLUE = (250, 0, 0), (0, 0, 250)


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
