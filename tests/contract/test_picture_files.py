"""A picture looks as every browser shows it: its colours, and files with slips. Contract: 3.4."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from attendance_adapters.pictures import PillowPictures
from attendance_core.errors import BadPicture, HeicPicture
from tests.support.colour_profiles import display_p3, linear_grey, print_of_one_colour
from tests.support.pictures import (
    ANNA,
    LARGE,
    RED,
    opened,
    pictures,
    pictures_here,
    saved,
    two_halves,
)

__all__ = ["pictures", "pictures_here"]

SRGB_OF_P3 = (250, 31, 34)  # what (230, 60, 50) in Display P3 is


def noise(side: int = 64) -> Image.Image:
    return Image.frombytes("RGB", (side, side), os.urandom(side * side * 3))


def is_near(found: object, colour: tuple[int, ...], most: int = 4) -> bool:
    assert isinstance(found, tuple)
    return all(abs(one - other) <= most for one, other in zip(found, colour, strict=True))


def chunk(name: bytes, body: bytes, *, wrong_sum: bool = False) -> bytes:
    checksum = zlib.crc32(name + body) ^ wrong_sum
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum)


def with_chunk(png: bytes, added: bytes) -> bytes:
    """The same PNG with another chunk behind its head."""
    head_length = 8 + 25  # bytes: the signature, and the chunk IHDR
    return png[:head_length] + added + png[head_length:]


class TestColours:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    @pytest.mark.parametrize("max_side", [LARGE, 32])
    async def test_those_of_a_phones_camera_become_those_of_every_screen(
        self, pictures_here: PillowPictures, kind: str, max_side: int
    ) -> None:
        taken = Image.new("RGB", (64, 64), (230, 60, 50))
        data = saved(taken, kind, icc_profile=display_p3(), quality=100)
        image = opened((await pictures_here.clean(data, owner=ANNA, max_side=max_side)).content)
        assert image.mode == "RGB"
        assert is_near(image.getpixel((9, 9)), SRGB_OF_P3)
        assert "icc_profile" not in image.info

    async def test_what_is_seen_through_stays_so(self, pictures_here: PillowPictures) -> None:
        data = saved(Image.new("RGBA", (9, 9), (230, 60, 50, 77)), "PNG", icc_profile=display_p3())
        image = opened((await pictures_here.clean(data, owner=ANNA, max_side=LARGE)).content)
        assert is_near(image.getpixel((4, 4)), (*SRGB_OF_P3, 77))

    async def test_those_of_a_palette_too(self, pictures_here: PillowPictures) -> None:
        taken = Image.new("RGB", (9, 9), (230, 60, 50)).quantize(4)
        data = saved(taken, "PNG", icc_profile=display_p3())
        image = opened((await pictures_here.clean(data, owner=ANNA, max_side=LARGE)).content)
        assert is_near(image.convert("RGB").getpixel((4, 4)), SRGB_OF_P3)

    @pytest.mark.parametrize("kind", ["JPEG", "PNG"])
    async def test_grey_stays_grey_and_becomes_as_bright_as_meant(
        self, pictures_here: PillowPictures, kind: str
    ) -> None:
        data = saved(Image.new("L", (9, 9), 55), kind, icc_profile=linear_grey())
        image = opened((await pictures_here.clean(data, owner=ANNA, max_side=LARGE)).content)
        assert image.mode == "L"
        shade = image.getpixel((4, 4))
        assert isinstance(shade, int) and abs(shade - 128) <= 2

    async def test_a_print_looks_as_its_press_would_make_it(
        self, pictures_here: PillowPictures
    ) -> None:
        data = saved(
            Image.new("CMYK", (9, 9), (0, 200, 0, 0)),
            "JPEG",
            icc_profile=print_of_one_colour(50, 0, 0),
        )
        image = opened((await pictures_here.clean(data, owner=ANNA, max_side=LARGE)).content)
        assert image.mode == "RGB"
        assert is_near(image.getpixel((4, 4)), (119, 119, 119))

    @pytest.mark.parametrize(
        "profile",
        [
            b"no profile",
            display_p3()[:300],
            linear_grey(),
            print_of_one_colour(50, 0, 0),
            display_p3().replace(b"XYZ ", b"ZYX "),
        ],
        ids=["none", "a part", "of grey", "of a press", "nonsense"],
    )
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    async def test_a_profile_that_is_broken_or_of_other_pictures_is_passed_over(
        self, pictures_here: PillowPictures, kind: str, profile: bytes
    ) -> None:
        data = saved(Image.new("RGB", (9, 9), RED), kind, icc_profile=profile)
        image = opened((await pictures_here.clean(data, owner=ANNA, max_side=LARGE)).content)
        assert is_near(image.convert("RGB").getpixel((4, 4)), RED, 9)


class TestSlips:
    """What every browser shows is taken."""

    @pytest.mark.parametrize(
        "added",
        [
            lambda: chunk(b"iCCP", b"large\0\0" + zlib.compress(bytes(3 << 20))),
            lambda: chunk(b"iCCP", b"a bomb\0\0" + zlib.compress(bytes(200 << 20), 9)),
            lambda: chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"x" * (3 << 20))),
            lambda: chunk(b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(b"x" * (3 << 20))),
            lambda: b"".join(chunk(b"tEXt", b"Comment\0" + b"x" * 10_000) for _ in range(900)),
            lambda: chunk(b"tEXt", b"Comment\0hello", wrong_sum=True),
            lambda: chunk(b"gAMA", struct.pack(">I", 45455), wrong_sum=True),
            lambda: chunk(b"pHYs", b"short"),
            lambda: chunk(b"iCCP", b"no end"),
            lambda: chunk(b"prVt", b"of some program"),
        ],
        ids=[
            "profile",
            "bomb",
            "ztxt",
            "itxt",
            "many",
            "sum",
            "gamma",
            "short",
            "unfinished",
            "unknown",
        ],
    )
    async def test_of_a_png_only_its_pixels_count(
        self, pictures: PillowPictures, added: Callable[[], bytes]
    ) -> None:
        image = noise()
        cleaned = await pictures.clean(
            with_chunk(saved(image, "PNG"), added()), owner=ANNA, max_side=LARGE
        )
        assert opened(cleaned.content).tobytes() == image.tobytes()

    async def test_a_profile_whose_sum_is_wrong_is_passed_over(
        self, pictures_here: PillowPictures
    ) -> None:
        body = b"P3\0\0" + zlib.compress(display_p3())
        data = with_chunk(
            saved(Image.new("RGB", (9, 9), RED), "PNG"), chunk(b"iCCP", body, wrong_sum=True)
        )
        image = opened((await pictures_here.clean(data, owner=ANNA, max_side=LARGE)).content)
        assert image.getpixel((4, 4)) == RED

    async def test_one_whose_head_has_a_wrong_sum_is_none(
        self, pictures_here: PillowPictures
    ) -> None:
        data = bytearray(saved(two_halves(), "PNG"))
        data[8 + 8 + 13] ^= 1  # the sum, behind the signature, the name and length, and the body
        with pytest.raises(BadPicture):
            await pictures_here.clean(bytes(data), owner=ANNA, max_side=LARGE)

    @pytest.mark.parametrize("progressive", [False, True])
    @pytest.mark.parametrize("lost", [1, 2])
    async def test_a_jpeg_without_its_end_is_whole_when_its_pixels_are(
        self, pictures_here: PillowPictures, progressive: bool, lost: int
    ) -> None:
        data = saved(noise(), "JPEG", progressive=progressive)
        cleaned = opened(
            (await pictures_here.clean(data[:-lost], owner=ANNA, max_side=LARGE)).content
        )
        whole = opened((await pictures_here.clean(data, owner=ANNA, max_side=LARGE)).content)
        assert cleaned.tobytes() == whole.tobytes()

    @pytest.mark.parametrize("progressive", [False, True])
    @pytest.mark.parametrize("max_side", [LARGE, 16])
    @pytest.mark.parametrize("lost", [3, 12, 3000])
    async def test_a_jpeg_without_its_last_pixels_is_none(
        self, pictures_here: PillowPictures, progressive: bool, max_side: int, lost: int
    ) -> None:
        data = saved(noise(), "JPEG", progressive=progressive)
        with pytest.raises(BadPicture):
            await pictures_here.clean(data[:-lost], owner=ANNA, max_side=max_side)

    @pytest.mark.parametrize("side", [4, 64])
    @pytest.mark.parametrize("lost", [1, 4, 11, 12])
    async def test_a_png_without_its_end_is_whole_when_its_pixels_are(
        self, pictures_here: PillowPictures, side: int, lost: int
    ) -> None:
        image = noise(side)
        cleaned = await pictures_here.clean(saved(image, "PNG")[:-lost], owner=ANNA, max_side=LARGE)
        assert opened(cleaned.content).tobytes() == image.tobytes()

    @pytest.mark.parametrize("side", [4, 64])
    async def test_a_png_without_its_last_pixels_is_none(
        self, pictures_here: PillowPictures, side: int
    ) -> None:
        data = saved(noise(side), "PNG")
        end_length = 12 + 4 + 4 + 8  # bytes: IEND, two sums, and the last of the pixels
        with pytest.raises(BadPicture):
            await pictures_here.clean(data[:-end_length], owner=ANNA, max_side=LARGE)


class TestHeic:
    @pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1", b"hevc"])
    async def test_it_is_called_by_its_name_and_told_how_to_become_a_jpeg(
        self, pictures_here: PillowPictures, brand: bytes
    ) -> None:
        data = struct.pack(">I", 24) + b"ftyp" + brand + bytes(4) + b"mif1heic" + bytes(100)
        with pytest.raises(HeicPicture) as refused:
            await pictures_here.clean(data, owner=ANNA, max_side=LARGE)
        assert refused.value.code == "heic_picture"
        for language in ("en", "ru"):
            assert "HEIC" in refused.value.text(language)
            assert "JPEG" in refused.value.text(language)

    @pytest.mark.parametrize("brand", [b"avif", b"mif1"])
    async def test_an_avif_is_none(self, pictures_here: PillowPictures, brand: bytes) -> None:
        data = struct.pack(">I", 24) + b"ftyp" + brand + bytes(4) + b"mif1avif" + bytes(100)
        with pytest.raises(BadPicture) as refused:
            await pictures_here.clean(data, owner=ANNA, max_side=LARGE)
        assert not isinstance(refused.value, HeicPicture)
