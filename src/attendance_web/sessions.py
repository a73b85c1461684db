"""Who asks: a cookie or a bearer token, and from which page. Contract: 2, and 6, Opening."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from litestar.datastructures import Cookie

from attendance_core.accounts import SESSION_SECONDS, Credential

SESSION_COOKIE = "sessionid"  # Contract: 2
CSRF_COOKIE = "csrftoken"  # Contract: 2
CSRF_HEADER = "x-csrftoken"  # Contract: 2
SAME_SITE: Any = "Lax"  # Contract: 2; Litestar writes it as it is given
DEFAULT_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}

RawHeaders = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A credential as a request shows it; nobody knows yet whether it is worth anything."""

    token: str
    credential: Credential


def header(headers: RawHeaders, name: str) -> str | None:
    """The first header of this name, in small letters."""
    wanted = name.encode()
    return next((value.decode("latin-1") for key, value in headers if key.lower() == wanted), None)


def cookie(headers: RawHeaders, name: str) -> str | None:
    """The first cookie of this name: a browser puts the most specific one first."""
    for item in (header(headers, "cookie") or "").split(";"):
        key, _, value = item.strip().partition("=")
        if key == name:
            return value.strip('"') or None
    return None


def shown(headers: RawHeaders) -> Shown | None:
    """A bearer token, which no browser sends unasked, or else the session cookie."""
    scheme, _, token = (header(headers, "authorization") or "").partition(" ")
    if scheme.lower() == "bearer":
        return Shown(token.strip(), Credential.BEARER)
    found = cookie(headers, SESSION_COOKIE)
    return None if found is None else Shown(found, Credential.COOKIE)


def origin_is_foreign(headers: RawHeaders, allowed: frozenset[str]) -> bool:
    """Whether a page of another site asks: its host and port are neither ours nor allowed.

    ``allowed`` has whole origins, like ``https://example.org``. Without the header it is a
    program and no page.
    """
    given = [value.decode("latin-1") for key, value in headers if key.lower() == b"origin"]
    if not given:
        return False
    if len(given) > 1:
        return True
    origin = given[0].lower()
    if origin in allowed:
        return False
    scheme, _, authority = origin.partition("://")
    host = (header(headers, "host") or "").lower()
    asking = _with_port(authority, scheme)
    return asking is None or asking != _with_port(host, scheme)


def _with_port(authority: str, scheme: str) -> str | None:
    """The host with its port, the scheme's own where none is named; None for nonsense."""
    try:
        split = urlsplit(f"//{authority}")
        port = split.port
    except ValueError:
        return None
    if split.netloc != authority or not split.hostname or split.username is not None:
        return None
    return f"{split.hostname}:{port or DEFAULT_PORTS.get(scheme, '')}"


def session_cookie(token: str, *, secure: bool) -> Cookie:
    """What makes a browser show a session again: for thirty days from now."""
    return _session_cookie(token, int(SESSION_SECONDS), secure)


def no_session_cookie(*, secure: bool) -> Cookie:
    """What makes a browser forget its session."""
    return _session_cookie("", 0, secure)


def _session_cookie(token: str, max_age: int, secure: bool) -> Cookie:
    return Cookie(
        key=SESSION_COOKIE,
        value=token,
        path="/",
        max_age=max_age,
        httponly=True,
        samesite=SAME_SITE,
        secure=secure,
    )
