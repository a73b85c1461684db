"""The sockets of a host: an ASGI application at any server, with people of the host's own."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from attendance_core import Role
from attendance_core.accounts import Actor, session_id_of
from attendance_core.errors import (
    BadCharacters,
    BadLength,
    BoardNotFound,
    MissingArgument,
    MissingScope,
    NotAnOrganiser,
    NotLoggedIn,
    PersonNotFound,
    TooManyRequests,
    Unavailable,
    UsernameTaken,
)
from attendance_core.vocabulary import UserId
from attendance_web.asgi import sockets
from attendance_web.asgi.application import ROLES
from attendance_web.client.reopening import FINAL_CODES
from tests.support.asgi_server import Server, host, query
from tests.support.eventually import eventually
from tests.support.live_host import Host

__all__ = ["host"]


def headers(**given: str) -> list[tuple[bytes, bytes]]:
    return [(name.replace("_", "-").encode(), each.encode()) for name, each in given.items()]


class TestWhoIsLetIn:
    @pytest.mark.parametrize("is_async", [False, True])
    async def test_whoever_the_host_knows(self, host: Host, is_async: bool) -> None:
        anna = await host.add_person()
        event_id = await host.create_event(anna)

        async def later(_: Any) -> Actor:
            return anna

        app = sockets(host.live, later if is_async else lambda _: anna)
        server = Server(app, "/marking", **query(event_id))
        serving = asyncio.create_task(server.serve())
        await eventually(lambda: len(server.sent) == 2)
        server.to_app.put_nowait({"type": "websocket.disconnect", "code": 1000})
        assert await serving == ["marking_list"]

    async def test_nobody_else(self, host: Host) -> None:
        app = sockets(host.live, lambda _: None)
        assert await Server(app).serve() == ["not_logged_in", 4401]

    async def test_a_host_may_refuse_by_a_word_of_its_own(self, host: Host) -> None:
        def identify(_: Any) -> Actor | None:
            raise NotLoggedIn

        assert await Server(sockets(host.live, identify)).serve() == ["not_logged_in", 4401]

    @pytest.mark.parametrize(
        ("refusal", "told"),
        [
            (BadLength(field="display_name", least=1, most=100), ["bad_length", 4400]),
            (BadCharacters(field="subject"), ["bad_characters", 4400]),
            (MissingArgument(field="session"), ["missing_argument", 4400]),
            (NotAnOrganiser(), ["not_an_organiser", 4403]),
            (MissingScope(), ["missing_scope", 4403]),
            (BoardNotFound(), ["board_not_found", 4404]),
            (UsernameTaken(), ["username_taken", 4409]),
            (PersonNotFound(), ["not_logged_in", 4401]),
            (TooManyRequests(seconds=9), ["too_many_requests", 1013]),
            (Unavailable(), ["unavailable", 1013]),
        ],
        ids=lambda each: getattr(each, "code", ""),
    )
    async def test_nobody_comes_back_for_ever_to_what_a_host_refuses(
        self, host: Host, refusal: Exception, told: list[Any]
    ) -> None:
        """Contract: 10.5."""

        def identify(_: Any) -> Actor | None:
            raise refusal

        assert await Server(sockets(host.live, identify)).serve() == told
        may_come_back = told[1] not in FINAL_CODES
        assert may_come_back is isinstance(refusal, TooManyRequests | Unavailable)

    async def test_nor_does_whoever_is_deleted(self, host: Host) -> None:
        """Contract: 10.5."""
        event_id = await host.create_event(await host.add_person())
        gone = Actor(UserId(999), session_id_of("gone"))
        app = sockets(host.live, lambda _: gone)
        for path in ROLES:
            assert await Server(app, path, **query(event_id)).serve() == ["not_logged_in", 4401]

    async def test_what_is_no_refusal_is_a_fault_of_the_host_and_logged(
        self, host: Host, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Contract: 10.5."""

        def identify(_: Any) -> Actor | None:
            raise LookupError("an exception of a framework")

        assert await Server(sockets(host.live, identify)).serve() == ["unavailable", 1013]
        assert "an exception of a framework" in caplog.text

    @pytest.mark.parametrize("answer", [7, "anna"])
    async def test_what_is_no_actor_is_said_in_the_log(
        self, host: Host, answer: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        assert await Server(sockets(host.live, lambda _: answer)).serve() == ["unavailable", 1013]
        assert "identify answers an Actor" in caplog.text

    async def test_a_page_of_another_site_is_not_even_asked_who_it_is(self, host: Host) -> None:
        anna = await host.add_person()
        asked: list[Any] = []

        def identify(scope: Any) -> Actor:
            asked.append(scope)
            return anna

        app = sockets(host.live, identify, origins=["https://Friend.example/"])
        for origin, expected in {
            "https://evil.example": ["foreign_origin", 4403],
            "https://friend.example": ["bad_event_id", 4400],
            "http://here.example": ["bad_event_id", 4400],
        }.items():
            given = headers(host="here.example", origin=origin)
            assert await Server(app, headers=given).serve() == expected
        assert len(asked) == 2
        with pytest.raises(TypeError, match="origins are several"):
            sockets(host.live, identify, origins="https://friend.example")

    async def test_the_log_says_where_a_host_names_an_origin(
        self, host: Host, caplog: pytest.LogCaptureFixture
    ) -> None:
        given = headers(host="here.example", origin="https://pages.example")
        app = sockets(host.live, lambda _: None)
        assert await Server(app, headers=given).serve() == ["foreign_origin", 4403]
        (line,) = (each for each in caplog.messages if each.startswith("foreign_origin "))
        assert line.endswith("name the origin in `origins` of `attendance_web.asgi.sockets`")

    @pytest.mark.parametrize(
        "origin",
        [
            *("campus.example", "*", "null", "", "https://*.example", "https://campus.example/app"),
            *(
                "wss://campus.example",
                "//campus.example",
                "https://me@campus.example",
                "http://[::1",
            ),
            *("https://campus.example:port", "https://campus.example?", "https://campus.example#x"),
        ],
    )
    async def test_what_no_page_sends_is_no_origin(self, host: Host, origin: str) -> None:
        with pytest.raises(ValueError, match=r"^each of origins is like https://") as told:
            sockets(host.live, lambda _: None, origins=["https://campus.example", origin])
        assert repr(origin) in str(told.value)

    @pytest.mark.parametrize(
        "origin",
        ["https://Campus.example:443", "https://campus.example/", "https://campus.example"],
    )
    async def test_an_origin_is_what_a_browser_makes_of_it(self, host: Host, origin: str) -> None:
        given = headers(host="here.example", origin="https://campus.example")
        app = sockets(host.live, lambda _: None, origins=[origin])
        assert await Server(app, headers=given).serve() == ["not_logged_in", 4401]

    async def test_a_prefix_that_no_path_begins_with_is_none(self, host: Host) -> None:
        with pytest.raises(ValueError, match="begins with a slash, like /live, and is not 'live'"):
            sockets(host.live, lambda _: None, prefix="live")

    async def test_for_somebody_else_and_for_no_event_it_does_not_open(self, host: Host) -> None:
        anna = await host.add_person()
        app = sockets(host.live, lambda _: anna)
        other = query(uuid4(), f"&as={anna.user_id + 1}")
        assert await Server(app, **other).serve() == ["other_person", 4401]
        assert await Server(app, **query("x")).serve() == ["bad_event_id", 4400]
        assert await Server(app, **query(uuid4())).serve() == ["event_not_found", 4404]


def test_roles_are_the_addresses() -> None:
    assert {role.value: path for path, role in ROLES.items()} == {
        role.value: f"/{role.value}" for role in Role
    }
