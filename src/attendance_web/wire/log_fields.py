"""What the application adds to the log line of a request or a socket: the code of a refusal."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any, Final

LOG_EXTENSION: Final = "attendance.log_fields"


def log_fields_of(scope: Mapping[str, Any]) -> MutableMapping[str, str]:
    """Finds where a request's `code` goes; where nobody logs, nobody reads it."""
    found: MutableMapping[str, str] = scope.get("extensions", {}).get(LOG_EXTENSION, {})
    return found
