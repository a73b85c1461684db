"""What one socket may send, whatever carries it. Contract: 6.11."""

from __future__ import annotations

from typing import Final

MAX_FRAMES, FRAMES_A_SECOND = 60, 20  # Contract: 6.11
MAX_FRAME_BYTES: Final = 16 * 1024  # Contract: 6.11
