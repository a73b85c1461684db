"""What this is called where packages are kept, and which version it is."""

from __future__ import annotations

from typing import Final

DISTRIBUTION: Final = "peer-attendance"  # what pip installs: "attendance" is somebody else's
__version__ = "0.1.0"


def how_to_install(extra: str) -> str:
    """Makes the command that brings what an extra of ours needs."""
    return f"pip install '{DISTRIBUTION}[{extra}]'"
