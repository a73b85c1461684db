"""Descriptions for programs are made, and packed, when somebody first asks for them."""

from __future__ import annotations

import gzip
from types import SimpleNamespace
from typing import Any

from litestar import Response

from attendance_web.http.descriptions import description_route


async def test_one_is_made_when_it_is_first_asked_for_and_then_never_again() -> None:
    made: list[dict[str, str]] = []

    def describe() -> dict[str, str]:
        made.append({"openapi": "3.1.0"})
        return made[0]

    route: Any = description_route(["/schema"], describe)
    assert not made
    asks_packed = SimpleNamespace(scope={"headers": [(b"accept-encoding", b"gzip")]})
    asks_plain = SimpleNamespace(scope={"headers": []})
    answers: list[Response[bytes]] = [
        await route.fn(each) for each in (asks_packed, asks_plain, asks_packed)
    ]
    assert len(made) == 1
    written = b'{"openapi":"3.1.0"}'
    assert [gzip.decompress(answers[0].content), answers[1].content] == [written, written]
    assert answers[2].content is answers[0].content
