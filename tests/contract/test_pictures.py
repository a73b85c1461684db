"""Whatever is uploaded, what is kept is a picture and nothing but. Contract: 3.4."""

from __future__ import annotations

import os
import random
import struct

import pytest
from PIL import Image, PngImagePlugin

from attendance_adapters.pictures import MAX_BYTES, PillowPictures
from attendance_core.errors import BadPicture, PictureTooLarge
from tests.support.pictures import (
    ANNA,
    BLUE,
    LARGE,
    RED,
    opened,
    pictures,
    pictures_here,
    png_of_zeros,
    saved,
    two_halves,
)

__all__ = ["pictures", "pictures_here"]

PRIVATE = b"HOME-IS-AT-59.93N"


def is_about(image: Image.Image, x: int, y: int, colour: tuple[int, int, int]) -> bool:
    found = image.convert("RGB").getpixel((x, y))
    assert isinstance(found, tuple)
    return all(abs(one - other) < 40 for one, other in zip(found, colour, strict=True))


def exif_of(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = PRIVATE.decode()  # the description
    exif.get_ifd(0x8825)[29] = PRIVATE.decode()  # of the GPS block
    return exif


@pytest.mark.parametrize(
    ("kind", "media_type", "extension"),
    [("JPEG", "image/jpeg", "jpg"), ("PNG", "image/png", "png"), ("WEBP", "image/webp", "webp")],
)
async def test_a_picture_keeps_its_format_and_its_look(
    pictures: PillowPictures, kind: str, media_type: str, extension: str
) -> None:
    picture = await pictures.clean(saved(two_halves(), kind), owner=ANNA, max_side=LARGE)
    assert (picture.media_type, picture.extension) == (media_type, extension)
    image = opened(picture.content)
    assert (image.format, image.size) == (kind, (64, 32))
    assert is_about(image, 8, 16, RED)
    assert is_about(image, 56, 16, BLUE)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_exif_is_obeyed_and_then_gone(pictures_here: PillowPictures, kind: str) -> None:
    data = saved(two_halves(), kind, exif=exif_of(6), icc_profile=b"profile " + PRIVATE)
    assert data.count(PRIVATE) >= 2  # the check can fail
    picture = await pictures_here.clean(data, owner=ANNA, max_side=LARGE)
    image = opened(picture.content)
    assert image.size == (32, 64)
    assert is_about(image, 16, 8, RED)  # left has become top
    assert is_about(image, 16, 56, BLUE)
    assert PRIVATE not in picture.content
    assert not image.getexif()
    assert not {"exif", "icc_profile", "xmp", "comment"} & image.info.keys()


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_every_orientation_comes_out_upright(
    pictures_here: PillowPictures, orientation: int
) -> None:
    upright = two_halves(60, 40)
    upright.paste((0, 250, 0), (0, 20, 30, 40))  # no two corners but the right ones alike
    turn = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    as_taken = upright if turn is None else upright.transpose(turn)
    data = saved(as_taken, "PNG", exif=exif_of(orientation))
    picture = await pictures_here.clean(data, owner=ANNA, max_side=LARGE)
    assert opened(picture.content).tobytes() == upright.tobytes()


async def test_a_comment_in_a_jpeg_is_gone(pictures_here: PillowPictures) -> None:
    data = saved(two_halves(), "JPEG", comment=PRIVATE)
    assert PRIVATE in data
    assert PRIVATE not in (await pictures_here.clean(data, owner=ANNA, max_side=LARGE)).content


async def test_texts_in_a_png_are_gone(pictures_here: PillowPictures) -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", PRIVATE.decode())
    texts.add_itxt("XML:com.adobe.xmp", PRIVATE.decode())
    data = saved(two_halves(), "PNG", pnginfo=texts)
    assert data.count(PRIVATE) == 2
    assert PRIVATE not in (await pictures_here.clean(data, owner=ANNA, max_side=LARGE)).content


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_what_is_hung_on_behind_is_gone(pictures_here: PillowPictures, kind: str) -> None:
    data = saved(two_halves(), kind) + b"PK\x03\x04<script>" + PRIVATE
    picture = await pictures_here.clean(data, owner=ANNA, max_side=LARGE)
    assert PRIVATE not in picture.content
    assert b"<script>" not in picture.content


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_picture_is_made_no_larger_than_asked_and_never_blown_up(
    pictures_here: PillowPictures, kind: str
) -> None:
    data = saved(two_halves(3000, 1500), kind)
    assert opened((await pictures_here.clean(data, owner=ANNA, max_side=512)).content).size == (
        512,
        256,
    )
    small = saved(two_halves(), kind)
    assert opened((await pictures_here.clean(small, owner=ANNA, max_side=512)).content).size == (
        64,
        32,
    )


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("1", 1, ("L", 255)),
        ("L", 77, ("L", 77)),
        ("I;16", 0x8000, ("L", 0x80)),
        ("LA", (77, 9), ("RGBA", (77, 77, 77, 9))),
        ("P", 0, ("RGB", (0, 0, 0))),
        ("RGBA", (1, 2, 3, 4), ("RGBA", (1, 2, 3, 4))),
    ],
)
async def test_every_mode_of_png_comes_out_plain(
    pictures_here: PillowPictures, mode: str, colour: object, expected: tuple[str, object]
) -> None:
    image = Image.new(mode, (4, 4), colour)  # type: ignore[arg-type]
    if mode == "P":
        image.putpalette([0, 0, 0])
    cleaned = opened(
        (await pictures_here.clean(saved(image, "PNG"), owner=ANNA, max_side=LARGE)).content
    )
    assert (cleaned.mode, cleaned.getpixel((1, 1))) == expected


async def test_a_jpeg_for_print_comes_out_in_colours_of_the_screen(
    pictures_here: PillowPictures,
) -> None:
    data = saved(two_halves().convert("CMYK"), "JPEG")
    image = opened((await pictures_here.clean(data, owner=ANNA, max_side=LARGE)).content)
    assert image.mode == "RGB"
    assert is_about(image, 8, 16, RED)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
async def test_of_a_film_the_first_frame_is_kept(pictures_here: PillowPictures, kind: str) -> None:
    frames = [Image.new("RGB", (16, 16), (shade, 0, 0)) for shade in range(250, 50, -2)]
    data = saved(frames[0], kind, save_all=True, append_images=frames[1:], lossless=True)
    assert getattr(opened(data), "n_frames", 1) > 1
    image = opened((await pictures_here.clean(data, owner=ANNA, max_side=LARGE)).content)
    assert getattr(image, "n_frames", 1) == 1
    assert is_about(image, 8, 8, RED)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("part", [0.02, 0.5, 0.9])
async def test_a_part_of_a_picture_is_none(
    pictures_here: PillowPictures, kind: str, part: float
) -> None:
    noise = Image.frombytes("RGB", (64, 64), os.urandom(64 * 64 * 3))
    whole = saved(noise, kind)
    with pytest.raises(BadPicture):
        await pictures_here.clean(whole[: int(len(whole) * part)], owner=ANNA, max_side=LARGE)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        saved(two_halves(), "GIF"),
        saved(two_halves(), "BMP"),
        saved(two_halves(), "TIFF"),
    ],
    ids=["nothing", "text", "html", "svg", "eps", "gif", "bmp", "tiff"],
)
async def test_anything_else_is_no_picture(pictures_here: PillowPictures, data: bytes) -> None:
    with pytest.raises(BadPicture):
        await pictures_here.clean(data, owner=ANNA, max_side=LARGE)


@pytest.mark.parametrize(
    ("width", "height"),
    [pytest.param(13_000, 13_000, marks=pytest.mark.long), (65_500, 1_000)],
)
async def test_a_bomb_is_too_large(pictures: PillowPictures, width: int, height: int) -> None:
    data = png_of_zeros(width, height)
    assert len(data) < MAX_BYTES
    with pytest.raises(PictureTooLarge):
        await pictures.clean(data, owner=ANNA, max_side=512)


@pytest.mark.parametrize("side", [8_000, 16_383])
async def test_a_webp_bomb_is_too_large(pictures: PillowPictures, side: int) -> None:
    """Its decoder asks for memory before its size can be looked at."""
    body = struct.pack("<I", 10) + b"\x10\0\0\0" + (side - 1).to_bytes(3, "little") * 2
    pixels = saved(Image.new("RGB", (2, 2)), "WEBP")[12:]
    chunks = b"WEBPVP8X" + body + pixels
    with pytest.raises((PictureTooLarge, BadPicture)):  # whichever its decoder notices first
        await pictures.clean(
            b"RIFF" + struct.pack("<I", len(chunks)) + chunks, owner=ANNA, max_side=LARGE
        )


@pytest.mark.long
async def test_forty_megapixels_are_allowed_and_one_row_more_is_not(
    pictures: PillowPictures,
) -> None:
    picture = await pictures.clean(png_of_zeros(8_000, 5_000), owner=ANNA, max_side=100)
    assert opened(picture.content).size == (100, 63)
    with pytest.raises(PictureTooLarge):
        await pictures.clean(png_of_zeros(8_000, 5_001), owner=ANNA, max_side=100)


@pytest.mark.parametrize(("width", "height"), [(1, 65_536), (65_536, 1), (1, 40_000_000)])
async def test_no_side_is_longer_than_that_of_a_jpeg_can_be(
    pictures: PillowPictures, width: int, height: int
) -> None:
    """A row costs as much as eight pixels, however short it is."""
    with pytest.raises(PictureTooLarge):
        await pictures.clean(png_of_zeros(width, height)[:80], owner=ANNA, max_side=100)
    picture = await pictures.clean(png_of_zeros(1, 65_535), owner=ANNA, max_side=100)
    assert opened(picture.content).size == (1, 100)


async def test_ten_mebibytes_are_allowed_and_one_byte_more_is_not(
    pictures: PillowPictures,
) -> None:
    data = saved(two_halves(), "PNG")
    await pictures.clean(data + bytes(MAX_BYTES - len(data)), owner=ANNA, max_side=LARGE)
    with pytest.raises(PictureTooLarge):
        await pictures.clean(data + bytes(MAX_BYTES - len(data) + 1), owner=ANNA, max_side=LARGE)


@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.parametrize("with_transparency", [False, True])
async def test_what_would_be_longer_than_ten_mebibytes_is_a_jpeg(with_transparency: bool) -> None:
    """Noise in 256 colours, whose file has a byte for a pixel, and three or four without them.

    No picture takes longer, and a busy machine has ten other things to do.

    Contract: 3.4.
    """
    chance, side = random.Random(34), 3000
    noise = Image.frombytes("P", (side, side), chance.randbytes(side * side))
    noise.putpalette(bytes(RED) + chance.randbytes(765))
    noise.paste(0, (0, 0, 64, 64))
    transparency = {"transparency": 0} if with_transparency else {}
    data = saved(noise, "PNG", **transparency)
    assert len(data) <= MAX_BYTES
    pictures = PillowPictures(max_seconds=300)
    picture = await pictures.clean(data, owner=ANNA, max_side=LARGE)
    assert (picture.media_type, picture.extension) == ("image/jpeg", "jpg")
    assert len(picture.content) <= MAX_BYTES
    image = opened(picture.content)
    assert (image.format, image.size) == ("JPEG", (side, side))
    assert is_about(image, 30, 30, (255, 255, 255) if with_transparency else RED)
