"""Whose word is taken for who asks and how: that of a proxy we trust, and nobody else's.

Otherwise anybody could be at another address for each guess of a password. Contract: 1.10.
"""

from __future__ import annotations

from typing import Any, cast

import pytest
from uvicorn._types import ASGI3Application

from attendance_web.serving.server import config_of

FORWARDED_HEADERS = [(b"x-forwarded-for", b"203.0.113.7"), (b"x-forwarded-proto", b"https")]


async def seen_as(peer: str, kind: str = "http") -> tuple[str, str]:
    """Answers the address and scheme of a request from there that says it is from elsewhere."""
    seen: list[tuple[str, str]] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope["client"][0], scope["scheme"]))

    async def nothing(*given: Any) -> Any:
        return {}

    config = config_of(cast(ASGI3Application, application))
    config.load()
    scheme = {"http": "http", "websocket": "ws"}[kind]
    scope: Any = {
        "type": kind,
        "client": (peer, 40000),
        "scheme": scheme,
        "headers": FORWARDED_HEADERS,
    }
    await cast(Any, config.loaded_app)(scope, nothing, nothing)
    return seen[0]


@pytest.mark.parametrize(("kind", "scheme"), [("http", "https"), ("websocket", "wss")])
async def test_a_proxy_on_this_machine_is_believed(
    monkeypatch: pytest.MonkeyPatch, kind: str, scheme: str
) -> None:
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    assert await seen_as("127.0.0.1", kind) == ("203.0.113.7", scheme)


@pytest.mark.parametrize(("kind", "scheme"), [("http", "http"), ("websocket", "ws")])
@pytest.mark.parametrize("peer", ["198.51.100.4", "10.0.0.4", "172.17.0.1", "2001:db8::4"])
async def test_nobody_elsewhere_is(
    monkeypatch: pytest.MonkeyPatch, peer: str, kind: str, scheme: str
) -> None:
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    assert await seen_as(peer, kind) == (peer, scheme)


async def test_those_who_are_named_are_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "10.0.0.0/8")
    assert await seen_as("10.1.2.3") == ("203.0.113.7", "https")
    assert await seen_as("127.0.0.1") == ("127.0.0.1", "http")
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "")  # a service that is reached by itself
    assert await seen_as("127.0.0.1") == ("127.0.0.1", "http")
