"""What comes with every answer, whatever it is and whoever gives it. Contract: 1.9."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

from attendance_web.static_files import VERSION

# What keeps browsers from guessing, from telling others, and from being used by others' pages
GUARD_HEADERS: Final[Mapping[str, str]] = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def time_and_version() -> dict[str, str]:
    """Tells what time it is here, and which version answers."""
    return {"x-attendance-time": f"{time.time():.3f}", "x-attendance-version": VERSION}
