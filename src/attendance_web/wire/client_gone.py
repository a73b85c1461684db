"""Tells the application whether the client of a request is still there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

GONE_EXTENSION: Final = "attendance.gone"


def gone_event_of(scope: Mapping[str, Any]) -> asyncio.Event | None:
    """Finds the event that is set once the client has hung up.

    None under a server that cannot tell. Who has closed their half may still read, but no browser
    does that.
    """
    found: asyncio.Event | None = scope.get("extensions", {}).get(GONE_EXTENSION)
    return found
