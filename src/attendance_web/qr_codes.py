"""Addresses as QR codes: drawn once, beside the event loop, and kept.

Drawing one takes some 4 ms, and anybody may ask for any.
"""

from __future__ import annotations

import asyncio
import io
from collections import OrderedDict
from typing import Final

import segno

from attendance_core.errors import Unavailable

MAX_KEPT: Final = 1000  # of some 5 kB; the ones that were not asked for the longest go
QUIET: Final = 4  # modules around it, as ISO/IEC 18004 asks
MAX_WAITING: Final = 50  # to be drawn, which takes a fifth of a second


def drawn(address: str) -> bytes:
    """Draws the code of an address as SVG."""
    code = segno.make(address, error="m", micro=False)
    written = io.BytesIO()
    code.save(written, kind="svg", border=QUIET, light="#fff", omitsize=True, xmldecl=False)
    return written.getvalue()


class QrCodes:
    """Keeps what was drawn by a key, and draws one at a time in a thread."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._drawing: dict[str, asyncio.Task[bytes]] = {}
        self._turn = asyncio.Lock()

    def kept(self, key: str) -> bytes | None:
        """Finds one that was drawn."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    async def draw(self, key: str, address: str) -> bytes:
        """Draws one that is not kept. Raises Unavailable where too many others are waited for."""
        if key not in self._drawing:
            if len(self._drawing) >= MAX_WAITING:
                raise Unavailable
            self._drawing[key] = asyncio.create_task(self._draw(key, address))
        return await asyncio.shield(self._drawing[key])  # others may wait for it, too

    async def _draw(self, key: str, address: str) -> bytes:
        try:
            async with self._turn:
                code = await asyncio.to_thread(drawn, address)
        finally:
            del self._drawing[key]
        self._kept[key] = code
        if len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        return code
