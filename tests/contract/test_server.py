"""The process of the service: how it listens and answers, and what it writes about it."""

from __future__ import annotations

import http.client
import json
import socket
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from attendance_web.serving.listening import SEND_BUFFER_BYTES, CannotListen, listening_socket
from tests.support import dying_service
from tests.support.people import create_event, marker_and_asker, sign_up_people
from tests.support.service_process import COMMAND, PATIENCE_SECONDS, Service, running
from tests.support.service_process import own_service as service

__all__ = ["service"]


def asks_for_a_socket(service: Service, path: str) -> None:
    """A handshake that is answered as a request is."""
    connection = http.client.HTTPConnection(*service.address, timeout=PATIENCE_SECONDS)
    headers = {"Upgrade": "websocket", "Connection": "Upgrade"}
    connection.request("GET", path, headers=headers)
    connection.getresponse().read()
    connection.close()


class TestListening:
    def test_what_is_not_acknowledged_is_given_up_after_15_seconds(self) -> None:
        with listening_socket("127.0.0.1", 0) as listener:
            timeout_ms = listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
        assert timeout_ms == 15_000

    def test_the_system_takes_little_of_what_is_not_read(self) -> None:
        """Contract: 1.22, beside what the process has of it."""
        taken = 0
        with (
            listening_socket("127.0.0.1", 0) as listener,
            socket.socket() as reads_nothing,
        ):
            reads_nothing.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reads_nothing.connect(listener.getsockname())
            with listener.accept()[0] as accepted, pytest.raises(BlockingIOError):
                accepted.setblocking(False)
                while True:
                    taken += accepted.send(bytes(64 * 1024))
        assert taken < 3 * SEND_BUFFER_BYTES

    def test_a_port_is_free_again_as_soon_as_it_is_let_go(self) -> None:
        with listening_socket("127.0.0.1", 0) as listener:
            port = listener.getsockname()[1]
            with (
                socket.create_connection(("127.0.0.1", port)),
                listener.accept()[0] as accepted,
            ):
                accepted.shutdown(socket.SHUT_RDWR)  # ours is the end that stays in TIME_WAIT
        with listening_socket("127.0.0.1", port) as again:
            assert again.getsockname()[1] == port

    def test_a_taken_port_is_seen_before_anything_is_started(self) -> None:
        with listening_socket("127.0.0.1", 0) as listener:
            port = listener.getsockname()[1]
            with pytest.raises(CannotListen, match="the port is taken"):
                listening_socket("127.0.0.1", port)

    def test_a_name_is_listened_at_where_browsers_look_first(self) -> None:
        with listening_socket("localhost", 0) as listener:
            assert listener.family is socket.AF_INET

    def test_an_address_of_the_sixth_version_is_taken(self) -> None:
        try:
            listener = listening_socket("::1", 0)
        except CannotListen as error:
            pytest.skip(str(error))
        with listener:
            assert listener.family is socket.AF_INET6


class TestAnswers:
    def test_tell_nothing_of_the_server_and_name_the_request(self, service: Service) -> None:
        connection = http.client.HTTPConnection(*service.address, timeout=PATIENCE_SECONDS)
        connection.request("GET", "/health/live")
        headers = connection.getresponse().headers
        connection.close()
        assert "server" not in headers
        assert len(headers["x-request-id"]) == 16

    async def test_sockets_are_never_compressed(self, service: Service) -> None:
        (person,) = sign_up_people(service, 1)
        address = f"{service.ws_url}/ws/mark_me?event_id={create_event(person)}"
        async with connect(
            address, additional_headers=person.browser.headers(), proxy=None
        ) as offered:
            assert offered.response is not None
            assert "Sec-WebSocket-Extensions" not in offered.response.headers


class TestLog:
    def test_is_one_object_a_line_without_what_is_private(self, service: Service) -> None:
        canary = "canary4711"
        connection = http.client.HTTPConnection(*service.address, timeout=PATIENCE_SECONDS)
        for path in (
            f"/api/profile/FindByName?display_name_part={canary}",
            "/a%0a%7B%22level%22:%22forged%22%7D%1b[31m%E2%80%AE",
        ):
            headers = {"Cookie": f"sessionid={canary}", "X-CSRFToken": canary, "User-Agent": canary}
            connection.request("POST", path, json.dumps({"password": canary}), headers)
            connection.getresponse().read()
        connection.close()
        asks_for_a_socket(service, f"/ws/markng?event_id={canary}")
        sign_up_people(service, 1)
        assert service.stop() == 0
        lines = [json.loads(line) for line in service.said().splitlines()]
        assert [each["path"] for each in lines if each.get("code") == 404] == [
            r'/a\n{"level":"forged"}\x1b[31m\u202e',
            "/ws/markng",
        ]
        assert "/accounts/signup/" in [each["path"] for each in lines]
        assert all(each["level"] == "info" for each in lines)
        assert {"request_id", "method", "ms", "client"} <= set(lines[0])
        assert canary not in service.said()
        assert "correct horse" not in service.said()

    async def test_what_a_command_logs_leads_to_its_socket(self, tmp_path: Path) -> None:
        armed = [COMMAND[0], str(dying_service.PROGRAM), "raises"]
        with running(tmp_path, command=armed) as service:
            async with marker_and_asker(service) as both:
                marks, user_id = both.marking, both.asker_id
                choice = {"message": "prepare_to_mark", "params": {"user_id": user_id}}
                for frame in (choice, {"message": "confirm_marking"}):
                    await marks.send(json.dumps(frame))
                    answer = json.loads(await marks.recv())
                assert answer["params"]["code"] == "unavailable"
            assert service.stop() == 0
            lines = [json.loads(line) for line in service.said().splitlines()]
        (failed,) = (each for each in lines if each["event"] == "a command failed")
        (socket_line,) = (each for each in lines if each.get("path") == "/ws/marking")
        assert failed["request_id"] == socket_line["request_id"]
        assert (failed["frame"], failed["message"]) == (2, "confirm_marking")
        assert "frame" not in socket_line
