"""The head of a request, as bytes, and what single headers say."""

from __future__ import annotations

from collections.abc import Iterable

RawHeaders = Iterable[tuple[bytes, bytes]]


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
