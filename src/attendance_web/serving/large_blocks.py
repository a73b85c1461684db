"""Has what large blocks of memory took go back to the system as soon as nobody needs it.

glibc maps a block by itself, and gives it back, from a size on that begins with 128 KiB. With each
block that is given back it grows to the size of that, up to 32 MiB, and twice as much is kept free
at the end of every arena. So after the first upload of 10 MiB all others lay among everything else:
each grew piece by piece, left holes behind it, and what lay above them kept them. Decision 0015.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Final

LARGE_BYTES: Final = 512 * 1024  # of a block that is mapped by itself; bodies and pictures
FREE_BYTES: Final = 4 * 1024 * 1024  # that may be kept at the end of an arena
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # as malloc.h numbers them


def give_back_large_blocks() -> None:
    """Has this process do so from now on, where its C library is one that knows of it."""
    if sys.platform != "linux":
        return
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # such as musl, which always does so
        return
    set_option(M_MMAP_THRESHOLD, LARGE_BYTES)
    set_option(M_TRIM_THRESHOLD, FREE_BYTES)
