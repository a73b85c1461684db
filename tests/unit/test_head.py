"""HEAD, whatever server asks: some take the body away themselves, and others send it."""

from __future__ import annotations

from typing import Any

from attendance_web.http.head import answer_without_body


async def test_an_answer_is_that_of_a_get_without_its_body() -> None:
    """Contract: 1.6."""
    sent: list[dict[str, Any]] = []
    head = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"8")]}

    async def application(scope: Any, receive: Any, send: Any) -> None:
        assert scope == {"type": "http", "method": "GET", "path": "/"}
        await send(head)
        await send({"type": "http.response.body", "body": b"four", "more_body": True})
        await send({"type": "http.response.body", "body": b"four"})

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "HEAD", "path": "/"}
    await answer_without_body(application, scope, None, send)
    assert sent == [
        head,
        {"type": "http.response.body", "body": b"", "more_body": True},
        {"type": "http.response.body", "body": b""},
    ]
    assert scope["method"] == "HEAD"  # the access log's, too
