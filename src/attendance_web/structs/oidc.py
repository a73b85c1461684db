"""What the calls about links to the university take and answer. Contract: 9.5."""

from __future__ import annotations

import msgspec


class ProviderAddress(msgspec.Struct, frozen=True):
    """Where to send the browser; it is known there for some minutes."""

    url: str


class OneLink(msgspec.Struct, frozen=True):
    """A link, by the name it has in GetSessions."""

    link: str
