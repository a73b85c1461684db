"""Finds headers and cookies in the head of a request, which is bytes.

An ASGI server writes the names of headers in small letters.
"""

from __future__ import annotations

from collections.abc import Iterable

RawHeaders = Iterable[tuple[bytes, bytes]]


def header(headers: RawHeaders, name: str) -> str | None:
    """Finds the first header of this name, in small letters."""
    wanted = name.encode()
    for key, value in headers:
        if key == wanted:
            return value.decode("latin-1")
    return None


def headers_named(headers: RawHeaders, name: str) -> list[str]:
    """Finds every header of this name, in small letters."""
    wanted = name.encode()
    return [value.decode("latin-1") for key, value in headers if key == wanted]


def cookies_named(headers: RawHeaders, name: str) -> list[str]:
    """Finds every cookie of this name that says something.

    A page of a neighbour, like one at a subdomain, can set one beside ours: no order tells which.
    """
    found = []
    for item in ";".join(headers_named(headers, "cookie")).split(";"):
        key, _, value = item.strip().partition("=")
        if key == name and (said := value.strip('"')):
            found.append(said)
    return found
