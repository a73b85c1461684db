"""Addresses as QR codes: drawn once, beside the event loop, and kept.

Drawing one takes some 4 ms, and anybody may ask for any.
"""

from __future__ import annotations

import asyncio
import io
from collections import OrderedDict
from typing import Final

from attendance_core.errors import Unavailable
from attendance_core.vocabulary import Seconds
from attendance_web.wire.callers import Caller
from attendance_web.wire.client_gone import has_gone, log_fault
from attendance_web.wire.refusals import ClientLeft
from attendance_web.wire.rests import Rests
from attendance_web.wire.turns import FairTurns, NoTurn

MAX_KEPT: Final = 1000  # of some 5 kB; what nobody has asked for the longest goes
QUIET_ZONE: Final = 4  # modules around it, as ISO/IEC 18004 asks
MAX_WAITING: Final = 50  # to be drawn, which takes a second, with the rests
# Of one caller's; the thread that draws keeps the interpreter from the event loop
FREE_SECONDS, FREE_A_SECOND = 0.05, 0.05
REST_FACTOR: Final = 3.0
MAX_REST_SECONDS: Final[Seconds] = 0.02
TURN_WAIT_SECONDS: Final[Seconds] = 3.0


def draw_qr_code(address: str) -> bytes:
    """Draws the QR code of an address as SVG."""
    import segno  # by whoever asks first: most workers draw none

    qr_code = segno.make(address, error="m", micro=False)
    written = io.BytesIO()
    qr_code.save(written, kind="svg", border=QUIET_ZONE, light="#fff", omitsize=True, xmldecl=False)
    return written.getvalue()


class QrCodes:
    """Keeps what was drawn by a key, and draws one at a time in a thread, in turns by caller."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._drawing: dict[str, asyncio.Task[bytes]] = {}
        self._turns = FairTurns(
            at_once=1,
            of_one=1,
            waiting=MAX_WAITING,
            waiting_of_one=MAX_WAITING,
            rests=Rests(
                free_seconds=FREE_SECONDS,
                free_a_second=FREE_A_SECOND,
                factor=REST_FACTOR,
                max_seconds=MAX_REST_SECONDS,
            ),
        )

    def find(self, key: str) -> bytes | None:
        """Finds one that was drawn; None where it is not kept."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    async def draw(self, key: str, address: str, caller: Caller) -> bytes:
        """Draws one that is not kept.

        Raises Unavailable where the caller waits for too many others, or for too long; ClientLeft.
        """
        while True:
            if key not in self._drawing:
                drawing = asyncio.create_task(self._draw(key, address, caller))
                drawing.add_done_callback(log_fault)
                self._drawing[key] = drawing
            try:
                return await asyncio.shield(self._drawing[key])  # others may wait for it, too
            except ClientLeft:  # who was the first
                if has_gone():
                    raise

    async def _draw(self, key: str, address: str, caller: Caller) -> bytes:
        try:
            async with self._turns.turn(caller, TURN_WAIT_SECONDS):
                qr_code = await asyncio.to_thread(draw_qr_code, address)
        except NoTurn:
            raise Unavailable from None
        finally:
            del self._drawing[key]
        self._kept[key] = qr_code
        if len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        return qr_code
