"""From which page somebody asks: one of ours or allowed, or a foreign one. Contract: 1.14, 6.17."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from attendance_web.wire.headers import RawHeaders, header, headers_named

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# Where `attendance serve` is told what is allowed
ORIGINS_SETTING: Final = "ATTENDANCE_ALLOWED_ORIGINS"


def origin_of(text: str) -> str:
    """Writes an origin as a browser sends it: without the port that its scheme has anyway.

    Raises ValueError for what no browser sends of a page, such as a host without its scheme, an
    address with a path, or ``*``.
    """
    value = text.lower()
    split = urlsplit(value)
    port = split.port
    if (
        split.scheme not in DEFAULT_PORTS
        or not split.hostname
        or value != f"{split.scheme}://{split.netloc}"
        or split.username is not None
        or re.fullmatch(r"[a-z0-9.:_\[\]-]+", split.netloc) is None
    ):
        raise ValueError("an origin is like https://example.org")
    return value.rpartition(":")[0] if port == DEFAULT_PORTS[split.scheme] else value


def origin_is_foreign(headers: RawHeaders, allowed: frozenset[str], *, secure: bool) -> bool:
    """Tells whether a page of another site asks: its host and port are neither ours nor allowed.

    ``allowed`` has whole origins, like ``https://example.org``. Without the header it is a
    program and no page, unless its browser says otherwise. A page that came by HTTP is foreign to
    a service on HTTPS, for anybody on the way can have written it; not the other way round, since
    a proxy in front may keep HTTPS to itself.
    """
    given = headers_named(headers, "origin")
    if len(given) > 1:
        return True
    origin = given[0].lower() if given else None
    if origin in allowed:
        return False
    if header(headers, "sec-fetch-site") == "cross-site":
        return True
    if origin is None:
        return False
    scheme, _, authority = origin.partition("://")
    if scheme not in DEFAULT_PORTS or (secure and scheme != "https"):
        return True
    host = (header(headers, "host") or "").lower()
    asking = _with_port(authority, scheme)
    return asking is None or asking != _with_port(host, scheme)


@lru_cache(maxsize=64)  # a service has few names
def _with_port(authority: str, scheme: str) -> str | None:
    """Writes the host with its port, the scheme's own where none is named; None for nonsense."""
    try:
        split = urlsplit(f"//{authority}")
        port = split.port
    except ValueError:
        return None
    if split.netloc != authority or not split.hostname or split.username is not None:
        return None
    return f"{split.hostname}:{port or DEFAULT_PORTS[scheme]}"
