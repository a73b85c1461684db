"""Addresses of ours that answers and frames tell."""

from __future__ import annotations

from typing import Final

from attendance_core.vocabulary import FileKey, ScanId

SOCKETS_PATH: Final = "/ws"
PICTURES_PATH: Final = "/pictures"
SCANS_PATH: Final = "/scans"
OWN_SCAN_PATH: Final = f"{SCANS_PATH}/own"
LEASE_ARGUMENT: Final = "lease"  # in the query, which no line of the access log has
DEFAULT_KEY: Final = "default.svg"  # of the picture of one who has set none


def picture_url(key: FileKey | None) -> str:
    """Tells where a picture is to be had, also that of one who has set none."""
    return f"{PICTURES_PATH}/{DEFAULT_KEY if key is None else key}"


def taken_scan_url(scan_id: ScanId, secret: str) -> str:
    """Tells where whoever has taken a scan sees it; the secret is that of their lease."""
    return f"{SCANS_PATH}/{scan_id}?{LEASE_ARGUMENT}={secret}"
