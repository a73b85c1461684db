"""What the calls about accounts and sessions take and answer. Contract: 2."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from attendance_core.vocabulary import UserId


class NewAccount(msgspec.Struct, frozen=True):
    """A person who has no account yet."""

    username: str
    password: str
    display_name: str | None = None


class UsernameAndPassword(msgspec.Struct, frozen=True):
    """What a person logs in by."""

    username: str
    password: str


class NewPassword(msgspec.Struct, frozen=True):
    """A password in place of the old one, which whoever has one gives as well."""

    new_password: str
    old_password: str | None = None


class Proof(msgspec.Struct, frozen=True):
    """Shows that it is the person who asks; whoever has no password has just logged in."""

    password: str | None = None


class SessionShown(msgspec.Struct, frozen=True):
    """Somewhere one is logged in; ``client`` is "" where nobody knows what it is.

    Times: UNIX seconds, UTC.
    """

    session: str
    created_at: int
    used_at: int
    client: str
    current: bool


class LinkShown(msgspec.Struct, frozen=True):
    """An account elsewhere that lets one in; ``issuer`` says whose it is.

    Times: UNIX seconds, UTC.
    """

    link: str
    issuer: str
    linked_at: int


class Sessions(msgspec.Struct, frozen=True):
    """Everywhere one is logged in, the one used last first; and by what one may log in."""

    sessions: list[SessionShown]
    has_password: bool
    links: list[LinkShown]


class SessionsToEnd(msgspec.Struct, frozen=True):
    """A session by its name, or all but the one of this call; one of both is needed."""

    session: str | None = None
    others: bool = False


class Person(msgspec.Struct, frozen=True):
    """Who is logged in now."""

    user_id: UserId


class PersonOrNobody(msgspec.Struct, frozen=True):
    """Who is logged in; null for the anonymous.

    ``provider`` says how people call the university that they may log in by, where they may.
    """

    user_id: UserId | None
    provider: str | UnsetType = UNSET
