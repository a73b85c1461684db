"""What one socket may send, whatever carries it. Contract: 6.11."""

from __future__ import annotations

from typing import Final

MAX_FRAMES: Final = 60  # at once: as many as its allowance holds. Contract: 6.11
FRAMES_A_SECOND: Final = 20  # that come back to the allowance. Contract: 6.11
MAX_FRAME_BYTES: Final = 16 * 1024  # Contract: 6.11
