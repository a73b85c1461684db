"""The formats of pictures, known without a decoder: how large one is, and slips in its file."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

PNG_START: Final = b"\x89PNG\r\n\x1a\n"
JPEG_START: Final = b"\xff\xd8\xff"
JPEG_END: Final = b"\xff\xd9"
HEIC_BRANDS: Final = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
)
GENERIC_BRANDS: Final = frozenset({b"mif1", b"msf1"})  # the brands that follow say which
USED_EXTRAS: Final = frozenset({b"tRNS", b"iCCP", b"eXIf"})  # of what a PNG may do without
MAX_PROFILE_BYTES: Final = 8 * 1024 * 1024
MAX_EXIF_BYTES: Final = 64 * 1024  # a JPEG cannot have more
MAX_PIXELS: Final = 40_000_000  # Contract: 3.4
MAX_SIDE: Final = 65_535  # what a JPEG can have; Contract: 3.4
MAX_MARKERS: Final = 4_096  # of a JPEG before its size; those of cameras have some hundreds
# Those of a JPEG that say its size, and those that are nothing but themselves
SIZE_MARKERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
BARE_MARKERS: Final = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})
START_OF_PIXELS, END_OF_JPEG = 0xDA, 0xD9
# What shows where compressed pixels are missing; of 700 JPEGs cut short each told every one
STRANGE_PIXELS: Final = (b"\xaa" * 512, b"\xfe" * 512)
EXIT_BAD_PICTURE, EXIT_TOO_LARGE = 3, 4  # how a worker ends that was given one


class Size(NamedTuple):
    """Says how wide and high a picture is, in pixels."""

    width: int
    height: int

    @property
    def pixels(self) -> int:
        """Counts all pixels."""
        return self.width * self.height

    @property
    def is_too_large(self) -> bool:
        """Whether these are more pixels, or longer sides, than we take."""
        return self.pixels > MAX_PIXELS or max(self) > MAX_SIDE


class _Chunk(NamedTuple):
    """Holds one part of a PNG's file."""

    name: bytes
    body: bytes
    checksum: bytes

    @property
    def is_extra(self) -> bool:
        """Whether its name says that a picture can be shown without it."""
        return bool(self.name[0] & 0x20)

    @property
    def is_sound(self) -> bool:
        return self.checksum == _checksum(self.name + self.body)

    @property
    def is_used(self) -> bool:
        """Whether the picture would look otherwise without it, as browsers show it."""
        if not self.is_extra:
            return True
        if self.name not in USED_EXTRAS or not self.is_sound:
            return False
        if self.name == b"iCCP":
            return _is_small_profile(self.body)
        return len(self.body) <= MAX_EXIF_BYTES


def is_heic(data: bytes) -> bool:
    """Tells whether this is a picture as iPhones keep theirs."""
    if data[4:8] != b"ftyp":
        return False
    end = min(int.from_bytes(data[:4], "big"), 256)
    brand, others = data[8:12], {data[at : at + 4] for at in range(16, end, 4)}
    return brand in HEIC_BRANDS or (brand in GENERIC_BRANDS and bool(others & HEIC_BRANDS))


def size_of(data: bytes) -> Size | None:
    """Reads how wide and high a picture says it is, without decoding anything; in a moment.

    None for what is no JPEG, PNG or WebP picture, or has no size where each decoder looks for it.
    """
    if data.startswith(JPEG_START):
        size = _size_of_jpeg(data)
    elif data.startswith(PNG_START) and data[12:16] == b"IHDR" and len(data) >= 24:
        width, height = struct.unpack_from(">II", data, 16)
        size = Size(width, height)
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP" and len(data) >= 30:
        size = _size_of_webp(data)
    else:
        size = None
    return size if size is not None and min(size) > 0 else None


def without_extras(data: bytes) -> bytes:
    """Takes from a PNG what its pixels do not need, and gives it the end that it may lack.

    Texts, animations and whatever is broken beside the pixels go. Any other file stays as it is.
    """
    if not data.startswith(PNG_START):
        return data
    kept = [PNG_START]
    for name, body, checksum in (chunk for chunk in _chunks(data) if chunk.is_used):
        kept += [struct.pack(">I", len(body)), name, body, checksum]
    kept += [bytes(4), b"IEND", _checksum(b"IEND")]
    return b"".join(kept)


def completed_jpegs(data: bytes) -> list[bytes]:
    """Completes a JPEG that lacks its end in several ways; of any other file there are none.

    All show the same pixels when none are missing: what follows the last one is passed over.
    """
    if not data.startswith(JPEG_START):
        return []
    data = data.rstrip(b"\xff")  # half of the end
    return [data + strange + JPEG_END for strange in (b"", *STRANGE_PIXELS)]


def _size_of_jpeg(data: bytes) -> Size | None:
    position = 2
    for _ in range(MAX_MARKERS):
        position = data.find(b"\xff", position)
        if position < 0 or position + 9 > len(data):
            return None
        marker = data[position + 1]
        if marker in SIZE_MARKERS:
            height, width = struct.unpack_from(">HH", data, position + 5)
            return Size(width, height)
        if marker in {START_OF_PIXELS, END_OF_JPEG}:
            return None
        if marker == 0xFF:  # filling
            position += 1
        elif marker in BARE_MARKERS:
            position += 2
        else:
            position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return None


def _size_of_webp(data: bytes) -> Size | None:
    match data[12:16]:
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


def _chunks(data: bytes) -> Iterator[_Chunk]:
    """Yields the parts of a PNG up to its end; of the pixels also a part that is cut short."""
    position = len(PNG_START)
    while position + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, position)
        body_end = position + 8 + length
        body, checksum = data[position + 8 : body_end], data[body_end : body_end + 4]
        if name == b"IEND" or not name.isalpha():
            return
        if len(checksum) < 4:
            if name == b"IDAT":
                yield _Chunk(name, body, _checksum(name + body))
            return
        yield _Chunk(name, body, checksum)
        position = body_end + 4


def _is_small_profile(body: bytes) -> bool:
    """Tells whether a profile can be unpacked, and does not grow beyond what one may have."""
    _, separator, packed = body.partition(b"\0")
    unpacker = zlib.decompressobj()
    try:
        unpacker.decompress(packed[1:], MAX_PROFILE_BYTES)
    except zlib.error:
        return False
    return bool(separator) and unpacker.eof


def _checksum(content: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(content))
