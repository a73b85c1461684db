"""Mends slips in files of pictures before they are decoded, without decoding anything."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from attendance_adapters.picture_formats import JPEG_START, PNG_START

JPEG_END: Final = b"\xff\xd9"
USED_EXTRAS: Final = frozenset({b"tRNS", b"iCCP", b"eXIf"})  # of what a PNG may do without
CHUNK_HEAD: Final = struct.Struct(">I4s")  # the length of its body, and its name
CHECKSUM_BYTES: Final = 4
EXTRA_BIT: Final = 0x20  # of a name's first byte: PNG spells what may be left out in lower case
MAX_PROFILE_BYTES: Final = 8 * 1024 * 1024
MAX_EXIF_BYTES: Final = 64 * 1024  # a JPEG cannot have more
# What shows where compressed pixels are missing; of 700 JPEGs cut short each told every one
STRANGE_PIXELS: Final = (b"\xaa" * 512, b"\xfe" * 512)


class _Chunk(NamedTuple):
    """Holds one part of a PNG's file."""

    name: bytes
    body: bytes
    checksum: bytes

    @property
    def is_extra(self) -> bool:
        """Whether its name says that a picture can be shown without it."""
        return bool(self.name[0] & EXTRA_BIT)

    @property
    def is_sound(self) -> bool:
        """Whether it is as it was when its checksum was made."""
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


def without_extras(data: bytes) -> bytes:
    """Takes from a PNG what its pixels do not need, and gives it the end that it may lack.

    Texts, animations and whatever is broken beside the pixels go. Any other file stays as it is.
    """
    if not data.startswith(PNG_START):
        return data
    kept = [PNG_START]
    for name, body, checksum in (chunk for chunk in _chunks(data) if chunk.is_used):
        kept += [CHUNK_HEAD.pack(len(body), name), body, checksum]
    kept += [CHUNK_HEAD.pack(0, b"IEND"), _checksum(b"IEND")]
    return b"".join(kept)


def completed_jpegs(data: bytes) -> list[bytes]:
    """Completes a JPEG that lacks its end in several ways; of any other file there are none.

    All show the same pixels when none are missing: what follows the last one is passed over.
    """
    if not data.startswith(JPEG_START):
        return []
    data = data.rstrip(b"\xff")  # half of the end
    return [data + strange + JPEG_END for strange in (b"", *STRANGE_PIXELS)]


def _chunks(data: bytes) -> Iterator[_Chunk]:
    """Yields the parts of a PNG up to its end; of the pixels also a part that is cut short."""
    position = len(PNG_START)
    while (body_start := position + CHUNK_HEAD.size) <= len(data):
        length, name = CHUNK_HEAD.unpack_from(data, position)
        body_end = body_start + length
        chunk_end = body_end + CHECKSUM_BYTES
        body, checksum = data[body_start:body_end], data[body_end:chunk_end]
        if name == b"IEND" or not name.isalpha():
            return
        if len(checksum) < CHECKSUM_BYTES:
            if name == b"IDAT":
                yield _Chunk(name, body, _checksum(name + body))
            return
        yield _Chunk(name, body, checksum)
        position = chunk_end


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
