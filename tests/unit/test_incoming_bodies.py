"""How many bodies are on their way, and how slowly. Contract: 1.17."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, suppress

import pytest

from attendance_core.errors import TooManyRequests, Unavailable
from attendance_core.vocabulary import UserId
from attendance_web.http import incoming_bodies
from attendance_web.http.incoming_bodies import COUNTED_AT_LEAST_BYTES, Bodies
from attendance_web.http.incoming_body import BYTES_A_SECOND, PATIENCE_SECONDS, Pace
from attendance_web.wire.refusals import BodyTooSlow
from tests.support.body_senders import ANNA, BORIS, LARGEST_BYTES, Sender, settled, uploading
from tests.support.quick_loop import run

ROOM_BYTES = 16 * 1024 * 1024  # for uploads, instead of eight times as much
PIECE_BYTES = 64 * 1024


def begun_pace() -> Pace:
    """Begins the slowest there may be, from 0 on."""
    pace = Pace(BYTES_A_SECOND, PATIENCE_SECONDS)
    pace.begin(0.0)
    return pace


class TestPace:
    """Contract: 1.17."""

    def test_a_slow_phone_is_waited_for_to_the_end(self) -> None:
        """2.9 MB at 20 kB a second, a packet at a time, and still for 14 s twice."""
        now, pace = 0.0, begun_pace()
        for piece in range(2000):
            now += 1460 / 20_000 + (14 if piece in (500, 1500) else 0)
            assert now < pace.deadline
            pace.note_bytes(1460, now)

    def test_one_at_the_slowest_pace_is_waited_for_and_a_slower_one_is_not(self) -> None:
        for rate, is_waited_for in ((BYTES_A_SECOND, True), (BYTES_A_SECOND * 0.98, False)):
            pace = begun_pace()
            for second in range(1, 3600):
                if second >= pace.deadline:
                    break
                pace.note_bytes(int(rate), float(second))
            assert (second == 3599) is is_waited_for

    def test_what_came_fast_buys_no_more_time_than_one_had_at_first(self) -> None:
        pace = begun_pace()
        pace.note_bytes(LARGEST_BYTES, 1.0)
        assert pace.deadline == 1.0 + PATIENCE_SECONDS


class TestUploads:
    """Contract: 1.17."""

    @pytest.fixture(autouse=True)
    def less_room(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(incoming_bodies, "UPLOAD_CAPACITY_BYTES", ROOM_BYTES)

    async def test_a_person_has_two_at_a_time_and_others_have_theirs(self) -> None:
        bodies = Bodies()
        with bodies.upload(ANNA, 1):
            with bodies.upload(ANNA, 1):
                with pytest.raises(TooManyRequests) as refused, bodies.upload(ANNA, 1):
                    pass
                assert refused.value.words["seconds"] == 5
                with bodies.upload(BORIS, 1):
                    pass
            with bodies.upload(ANNA, 1):
                pass
        assert bodies._uploads.size == 0

    async def test_one_counts_by_what_has_come_of_it_until_it_is_answered(self) -> None:
        bodies, sender = Bodies(), Sender()
        with bodies.upload(ANNA, LARGEST_BYTES) as body:
            assert bodies._uploads.size == COUNTED_AT_LEAST_BYTES
            task = asyncio.create_task(body.read(sender.receive, LARGEST_BYTES))
            sender.sends(b"x" * PIECE_BYTES, more=True)
            await settled()
            assert bodies._uploads.size == PIECE_BYTES
            sender.sends(b"", more=False)
            await task
            assert bodies._uploads.size == PIECE_BYTES
        assert bodies._uploads.size == 0
        with pytest.raises(ZeroDivisionError), bodies.upload(ANNA, LARGEST_BYTES):
            raise ZeroDivisionError
        assert bodies._uploads.size == 0

    async def test_what_is_whole_is_not_given_up_and_lets_in_what_has_room_beside_it(self) -> None:
        bodies = Bodies()
        with ExitStack() as several:
            for person in range(3, 3 + ROOM_BYTES // (4 * 1024 * 1024)):
                body, sender = several.enter_context(bodies.upload(UserId(person), 1)), Sender()
                sender.sends(b"x" * (4 * 1024 * 1024 - 100 * 1024), more=False)
                await body.read(sender.receive, LARGEST_BYTES)
            with pytest.raises(Unavailable), bodies.upload(ANNA, 401 * 1024):
                pass
            sender = Sender()
            sender.sends(b"x" * 401 * 1024, more=True)  # more than its head said
            with bodies.upload(ANNA, 300 * 1024) as body, pytest.raises(Unavailable):
                await body.read(sender.receive, LARGEST_BYTES)
            assert bodies._uploads.size == ROOM_BYTES - 400 * 1024
        assert bodies._uploads.size == 0

    async def test_without_room_what_comes_slowly_is_given_up_before_who_has_most(self) -> None:
        bodies, loop = Bodies(), asyncio.get_running_loop()
        slow_sender, large_sender, last_sender = Sender(), Sender(), Sender()
        slow_sender.sends(b"x" * PIECE_BYTES, more=True)
        of_slow = uploading(bodies, ANNA, slow_sender)
        await settled()
        (body,) = bodies._uploads._bodies
        body._steady.deadline = loop.time() - 1
        large_sender.sends(b"x" * (ROOM_BYTES - 2 * PIECE_BYTES), more=True)
        of_most = uploading(bodies, BORIS, large_sender)
        await settled()
        last_sender.sends(b"x" * (PIECE_BYTES + 1), more=True)
        of_last = uploading(bodies, UserId(3), last_sender)
        await settled()
        assert isinstance(of_slow.exception(), BodyTooSlow)
        assert not of_most.done() and not of_last.done()
        last_sender.sends(b"x" * PIECE_BYTES, more=True)
        await settled()
        assert isinstance(of_most.exception(), BodyTooSlow)
        last_sender.sends(b"", more=False)
        assert len(await of_last) == 2 * PIECE_BYTES + 1

    def test_one_is_not_slow_before_it_is_read(self) -> None:
        """As long as an hour's uploads are counted, say."""

        async def play() -> bytes:
            bodies, sender = Bodies(), Sender()
            with bodies.upload(ANNA, LARGEST_BYTES) as body:
                await asyncio.sleep(2 * PATIENCE_SECONDS)
                assert not body.is_slow(asyncio.get_running_loop().time())
                task = asyncio.create_task(body.read(sender.receive, LARGEST_BYTES))
                await asyncio.sleep(1)
                sender.sends(b"x", more=False)
                return await task

        assert run(play()) == b"x"

    @pytest.mark.parametrize("is_upload_read", [True, False])
    async def test_one_that_was_given_up_is_not_taken_back(self, is_upload_read: bool) -> None:
        """Not by its end, which may come in the same moment, nor when its reading begins late."""
        bodies, first, second = Bodies(), Sender(), Sender()
        with bodies.upload(ANNA, LARGEST_BYTES) as body:
            if is_upload_read:
                task = asyncio.create_task(body.read(first.receive, LARGEST_BYTES))
                first.sends(b"x" * PIECE_BYTES, more=True)
            else:
                bodies._uploads.grow(body, PIECE_BYTES)
            await settled()
            second.sends(b"x" * (ROOM_BYTES - PIECE_BYTES // 2), more=True)
            second.sends(b"", more=False)
            body._steady.deadline = asyncio.get_running_loop().time() - 1
            other = uploading(bodies, BORIS, second)
            first.sends(b"", more=False)
            await other
            if not is_upload_read:
                task = asyncio.create_task(body.read(first.receive, LARGEST_BYTES))
            with pytest.raises(BodyTooSlow):
                await task
            assert bodies._uploads.size == 0

    @pytest.mark.parametrize(
        ("account_count", "bytes_at_once", "comes_back"),
        [
            (8, 2 * 1024 * 1024, True),
            (8, ROOM_BYTES // 16 - 1024, True),
            (64, ROOM_BYTES // 128, False),
        ],
        ids=["the largest", "as much as there is room", "many small ones"],
    )
    def test_a_phone_finds_its_place_however_many_trickle(
        self, account_count: int, bytes_at_once: int, comes_back: bool
    ) -> None:
        """They bring much at once, then a byte more than they must; the phone has 50 KB a second.

        A mebibyte and a half of picture, as three of a room eight times as large.
        """

        async def trickle(bodies: Bodies, person: UserId, given_up: list[UserId]) -> None:
            while True:
                sender = Sender()
                task = uploading(bodies, person, sender)
                for _ in range(bytes_at_once // PIECE_BYTES):
                    sender.sends(b"x" * PIECE_BYTES, more=True)
                while not task.done():
                    sender.sends(b"x" * (BYTES_A_SECOND + 1), more=True)
                    await asyncio.sleep(1)
                with suppress(BodyTooSlow):
                    await task
                given_up.append(person)
                if not comes_back:
                    return

        async def play() -> list[UserId]:
            bodies, sender, given_up = Bodies(), Sender(), list[UserId]()
            tricklers = [
                asyncio.create_task(trickle(bodies, UserId(person), given_up))
                for person in range(3, 3 + account_count)
                for _ in range(2)
            ]
            await asyncio.sleep(3)
            of_phone = uploading(bodies, ANNA, sender)
            for _ in range(300):
                assert not of_phone.done() and bodies._uploads.size <= ROOM_BYTES
                sender.sends(b"x" * 5000, more=True)
                await asyncio.sleep(0.1)
            sender.sends(b"", more=False)
            assert len(await of_phone) == 1_500_000
            for each in tricklers:
                each.cancel()
            await asyncio.wait(tricklers)
            return given_up

        assert ANNA not in run(play())
