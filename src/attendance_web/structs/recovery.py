"""What the calls of people who have lost their password take and answer. Contract: 9.1."""

from __future__ import annotations

import msgspec


class ByCode(msgspec.Struct, frozen=True):
    """A person who has a recovery code, in whatever case, with hyphens or without."""

    username: str
    code: str
    new_password: str


class ByLink(msgspec.Struct, frozen=True):
    """A person who was given a link, which ends in its token."""

    token: str
    new_password: str


class RecoveryCodes(msgspec.Struct, frozen=True):
    """Ten codes, each of which works once; they are shown this once."""

    codes: list[str]
