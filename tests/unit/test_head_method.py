"""HEAD is answered as GET is, without the body. Contract: 1.6."""

from __future__ import annotations

from typing import Any

from attendance_core.testing.machine.driving import drive
from attendance_web.http.head_method import answer_without_body


def test_an_answer_in_pieces_has_one_end_and_no_body() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def application(scope: Any, _: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for body, more in ((b"a", True), (b"b", True), (b"", False)):
            await send({"type": "http.response.body", "body": body, "more_body": more})

    drive(answer_without_body(application, {"method": "HEAD"}, None, send))
    assert sent == [
        {"type": "http.response.start", "status": 200, "headers": []},
        {"type": "http.response.body", "body": b"", "more_body": False},
    ]
