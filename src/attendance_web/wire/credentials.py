"""Who asks: a cookie or a bearer token, and from which page. Contract: 2, and 6, Opening."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from attendance_core.accounts import Credential
from attendance_web.wire.headers import RawHeaders, cookie, header

SESSION_COOKIE = "sessionid"  # Contract: 2
CSRF_COOKIE = "csrftoken"  # Contract: 2
CSRF_HEADER = "x-csrftoken"  # Contract: 2
DEFAULT_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request shows of who makes it; nobody knows yet whether it is worth anything."""

    token: str
    credential: Credential


def credentials_from(headers: RawHeaders) -> Credentials | None:
    """Finds a bearer token, which no browser sends unasked, or else the session cookie."""
    scheme, _, token = (header(headers, "authorization") or "").partition(" ")
    if scheme.lower() == "bearer":
        return Credentials(token.strip(), Credential.BEARER)
    found = cookie(headers, SESSION_COOKIE)
    return None if found is None else Credentials(found, Credential.COOKIE)


def origin_is_foreign(headers: RawHeaders, allowed: frozenset[str]) -> bool:
    """Tells whether a page of another site asks: its host and port are neither ours nor allowed.

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
