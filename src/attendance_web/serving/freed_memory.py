"""Has memory that was freed go back to the system: large blocks at once, the rest when it is told.

glibc maps a block by itself, and gives it back, from a size on that begins with 128 KiB. With each
block that is given back it grows to the size of that, up to 32 MiB, and twice as much is kept free
at the end of every arena. So after the first upload of 10 MiB all others lay among everything else:
each grew piece by piece, left holes behind it, and what lay above them kept them. Decision 0015.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any, Final

LARGE_BYTES: Final = 512 * 1024  # of a block that is mapped by itself; bodies and pictures
FREE_BYTES: Final = 4 * 1024 * 1024  # that may be kept at the end of an arena
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # as malloc.h numbers them


def give_back_large_blocks() -> None:
    """Has this process do so from now on, where its C library is one that knows of it."""
    if (set_option := _from_glibc("mallopt")) is not None:
        set_option(M_MMAP_THRESHOLD, LARGE_BYTES)
        set_option(M_TRIM_THRESHOLD, FREE_BYTES)


def give_back_free_pages() -> None:
    """Gives back what is free beneath something that is not, which glibc keeps otherwise.

    It takes milliseconds, in which no other thread has to wait for the interpreter.
    """
    if (trim := _from_glibc("malloc_trim")) is not None:
        trim(0)


def _from_glibc(name: str) -> Any:
    """Finds a function; None where there is none, as in musl, which always gives back."""
    if sys.platform != "linux":
        return None
    return getattr(ctypes.CDLL(None), name, None)
