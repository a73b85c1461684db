"""What looks like an attack, in a log of its own: `attendance.security`.

Nobody's name or address is in it: a digest, whose key lives as long as the process, tells whether
two lines are about the same. A flood is a line a second, which says how many there were.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from attendance_core.errors import Refusal, TooManyRequests
from attendance_core.vocabulary import Seconds
from attendance_web.wire.headers import RawHeaders, header
from attendance_web.wire.refusals import CsrfFailed, ForeignOrigin, OtherPerson, TooManyFrames

logger = logging.getLogger("attendance.security")

KINDS: Final = (CsrfFailed, ForeignOrigin, OtherPerson, TooManyFrames, TooManyRequests)
FAILED_LOG_IN: Final = "failed_log_in"
WINDOW: Final[Seconds] = 1.0
DIGEST_LETTERS: Final = 12  # some thousand people are told apart, and nobody is found by it
LONGEST: Final = 120  # characters of what somebody else wrote


@dataclass
class _Window:
    """A second in which others of a kind are only counted."""

    until: Seconds
    line: str
    more: int = 0


class SecurityLog:
    """Says what happened, each kind once a second at most. The clock never goes back."""

    def __init__(self, clock: Callable[[], Seconds] = time.monotonic) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._windows: dict[str, _Window] = {}

    def digest(self, value: str) -> str:
        """Stands for a name or an address."""
        made = hmac.new(self._key, value.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return made.hexdigest()[:DIGEST_LETTERS]

    def note(self, kind: str, said: str = "", **whose: str) -> None:
        """Notes that it happened; ``whose`` are digested, ``said`` stands in the line as it is."""
        line = " ".join([f"{name}={self.digest(value)}" for name, value in whose.items()])
        line = f"{line} {said}".strip()
        window = self._windows.get(kind)
        if window is not None and self._clock() < window.until:
            window.more += 1
            window.line = line
            return
        self._say(kind, line, 1 if window is None else window.more + 1)

    def refused(self, refusal: Refusal, headers: RawHeaders, address: str) -> None:
        """Notes a refusal, where it is of a kind that an attack meets."""
        if not isinstance(refusal, KINDS):
            return
        said = ""
        if isinstance(refusal, ForeignOrigin):
            origin, host = (_short(header(headers, name)) for name in ("origin", "host"))
            said = (
                f"origin={origin} host={host}: if both are this service, "
                "name the origin in ATTENDANCE_ALLOWED_ORIGINS"
            )
        self.note(refusal.code, said, address=address)

    def _say(self, kind: str, line: str, times: int) -> None:
        counted = "" if times == 1 else f" ({times} times within a second)"
        logger.warning("%s%s", f"{kind} {line}".strip(), counted)
        window = self._windows[kind] = _Window(self._clock() + WINDOW, line)
        with suppress(RuntimeError):  # without a loop the next one says how many there were
            asyncio.get_running_loop().call_later(WINDOW, self._close, kind, window)

    def _close(self, kind: str, window: _Window) -> None:
        if self._windows.get(kind) is not window:
            return
        del self._windows[kind]
        if window.more:
            self._say(kind, window.line, window.more)


def _short(value: str | None) -> str:
    return "none" if value is None else value[:LONGEST]


SECURITY: Final = SecurityLog()  # of this process
