"""What looks like an attack, in a log of its own: `attendance.security`.

Nobody's name or address is in it: a digest, whose key lives as long as the process, tells whether
two lines are about the same. A flood is cut where logs are written (`serving.log_floods`).
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from typing import Final

from attendance_core.errors import LogInNotBegun, ProviderDistrusted, Refusal, TooManyRequests
from attendance_web.wire.headers import RawHeaders, header
from attendance_web.wire.refusals import CsrfFailed, ForeignOrigin, OtherPerson, TooManyFrames

logger = logging.getLogger("attendance.security")

LOGGED_REFUSALS: Final = (
    *(CsrfFailed, ForeignOrigin, OtherPerson, TooManyFrames, TooManyRequests),
    *(LogInNotBegun, ProviderDistrusted),
)
FAILED_LOG_IN: Final = "failed_log_in"
DIGEST_LETTERS: Final = 12  # some thousand people are told apart, and nobody is found by it
MAX_SAID_LENGTH: Final = 120  # characters of what somebody else wrote


class SecurityLog:
    """Says what happened, and of which kind it was: a flood of one kind is counted."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def digest(self, value: str) -> str:
        """Stands for a name or an address."""
        made = hmac.new(self._key, value.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return made.hexdigest()[:DIGEST_LETTERS]

    def note(self, kind: str, said: str = "", **whose: str) -> None:
        """Notes that it happened; ``whose`` are digested, ``said`` stands in the line as it is."""
        line = " ".join([f"{name}={self.digest(value)}" for name, value in whose.items()])
        line = f"{kind} {line} {said}".strip()
        logger.warning("%s", line, extra={"kind": kind})

    def note_refusal(self, refusal: Refusal, headers: RawHeaders, address: str) -> None:
        """Notes a refusal, where it is of a kind that an attack meets."""
        if not isinstance(refusal, LOGGED_REFUSALS):
            return
        said = ""
        if isinstance(refusal, ForeignOrigin):
            origin, host = (_short(header(headers, name)) for name in ("origin", "host"))
            said = (
                f"origin={origin} host={host}: if both are this service, "
                f"name the origin in {refusal.words['named_in']}"
            )
        self.note(refusal.code, said, address=address)


def _short(value: str | None) -> str:
    return "none" if value is None else value[:MAX_SAID_LENGTH]


SECURITY: Final = SecurityLog()  # of this process
