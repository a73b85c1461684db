"""What the application adds to the log of a request or a socket: the code of a refusal, and whose
line it is.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any, Final

from attendance_web.wire.callers import Caller, address_of, network_of

LOG_EXTENSION: Final = "attendance.log_fields"
CALLER_EXTENSION: Final = "attendance.caller"


def log_fields_of(scope: Mapping[str, Any]) -> MutableMapping[str, str]:
    """Finds where a request's `code` goes; where nobody logs, nobody reads it."""
    found: MutableMapping[str, str] = scope.get("extensions", {}).get(LOG_EXTENSION, {})
    return found


def note_caller(scope: Any, caller: Caller) -> None:
    """Notes who asks, so that each has so many lines."""
    scope.setdefault("extensions", {})[CALLER_EXTENSION] = caller


def noted_caller_of(scope: Mapping[str, Any]) -> Caller:
    """Finds who asked, as far as it is known: else it is a network."""
    noted: Caller | None = scope.get("extensions", {}).get(CALLER_EXTENSION)
    return network_of(address_of(scope)) if noted is None else noted
