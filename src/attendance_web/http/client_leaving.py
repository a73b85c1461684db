"""Whether whoever is answered is still there."""

from __future__ import annotations

from typing import Any


async def until_gone(receive: Any) -> None:
    """Returns when the client has gone, or has all it wanted."""
    while (await receive())["type"] != "http.disconnect":
        pass
