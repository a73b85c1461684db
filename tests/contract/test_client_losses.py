"""What the client's sockets do when the service is silent, gone, or says something odd.

The service is a stand-in that says what a test has it say. docs/wire.md: Coming back.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from attendance_core.errors import Refusal, Taken, Unavailable
from attendance_core.marking import frames as core
from attendance_core.marking.endings import ERRORS
from attendance_core.vocabulary import UserId
from attendance_web.client import (
    Client,
    Marking,
    NotAnswered,
    NotAttendance,
    Refused,
    reopening,
    waiting,
)
from attendance_web.client.answers import decoded
from attendance_web.client.frames import Frame, HeldBy, read_params
from attendance_web.client.marking import FRAMES_A_SECOND, FRAMES_AT_ONCE, MAY_CLOSE
from attendance_web.live import messages
from attendance_web.live.close_codes import ENDING_CODES
from attendance_web.structs.frames import EventTimes, Place
from tests.support.nginx import certified, trusting

PATIENCE = 30.0  # seconds
EVENT = UUID(int=7)
ANNA, BORIS = UserId(7), UserId(12)
PAGE = (Path(__file__).resolve().parents[2] / "src/attendance_web/static/socket.js").read_text(
    "utf-8"
)
Script = Callable[["Heard"], Awaitable[None]]


class Heard:
    """One connection, as the service sees it."""

    def __init__(self, connection: ServerConnection) -> None:
        self.connection = connection

    async def says(self, frame: core.Frame) -> None:
        await self.connection.send(messages.encode(frame, "en").text)

    async def says_no(self, refusal: Refusal | Unavailable) -> None:
        await self.connection.send(messages.encode_error(refusal, "en").text)

    async def hears(self) -> str:
        """The next command; pings are answered, and passed over."""
        while True:
            said = json.loads(await self.connection.recv())
            if said["message"] != "ping":
                return f"{said['message']} {said['params'].get('user_id', '')}".strip()
            await self.connection.send(messages.PONG.text)

    async def lists(self, *people: UserId) -> None:
        await self.says(core.MarkingList(tuple(core.Listed(each, float(each)) for each in people)))

    def cut(self) -> None:
        self.connection.transport.abort()

    async def listens(self) -> None:
        with suppress(ConnectionClosed):
            while True:
                await self.hears()


class Service:
    """Follows one script a connection, the last one for all that follow."""

    def __init__(self, *scripts: Script) -> None:
        self.scripts = list(scripts)
        self.opened: list[Heard] = []
        self.failures: list[BaseException] = []

    async def __call__(self, connection: ServerConnection) -> None:
        heard = Heard(connection)
        self.opened.append(heard)
        script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        try:
            await script(heard)
        except ConnectionClosed:
            pass
        except BaseException as failure:
            self.failures.append(failure)
            raise


@asynccontextmanager
async def marking_at(*scripts: Script, **how: Any) -> AsyncIterator[tuple[Service, Marking]]:
    service = Service(*scripts)
    async with (
        asyncio.timeout(PATIENCE),
        serve(service, "127.0.0.1", 0) as server,
        Client(f"http://127.0.0.1:{port_of(server)}", token="t", **how) as client,
        client.marking(EVENT) as marking,
    ):
        yield service, marking
    assert service.failures == []


def port_of(server: Any) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(waiting, "MAX_PAUSE_SECONDS", 0.02)


async def lists_both(heard: Heard) -> None:
    await heard.lists(ANNA, BORIS)
    await heard.listens()


def ids(marking: Marking) -> list[int]:
    return [each.user_id for each in marking.waiting]


class TestWhatIsSaid:
    def test_the_numbers_are_those_of_the_page(self) -> None:
        (final,) = re.findall(r"const FINAL = new Set\(\[([0-9, ]+)\]\)", PAGE)
        assert set(map(int, final.split(", "))) == reopening.FINAL

        def seconds(name: str) -> float:
            (found,) = re.findall(rf"const {name} = ([0-9_]+);", PAGE)
            return int(found.replace("_", "")) / 1000

        assert seconds("BEAT_EVERY_MS") == reopening.BEAT_EVERY
        assert seconds("ANSWER_WITHIN_MS") == reopening.ANSWER_WITHIN
        assert seconds("OPEN_WITHIN_MS") == reopening.OPEN_WITHIN

    def test_what_may_close_a_socket_is_what_does(self) -> None:
        codes = {getattr(ERRORS[each], "code", "too_many_frames") for each in ENDING_CODES}
        assert codes | {"too_many_frames"} == MAY_CLOSE  # a lease that is lost says nothing

    def test_it_says_less_than_what_a_socket_is_closed_for(self) -> None:
        page = (Path(__file__).resolve().parents[2] / "docs" / "wire.md").read_text("utf-8")
        (limit,) = re.findall(
            r"frames of a socket, .*? \| (\d+) at once, then (\d+) a second", page
        )
        assert int(limit[0]) > FRAMES_AT_ONCE and int(limit[1]) > FRAMES_A_SECOND

    @pytest.mark.parametrize(
        ("frame", "kind"),
        [
            (core.HeldBy(BORIS, 9.5), HeldBy),
            (core.YourPosition(3, 40, 5), Place),
            (core.EventUpdated("Физика", 5.0, 9.0), EventTimes),
        ],
    )
    def test_what_one_who_waits_is_told_is_read(self, frame: core.Frame, kind: type[Any]) -> None:
        spelt = decoded(Frame, messages.encode(frame, "ru").text, "")
        assert isinstance(read_params(kind, spelt), kind)


class TestTheList:
    async def test_it_is_folded(self) -> None:
        go_on = asyncio.Event()

        async def script(heard: Heard) -> None:
            await heard.lists(ANNA)
            await go_on.wait()
            await heard.says(core.UserJoined(BORIS, 5.0))
            await heard.says(core.UserLeft(ANNA))
            await heard.listens()

        async with marking_at(script) as (_, marking):
            assert [each.user_id for each in await anext(marking)] == [ANNA]
            go_on.set()
            async for listed in marking:
                if [each.user_id for each in listed] == [BORIS]:
                    break
            assert marking.waiting[0].asked_at == 5.0

    async def test_what_nobody_read_in_time_is_passed_over(self) -> None:
        async def script(heard: Heard) -> None:
            await heard.lists()
            for number in range(1000):
                await heard.says(core.UserJoined(UserId(number + 1), float(number)))
            await heard.listens()

        async with marking_at(script) as (_, marking):
            while len(marking.waiting) < 1000:
                await asyncio.sleep(0.01)
            assert len(await anext(marking)) == 1000

    async def test_each_socket_has_a_list_of_its_own(self) -> None:
        async def first(heard: Heard) -> None:
            await heard.lists(ANNA, BORIS)
            heard.cut()

        async def second(heard: Heard) -> None:
            await heard.lists(BORIS)
            await heard.listens()

        async with marking_at(first, second) as (service, marking):
            async for listed in marking:
                if [each.user_id for each in listed] == [BORIS]:
                    break
            assert len(service.opened) == 2


class TestCommands:
    async def test_a_confirm_is_said_again_where_the_answer_was_lost(self) -> None:
        heard_by: list[str] = []

        async def first(heard: Heard) -> None:
            await heard.lists(ANNA)
            heard_by.append(await heard.hears())
            heard.cut()

        async def second(heard: Heard) -> None:
            await heard.lists()
            heard_by.append(await heard.hears())
            await heard.says(core.Confirmed(ANNA, 3, 0, again=True))
            await heard.listens()

        async with marking_at(first, second) as (_, marking):
            mark = await marking.confirm(ANNA)
            assert (mark.n, mark.paid) == (3, 0)
            assert heard_by == ["confirm_marking 7"] * 2

    async def test_a_hold_that_is_told_unasked_is_known(self) -> None:
        async def script(heard: Heard) -> None:
            await heard.lists(ANNA)
            await heard.says(core.Prepared(ANNA, 40.0))
            assert await heard.hears() == "refuse_to_mark 7"
            await heard.says(core.GivenBack())
            await heard.listens()

        async with marking_at(script) as (_, marking):
            while marking.held is None:
                await anext(marking)
            assert marking.held == ANNA
            await marking.refuse()
            assert marking.held is None

    async def test_one_that_was_given_back_before_the_loss_is_given_back(self) -> None:
        async def first(heard: Heard) -> None:
            await heard.lists(ANNA)
            await heard.hears()
            heard.cut()

        async def second(heard: Heard) -> None:
            await heard.lists(ANNA)
            await heard.hears()
            await heard.says_no(refusal_with("nobody_held"))
            await heard.listens()

        async with marking_at(first, second) as (_, marking):
            await marking.refuse(ANNA)
        async with marking_at(second) as (_, marking):
            with pytest.raises(Refused):
                await marking.refuse(ANNA)  # which it never held

    async def test_what_was_unavailable_is_said_again(self) -> None:
        async def script(heard: Heard) -> None:
            await heard.lists(ANNA)
            for _ in range(2):
                assert await heard.hears() == "prepare_to_mark 7"
                await heard.says_no(Unavailable())
            assert await heard.hears() == "prepare_to_mark 7"
            await heard.says(core.Prepared(ANNA, 90.0))
            await heard.listens()

        async with marking_at(script) as (_, marking):
            assert (await marking.prepare(ANNA)).expires_in == 90

    async def test_but_not_for_ever(self) -> None:
        async def script(heard: Heard) -> None:
            await heard.lists(ANNA)
            while True:
                await heard.hears()
                await heard.says_no(Unavailable())

        async with marking_at(script, patience=0.1) as (_, marking):
            with pytest.raises(Refused) as refused:
                await marking.confirm(ANNA)
            assert refused.value.code == "unavailable"

    async def test_a_hold_that_has_ended_is_told(self) -> None:
        async def script(heard: Heard) -> None:
            await heard.lists(ANNA)
            await heard.hears()
            await heard.says(core.Prepared(ANNA, 1.0))
            await heard.says(core.ReservationExpired(ANNA))
            await heard.listens()

        async with marking_at(script) as (_, marking):
            await marking.prepare(ANNA)
            while marking.held is not None:
                await anext(marking)

    async def test_whatever_refuses_a_command_of_a_socket_that_stays_is_its_answer(self) -> None:
        async def script(heard: Heard) -> None:
            await heard.lists(ANNA)
            await heard.hears()
            await heard.says_no(refusal_with("event_over"))
            await heard.listens()

        async with marking_at(script) as (_, marking):
            with pytest.raises(Refused) as refused:
                await marking.confirm(ANNA)
            assert refused.value.code == "event_over"

    async def test_of_one_that_is_closed_nobody_knows_what_came_of_a_confirm(self) -> None:
        async def script(heard: Heard) -> None:
            await heard.lists(ANNA)
            await heard.hears()
            await heard.says_no(refusal_with("event_over"))
            await heard.connection.close(4410)

        async with marking_at(script) as (_, marking):
            with pytest.raises(NotAnswered) as failed:
                await marking.confirm(ANNA)
            assert failed.value.may_be_done
            cause = failed.value.__cause__
            assert isinstance(cause, Refused) and cause.number == 4410

    async def test_whoever_leaves_while_a_command_is_under_way_is_told_so(self) -> None:
        async with marking_at(lists_both) as (_, marking):
            confirmed = asyncio.create_task(marking.confirm(ANNA))
            await asyncio.sleep(0.01)
        with pytest.raises(NotAnswered):
            await confirmed


def refusal_with(code: str) -> Refusal:
    refusal: Refusal = type("Said", (Taken,), {"code": code})()
    return refusal


class TestComingBack:
    @pytest.mark.parametrize("code", [1011, 1012, 1013, 4429, 4508])
    async def test_after_a_close_that_means_come_back(self, code: int) -> None:
        async def first(heard: Heard) -> None:
            await heard.lists(ANNA)
            await heard.says_no(refusal_with("unavailable"))
            await heard.connection.close(code)

        async with marking_at(first, lists_both) as (_, marking):
            while ids(marking) != [ANNA, BORIS]:
                await anext(marking)

    @pytest.mark.parametrize("code", sorted(reopening.FINAL - {1000}))
    async def test_not_after_one_that_does_not(self, code: int) -> None:
        async def script(heard: Heard) -> None:
            await heard.lists(ANNA)
            await heard.says_no(refusal_with("some_code"))
            await heard.connection.close(code)

        opened: list[Heard] = []
        with pytest.raises(Refused) as refused:
            async with marking_at(script) as (service, marking):
                opened = service.opened
                while True:
                    await anext(marking)
        assert (refused.value.code, refused.value.number) == ("some_code", code)
        assert len(opened) <= 1

    async def test_a_service_that_says_nothing_more_is_lost_and_not_said_goodbye_to(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reopening, "BEAT_EVERY", 0.05)
        monkeypatch.setattr(reopening, "ANSWER_WITHIN", 0.05)
        ends: list[int] = []

        async def first(heard: Heard) -> None:
            await heard.lists(ANNA)
            try:
                while True:
                    await heard.connection.recv()  # a ping, which nobody answers
            except ConnectionClosed as closed:
                ends.append(closed.rcvd.code if closed.rcvd else 1006)
                raise

        async with marking_at(first, lists_both) as (_, marking):
            while ids(marking) != [ANNA, BORIS]:
                await anext(marking)
            assert ends == [1006]

    async def test_pauses_grow_and_are_drawn(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.undo()

        class Most:
            def random(self) -> float:
                return 1.0

        pauses = waiting.Pauses(Most())  # type: ignore[arg-type]
        assert [pauses.next() for _ in range(6)] == [0.5, 1, 2, 4, 8, 8]
        pauses.begin_anew()
        assert pauses.next() == 0.5
        drawn = [waiting.Pauses().next() for _ in range(200)]
        assert min(drawn) >= 0.1 and max(drawn) <= 0.5 and len(set(drawn)) > 100

    async def test_a_service_that_does_not_come_back_is_given_up(self) -> None:
        async def cuts(heard: Heard) -> None:
            heard.cut()

        async def first(heard: Heard) -> None:
            await heard.lists(ANNA)
            heard.cut()

        async with marking_at(first, cuts, patience=0.2) as (service, marking):
            with pytest.raises(NotAnswered):
                while True:
                    await anext(marking)
            with pytest.raises(NotAnswered) as failed:
                await marking.prepare(ANNA)
            assert not failed.value.may_be_done
            assert len(service.opened) > 2

    async def test_where_nobody_has_ever_answered_it_is_told_at_once(self) -> None:
        async with serve(Service(lists_both), "127.0.0.1", 0) as server:
            port = port_of(server)
        async with Client(f"http://127.0.0.1:{port}") as client, asyncio.timeout(PATIENCE):
            with pytest.raises(NotAnswered):
                async with client.mark_me(EVENT):
                    pass

    @pytest.mark.parametrize(
        ("status", "is_let_in"), [(503, True), (429, True), (404, False), (401, False)]
    )
    async def test_a_handshake_that_is_refused_is_made_again_if_that_helps(
        self, status: int, is_let_in: bool
    ) -> None:
        refused: list[int] = []

        def refuses(connection: ServerConnection, request: Any) -> Any:
            if not refused:
                refused.append(status)
                return connection.respond(HTTPStatus(status), "no")
            return None

        service = Service(lists_both)
        async with (
            serve(service, "127.0.0.1", 0, process_request=refuses) as server,
            Client(f"http://127.0.0.1:{port_of(server)}") as client,
            asyncio.timeout(PATIENCE),
        ):
            if is_let_in:
                async with client.marking(EVENT) as marking:
                    assert ids(marking) == [ANNA, BORIS]
            else:
                with pytest.raises(NotAttendance):
                    async with client.marking(EVENT):
                        pass

    async def test_a_certificate_is_looked_at(self, tmp_path: Path) -> None:
        key, certificate = certified(tmp_path)
        ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ours.load_cert_chain(certificate, key)
        async with (
            asyncio.timeout(PATIENCE),
            serve(Service(lists_both), "127.0.0.1", 0, ssl=ours) as server,
        ):
            url = f"https://127.0.0.1:{port_of(server)}"
            async with (
                Client(url, trusts=trusting(tmp_path)) as client,
                client.marking(EVENT) as marking,
            ):
                assert ids(marking) == [ANNA, BORIS]
            async with Client(url) as client:
                with pytest.raises(NotAnswered, match="certificate"):
                    async with client.marking(EVENT):
                        pass

    async def test_what_is_no_frame_of_ours_is_told(self) -> None:
        async def script(heard: Heard) -> None:
            await heard.connection.send("hello")
            await heard.listens()

        with pytest.raises(NotAttendance):
            async with marking_at(script):
                pass

    async def test_more_is_said_no_faster_than_a_socket_may(self) -> None:
        """A socket that says more is closed."""
        said: list[float] = []

        async def script(heard: Heard) -> None:
            await heard.lists(ANNA)
            while True:
                await heard.hears()
                said.append(asyncio.get_running_loop().time())
                await heard.says(core.Prepared(ANNA, 1.0))

        async with marking_at(script) as (_, marking):
            await asyncio.gather(*(marking.prepare(ANNA) for _ in range(FRAMES_AT_ONCE + 3)))
            assert said[-1] - said[0] >= 2 / FRAMES_A_SECOND
