"""What is kept of a person, kind by kind, as they take it along. Contract: 9.1. Decision 0026."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

from attendance_core.vocabulary import SessionId

SESSION_NAME_LENGTH = 32  # hexadecimal digits: no two sessions have one name by chance
Record = Mapping[str, Any]  # numbers, texts, ids and instants, by names that calls use, too


class BelongingKind(Enum):
    """What is kept of a person; the values name the files of a download, in this order."""

    ACCOUNT = "account"
    PROFILE = "profile"
    SCAN = "scan"
    SCAN_LOG = "scan_log"  # what others did with scans of theirs
    SESSIONS = "sessions"
    KNOWN_BROWSERS = "known_browsers"
    TOKENS = "tokens"
    LINKS = "links"  # who they are elsewhere, which lets them in
    FRIENDS = "friends"  # and requests, both ways
    CREATED_EVENTS = "events_created"
    HELPED_EVENTS = "events_helped"
    PLACES = "events_joined"  # and those they have left
    HOLDS = "holds"  # whom they have just now
    SOCKETS = "sockets"  # that are open just now
    SCANS_TAKEN = "scans_taken"  # that they have as a moderator just now
    SCANS_HANDLED = "scans_handled"  # what they did with scans of others, as a moderator
    MARKS_RECEIVED = "marks_received"  # of them, and annulments of those
    MARKS_GIVEN = "marks_given"  # by them, and annulments that they made

    @property
    def is_single(self) -> bool:
        """Whether a person has one at most."""
        return self in SINGLE_KINDS


SINGLE_KINDS = frozenset({BelongingKind.ACCOUNT, BelongingKind.PROFILE, BelongingKind.SCAN})


class Belonging(NamedTuple):
    """A record of a person, and behind which key a list of its kind goes on."""

    key: tuple[Any, ...]
    record: Record


def session_name_of(session_id: SessionId) -> str:
    """Makes the name that a session has for its person.

    What it is kept under lets nobody in either, but a program of this library acts by it; from
    the name nobody comes back to that.
    """
    named = hashlib.sha256(b"the name of session " + session_id.encode())
    return named.hexdigest()[:SESSION_NAME_LENGTH]
