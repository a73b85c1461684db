"""The types that every file of the core uses, and values of theirs that mean something."""

from __future__ import annotations

from typing import NewType
from uuid import UUID

UserId = NewType("UserId", int)
EventId = NewType("EventId", UUID)
EventCode = NewType("EventCode", str)  # as `events.codes` keeps it: upper case
ConnectionId = NewType("ConnectionId", UUID)
ProcessId = NewType("ProcessId", UUID)
SessionId = NewType("SessionId", str)  # SHA-256 of the credential in hex: the secret is not kept
BrowserId = NewType("BrowserId", str)  # SHA-256 of what a known browser shows, in hex
BoardId = NewType("BoardId", str)  # SHA-256 of the secret in the link of a board, in hex
ResetId = NewType("ResetId", str)  # SHA-256 of the secret in a link for a new password, in hex
LinkRequestId = NewType("LinkRequestId", str)  # SHA-256 of the state of a log-in, in hex
FileKey = NewType("FileKey", str)
TokenId = NewType("TokenId", UUID)
ScanId = NewType("ScanId", UUID)  # of one upload: a later one of the same person has another
TallyKey = NewType("TallyKey", str)  # BLAKE2b of what is limited, and of whom, in hex

Instant = float  # UNIX seconds, UTC, with a fraction of at most six digits
Seconds = float  # a length of time

LATEST_INSTANT: Instant = 253_402_300_799  # the last second of the year 9999
NOBODY = UserId(0)  # the id that no person has
