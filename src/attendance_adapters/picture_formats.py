"""Tells the format of a picture and its size in pixels, without a decoder."""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

PNG_START: Final = b"\x89PNG\r\n\x1a\n"
JPEG_START: Final = b"\xff\xd8\xff"
HEIC_BRANDS: Final = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
)
GENERIC_BRANDS: Final = frozenset({b"mif1", b"msf1"})  # the brands that follow say which
# Where things are in the first box of a HEIC file: its length, its kind, its brand, a number that
# nobody needs, and further brands, of which no more are read than a box of so many bytes has
BOX_LENGTH_SLICE, BOX_KIND_SLICE, BRAND_SLICE = slice(4), slice(4, 8), slice(8, 12)
OTHER_BRANDS_AT, BRAND_BYTES, MAX_BOX_BYTES = 16, 4, 256
# Where things are in the first part of a PNG: its name, then the width and the height; in a WebP,
# whose sizes `_size_of_webp` finds
PNG_PART_NAME_SLICE, PNG_SIZE_AT, MIN_PNG_BYTES = slice(12, 16), 16, 24
RIFF_NAME_SLICE, RIFF_KIND_SLICE, WEBP_KIND_SLICE = slice(4), slice(8, 12), slice(12, 16)
MIN_WEBP_BYTES: Final = 30
MAX_PIXELS: Final = 40_000_000  # Contract: 3.4
MAX_SIDE: Final = 65_535  # what a JPEG can have; Contract: 3.4
MAX_MARKERS: Final = 4_096  # before the size of a JPEG; those of cameras have some hundreds
# Where a segment of a JPEG, from its marker on, has its length and a size; the least that has one
JPEG_LENGTH_AT, JPEG_SIZE_AT, MIN_SIZE_SEGMENT_BYTES = 2, 5, 9
# Markers of the segments that say the size of a JPEG, and markers that begin no segment
SIZE_MARKERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
BARE_MARKERS: Final = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})
START_OF_PIXELS, END_OF_JPEG = 0xDA, 0xD9


class Size(NamedTuple):
    """Says how wide and high a picture is, in pixels."""

    width: int
    height: int

    @property
    def pixel_count(self) -> int:
        """How many pixels it has."""
        return self.width * self.height

    @property
    def is_too_large(self) -> bool:
        """Whether these are more pixels, or longer sides, than we take."""
        return self.pixel_count > MAX_PIXELS or max(self) > MAX_SIDE


def is_heic(data: bytes) -> bool:
    """Tells whether this is a picture as iPhones keep theirs."""
    if data[BOX_KIND_SLICE] != b"ftyp":
        return False
    end = min(int.from_bytes(data[BOX_LENGTH_SLICE], "big"), MAX_BOX_BYTES)
    starts = range(OTHER_BRANDS_AT, end, BRAND_BYTES)
    brand, others = data[BRAND_SLICE], {data[start : start + BRAND_BYTES] for start in starts}
    return brand in HEIC_BRANDS or (brand in GENERIC_BRANDS and bool(others & HEIC_BRANDS))


def size_of(data: bytes) -> Size | None:
    """Reads how wide and high a picture says it is: it takes no time, since nothing is decoded.

    None for what is no JPEG, PNG or WebP picture, or has no size where each decoder looks for it.
    """
    if data.startswith(JPEG_START):
        size = _size_of_jpeg(data)
    elif data.startswith(PNG_START):
        size = _size_of_png(data)
    elif (
        data[RIFF_NAME_SLICE] == b"RIFF"
        and data[RIFF_KIND_SLICE] == b"WEBP"
        and len(data) >= MIN_WEBP_BYTES
    ):
        size = _size_of_webp(data)
    else:
        size = None
    return size if size is not None and min(size) > 0 else None


def _size_of_png(data: bytes) -> Size | None:
    if data[PNG_PART_NAME_SLICE] != b"IHDR" or len(data) < MIN_PNG_BYTES:
        return None
    width, height = struct.unpack_from(">II", data, PNG_SIZE_AT)
    return Size(width, height)


def _size_of_jpeg(data: bytes) -> Size | None:
    position = len(JPEG_START) - 1  # as it ends with the first byte of a marker
    for _ in range(MAX_MARKERS):
        position = data.find(b"\xff", position)
        if position < 0 or position + MIN_SIZE_SEGMENT_BYTES > len(data):
            return None
        marker = data[position + 1]
        if marker in SIZE_MARKERS:
            height, width = struct.unpack_from(">HH", data, position + JPEG_SIZE_AT)
            return Size(width, height)
        if marker in {START_OF_PIXELS, END_OF_JPEG}:
            return None
        if marker == 0xFF:  # filling
            position += 1
        elif marker in BARE_MARKERS:
            position += 2
        else:
            (length,) = struct.unpack_from(">H", data, position + JPEG_LENGTH_AT)
            position += JPEG_LENGTH_AT + length
    return None


def _size_of_webp(data: bytes) -> Size | None:
    """Reads the size from where each kind of WebP has it: with extras, lossless, or simple.

    By the format: two times three bytes, less one; two times 14 bits, less one; two times 14 bits
    in two bytes.
    """
    match data[WEBP_KIND_SLICE]:
        case b"VP8X":
            width, height = (int.from_bytes(data[at : at + 3], "little") for at in (24, 27))
            return Size(1 + width, 1 + height)
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            return Size(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", data, 26)
            return Size(width & 0x3FFF, height & 0x3FFF)
    return None
