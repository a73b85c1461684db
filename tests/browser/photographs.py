"""Pictures that people choose: large, and of noise."""

from __future__ import annotations

import os
from pathlib import Path

from PIL import Image


def photograph(path: Path, width: int, height: int) -> Path:
    """Makes one that cannot be made small without being made smaller: noise."""
    noise = Image.frombytes("RGB", (width // 4, height // 4), os.urandom(width * height * 3 // 16))
    noise.resize((width, height)).save(path, "JPEG", quality=98)
    return path
