"""QR codes are drawn once, one at a time, and not in the event loop. Contract: 1.11."""

from __future__ import annotations

import asyncio
import re
import threading
import time

import pytest

from attendance_core.errors import Unavailable
from attendance_web import qr_codes as module
from attendance_web.qr_codes import MAX_WAITING, QrCodes
from attendance_web.wire.client_gone import GONE_EXTENSION, Departure, follow_client_of
from attendance_web.wire.refusals import ClientLeft
from tests.support.unretrieved import nothing_unretrieved


class Drawings:
    """Stands in for drawing: notes what is drawn, and by how many at once."""

    def __init__(self) -> None:
        self.drawn: list[str] = []
        self.threads = set[int]()
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self._one = threading.Lock()

    def __call__(self, address: str) -> bytes:
        assert self._one.acquire(blocking=False), "two are drawn at once"
        time.sleep(0.01)
        self.drawn.append(address)
        self.threads.add(threading.get_ident())
        self.may_go_on.wait(10)
        self._one.release()
        return address.encode()


async def code_of(codes: QrCodes, address: str, caller: str = "somebody") -> bytes:
    return codes.find(address) or await codes.draw(address, address, caller)


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> Drawings:
    stand_in = Drawings()
    monkeypatch.setattr(module, "draw_qr_code", stand_in)
    return stand_in


async def test_one_is_drawn_once_however_often_it_is_asked_for(drawings: Drawings) -> None:
    codes = QrCodes()
    asked = [code_of(codes, address) for address in ("a", "b", "a", "b", "a")]
    assert await asyncio.gather(*asked) == [b"a", b"b", b"a", b"b", b"a"]
    assert await code_of(codes, "a") == b"a"
    assert drawings.drawn == ["a", "b"]
    assert threading.get_ident() not in drawings.threads


async def test_those_asked_for_last_are_kept(
    drawings: Drawings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_KEPT", 2)
    codes = QrCodes()
    for address in ("a", "b", "a", "c", "a", "b"):
        await code_of(codes, address)
    assert drawings.drawn == ["a", "b", "c", "b"]


async def test_too_many_at_once_are_refused_and_the_kept_ones_are_not(drawings: Drawings) -> None:
    codes = QrCodes()
    await code_of(codes, "kept", "somebody else")
    drawings.may_go_on.clear()
    waiting = [
        asyncio.create_task(code_of(codes, str(number))) for number in range(MAX_WAITING + 1)
    ]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await code_of(codes, "one more")
    assert await code_of(codes, "kept") == b"kept"
    waiting[0].cancel()  # whoever asked for it may go; others may wait for the same
    drawings.may_go_on.set()
    await asyncio.gather(*waiting[1:])
    assert await code_of(codes, "one more") == b"one more"
    assert len(drawings.drawn) == MAX_WAITING + 3


def test_there_is_room_around_a_code_for_any_scanner() -> None:
    code = module.draw_qr_code("HTTPS://EXAMPLE.ORG/E/K7QF2M").decode()
    view = re.search(r'viewBox="0 0 (\d+) ', code)
    first = re.search(r'd="M(\d+) (\d+)', code[code.index("stroke") :])
    assert view is not None and first is not None
    assert int(first[1]) == 4  # modules, as ISO/IEC 18004 asks
    assert (int(view[1]) - 2 * 4 - 17) % 4 == 0  # what is left is a whole code


async def test_whoever_asks_for_many_keeps_nobody_else_waiting(drawings: Drawings) -> None:
    """Contract: 1.11."""
    codes = QrCodes()
    drawings.may_go_on.clear()
    many = [
        asyncio.create_task(code_of(codes, str(number), "many"))
        for number in range(MAX_WAITING + 9)
    ]
    await asyncio.sleep(0)
    one = asyncio.create_task(code_of(codes, "one", "one"))
    await asyncio.sleep(0)
    drawings.may_go_on.set()
    assert await one == b"one"
    assert "one" in drawings.drawn[:3]
    answers = await asyncio.gather(*many, return_exceptions=True)
    assert sum(isinstance(each, Unavailable) for each in answers) == 9  # the one's place included


async def test_of_those_who_wait_for_one_it_is_drawn_for_who_stays(drawings: Drawings) -> None:
    """Contract: 1.11."""
    codes, departure = QrCodes(), Departure()

    async def asks(address: str, departure: Departure) -> bytes:
        follow_client_of({"extensions": {GONE_EXTENSION: departure}})
        return await code_of(codes, address)

    drawings.may_go_on.clear()
    first = asyncio.create_task(asks("first", Departure()))
    left = [asyncio.create_task(asks(address, departure)) for address in ("one", "two")]
    await asyncio.sleep(0)
    stays = asyncio.create_task(asks("two", Departure()))
    await asyncio.sleep(0)
    departure.note()
    await asyncio.wait(left)
    drawings.may_go_on.set()
    assert (await first, await stays) == (b"first", b"two")
    assert [type(each.exception()) for each in left] == [ClientLeft] * 2
    assert drawings.drawn == ["first", "two"]


async def test_the_log_says_nothing_of_one_that_nobody_waits_for(drawings: Drawings) -> None:
    codes = QrCodes()
    drawings.may_go_on.clear()
    with nothing_unretrieved():
        first = asyncio.create_task(code_of(codes, "first"))
        departure = Departure()

        async def asks() -> bytes:
            follow_client_of({"extensions": {GONE_EXTENSION: departure}})
            return await code_of(codes, "left")

        left = asyncio.create_task(asks())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        left.cancel()  # as at the end of the service
        await asyncio.wait({left})
        departure.note()
        for _ in range(10):
            await asyncio.sleep(0)
        del left
        drawings.may_go_on.set()
        assert await first == b"first"
    assert drawings.drawn == ["first"]
