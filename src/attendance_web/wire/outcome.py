"""The code of a refusal, handed to whoever logs the request or the socket that met it."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any, Final

EXTENSION: Final = "attendance.outcome"


def outcome_of(scope: Mapping[str, Any]) -> MutableMapping[str, str]:
    """Finds where the code is kept, named `code`; nobody reads it where nobody logs."""
    found: MutableMapping[str, str] = scope.get("extensions", {}).get(EXTENSION, {})
    return found
