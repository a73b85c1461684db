"""Where the frames of a WebSocket begin, found in its bytes before anything is made of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

MASK_BYTES: Final = 4
# What stands for a longer length, and how many bytes that has
EXTENDED_LENGTHS: Final = {126: 2, 127: 8}


class FoundFrame(NamedTuple):
    """Tells where a frame begins in the bytes that were given, and its opcode, known or not."""

    begins: int
    opcode: int


class FrameFinder:
    """Finds frames, however they are cut up; keeps the head of one at most, and no payload."""

    __slots__ = ("_head", "_payload_left")

    def __init__(self) -> None:
        self._head = bytearray()
        self._payload_left = 0

    @property
    def is_between_frames(self) -> bool:
        """Whether the next byte begins a frame."""
        return not self._head and not self._payload_left

    def frames_in(self, data: bytes) -> Iterator[FoundFrame]:
        """Finds each frame whose head ends in ``data``.

        A head that began earlier begins at 0. The payload of the frame told last is passed over
        when the next one is asked for.
        """
        here = begins = 0
        while here < len(data):
            if self._payload_left:
                passed = min(self._payload_left, len(data) - here)
                self._payload_left -= passed
                here += passed
                continue
            if not self._head:
                begins = here
            self._head.append(data[here])
            here += 1
            if (length := self._payload_length()) is not None:
                opcode = self._head[0] & 0x0F
                self._head.clear()
                self._payload_left = length
                yield FoundFrame(begins, opcode)
                begins = 0

    def _payload_length(self) -> int | None:
        """Reads the length of the payload; None while the head is not whole."""
        head = self._head
        if len(head) < 2:
            return None
        short, masked = head[1] & 0x7F, head[1] >> 7
        more = EXTENDED_LENGTHS.get(short, 0)
        if len(head) < 2 + more + masked * MASK_BYTES:
            return None
        return int.from_bytes(head[2 : 2 + more], "big") if more else short
