"""Whether whoever made a request is still there, handed to the application with it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

GONE_EXTENSION: Final = "attendance.gone"


def gone_of(scope: Mapping[str, Any]) -> asyncio.Event | None:
    """Finds what is set once the client says no more; None under a server that cannot tell.

    Who has closed their half may still read, but no browser does that.
    """
    found: asyncio.Event | None = scope.get("extensions", {}).get(GONE_EXTENSION)
    return found
