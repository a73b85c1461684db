"""How the process of the service stops: whom it still answers, and how long it waits."""

from __future__ import annotations

import asyncio
import errno
import http.client
import json
import signal
import socket
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from attendance_web.live.sockets import SPREAD_SECONDS
from attendance_web.serving.server import (
    DRAIN_NOTICE_SECONDS,
    LATE_CALLS_SECONDS,
    STOP_SECONDS,
)
from tests.support.people import Person, create_event, marker_and_asker, sign_up_people
from tests.support.service_process import PATIENCE_SECONDS, Service, running
from tests.support.service_process import own_service as service

__all__ = ["service"]
PAUSE_SECONDS = LATE_CALLS_SECONDS / 10  # from a call to the next, while some are still answered


def begun_call(service: Service, person: Person) -> http.client.HTTPConnection:
    """A call that the service has begun to read, and whose body has not come yet."""
    connection = http.client.HTTPConnection(*service.address, timeout=PATIENCE_SECONDS)
    connection.putrequest("POST", "/api/profile/UpdateProfileInfo")
    for name, value in {
        **person.browser.headers(),
        "Content-Length": str(len(BODY)),
        "Expect": "100-continue",
    }.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.sock is not None
    told = connection.sock.recv(100)  # the application has asked for the body
    assert told.startswith(b"HTTP/1.1 100 ")
    return connection


BODY = json.dumps({"bio": "Group 101"}).encode()


class TestStopping:
    async def test_sockets_are_told_to_come_back(self, service: Service) -> None:
        async with marker_and_asker(service) as both:
            marks, asks = both.marking, both.waiting
            service.process.send_signal(signal.SIGTERM)
            for wire in (marks, asks):
                with pytest.raises(ConnectionClosed) as closed:
                    await asyncio.wait_for(wire.recv(), PATIENCE_SECONDS)
                assert closed.value.rcvd is not None and closed.value.rcvd.code == 1012
        assert service.process.wait(PATIENCE_SECONDS) == 0
        assert "Traceback" not in service.said()

    @pytest.mark.long
    async def test_sockets_do_not_all_come_back_in_one_instant(self, service: Service) -> None:
        (person,) = sign_up_people(service, 1)
        event_id = create_event(person)

        async def closed_at(connection: ClientConnection) -> float:
            with pytest.raises(ConnectionClosed) as closed:
                await asyncio.wait_for(connection.recv(), PATIENCE_SECONDS)
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 1012
            return time.monotonic()

        async with AsyncExitStack() as opened:
            sockets = [
                await opened.enter_async_context(person.browser.socket("/ws/mark_me", event_id))
                for _ in range(16)  # as many as one person may have
            ]
            begun = time.monotonic()
            service.process.send_signal(signal.SIGTERM)
            times = sorted(await asyncio.gather(*map(closed_at, sockets)))
        assert times[-1] - begun < DRAIN_NOTICE_SECONDS + SPREAD_SECONDS
        assert times[-1] - times[0] > 2
        assert service.process.wait(PATIENCE_SECONDS) == 0

    async def test_a_choice_made_before_is_still_answered(self, service: Service) -> None:
        async with marker_and_asker(service) as both:
            marks, user_id = both.marking, both.asker_id
            choice = {"message": "prepare_to_mark", "params": {"user_id": user_id}}
            for command in (choice, {"message": "confirm_marking"}):
                marks.protocol.send_text(json.dumps(command).encode())
            marks.send_data()  # both at once: who has answered the first has the second as well
            assert json.loads(await marks.recv())["message"] == "prepared"
            service.process.send_signal(signal.SIGTERM)  # the confirm is under way
            assert json.loads(await marks.recv())["message"] == "marked"
            with pytest.raises(ConnectionClosed):
                await marks.recv()
        assert service.process.wait(PATIENCE_SECONDS) == 0

    def test_a_call_that_came_before_is_answered(self, service: Service) -> None:
        (person,) = sign_up_people(service, 1)
        connection = begun_call(service, person)
        service.process.send_signal(signal.SIGTERM)
        until_refused(service)
        connection.sock.sendall(BODY)
        answer = connection.getresponse()
        assert answer.status == 200 and json.loads(answer.read())["error"] == 0
        connection.close()
        assert service.process.wait(PATIENCE_SECONDS) == 0
        assert "Traceback" not in service.said()

    @pytest.mark.long
    async def test_a_balancer_sees_that_it_is_not_ready_before_nobody_is_let_in(
        self, service: Service
    ) -> None:
        """On connections of their own; who comes meanwhile is served, but for sockets."""
        (person,) = sign_up_people(service, 1)
        event_id = create_event(person)
        begun = time.monotonic()
        service.process.send_signal(signal.SIGTERM)
        while (found := service.get("/health/ready")) == (200, b"ready"):
            assert time.monotonic() - begun < DRAIN_NOTICE_SECONDS
        assert found == (503, b"draining")
        assert service.get("/health/live") == (200, b"live")
        assert person.browser.get("/api/auth/GetCurrentUserId")["user_id"] is not None
        async with person.browser.socket("/ws/mark_me", event_id) as turned_away:
            frame = json.loads(await turned_away.recv())
            assert frame["params"]["code"] == "unavailable"
            with pytest.raises(ConnectionClosed) as closed:
                await turned_away.recv()
            assert closed.value.rcvd is not None and closed.value.rcvd.code == 1013
        until_refused(service)
        assert DRAIN_NOTICE_SECONDS <= time.monotonic() - begun < DRAIN_NOTICE_SECONDS + 3
        assert service.process.wait(PATIENCE_SECONDS) == 0

    @pytest.mark.long
    async def test_it_is_not_ready_while_sockets_go(self, service: Service) -> None:
        (person,) = sign_up_people(service, 1)
        event_id = create_event(person)
        handshake = (
            f"GET /ws/mark_me?event_id={event_id} HTTP/1.1\r\nHost: {service.url[7:]}\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            f"Cookie: {person.browser.headers()['Cookie']}\r\n\r\n"
        )
        # So many that some are closed only after the door
        sockets = [socket.create_connection(service.address) for _ in range(8)]
        for socket_ in sockets:
            socket_.sendall(handshake.encode())
            assert socket_.recv(12) == b"HTTP/1.1 101"
        kept = [
            http.client.HTTPConnection(*service.address, timeout=PATIENCE_SECONDS)
            for _ in range(20)
        ]
        assert {asked_on(each, "/health/ready") for each in kept} == {(200, b"ready", False)}
        service.process.send_signal(signal.SIGTERM)
        while (found := service.get("/health/ready")) == (200, b"ready"):
            pass
        assert found == (503, b"draining")
        until_refused(service)
        while True:  # for a moment calls that were on their way are answered
            status, body, will_close = asked_on(kept.pop(), "/api/auth/GetCurrentUserId")
            assert will_close
            if status == 503:
                break
            await asyncio.sleep(PAUSE_SECONDS)
        assert json.loads(body)["error"] == -1
        for connection in kept:
            connection.close()
        for socket_ in sockets:
            socket_.close()
        assert service.process.wait(PATIENCE_SECONDS) == 0

    @pytest.mark.long
    def test_a_call_that_never_comes_to_its_end_is_not_waited_for(self, service: Service) -> None:
        (person,) = sign_up_people(service, 1)
        connection = begun_call(service, person)
        begun = time.monotonic()
        assert service.stop() == 0
        assert time.monotonic() - begun < STOP_SECONDS + 1.5
        connection.close()
        assert "Traceback" not in service.said()

    @pytest.mark.long
    def test_a_second_interrupt_waits_for_nobody(self, service: Service) -> None:
        (person,) = sign_up_people(service, 1)
        connection = begun_call(service, person)
        service.process.send_signal(signal.SIGINT)
        until_refused(service)
        begun = time.monotonic()
        assert service.stop(signal.SIGINT) == 130
        assert time.monotonic() - begun < 5
        connection.close()
        assert "Traceback" not in service.said()

    def test_it_starts_again_at_the_same_port_and_knows_who_is_logged_in(
        self, tmp_path: Path
    ) -> None:
        with running(tmp_path) as service:
            (person,) = sign_up_people(service, 1)
            assert service.stop() == 0
            port = str(service.port)
        with running(tmp_path, {"ATTENDANCE_PORT": port}, migrate=False) as service:
            assert service.port == int(port)
            assert person.browser.get("/api/auth/GetCurrentUserId")["user_id"] is not None


def asked_on(connection: http.client.HTTPConnection, path: str) -> tuple[int, bytes, bool]:
    """The status and body of one GET, and whether the connection is closed after it."""
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read(), answer.will_close


def until_refused(service: Service) -> None:
    """Waits until nobody new is let in."""
    while True:
        with socket.socket() as other:
            if other.connect_ex(service.address) == errno.ECONNREFUSED:
                return
