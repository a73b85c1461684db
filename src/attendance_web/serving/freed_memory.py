"""Has memory that was freed go back to the system: large blocks at once, the rest when it is told.

Python's own allocator gives a mebibyte back when nothing in it is in use any more, and something
always is: behind 5 000 connections 100 MiB stayed for as long as the process lived. glibc's can
give back each page. Decision 0021.

glibc maps a block by itself, and gives it back, from a size on that begins with 128 KiB. With each
block that is given back it grows to the size of that, up to 32 MiB, and twice as much is kept free
at the end of every arena. So after the first upload of 10 MiB all others lay among everything else:
each grew piece by piece, left holes behind it, and what lay above them kept them. Decision 0015.
"""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

LARGE_BYTES: Final = 512 * 1024  # of a block that is mapped by itself; bodies and pictures
FREE_BYTES: Final = 4 * 1024 * 1024  # that may be kept at the end of an arena
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # as malloc.h numbers them
ALLOCATOR: Final = "PYTHONMALLOC"  # which Python takes, of those that it knows by name
RESIDENT_PAGES: Final = 1  # where /proc/self/statm has them


def allocate_by_glibc() -> None:
    """Begins this process anew with the allocator of its C library, where that is glibc's.

    Python takes one when it begins, and never another. It does nothing where one was chosen, so
    also when it has begun anew; all that was imported is imported again. The environment alone does
    not tell: a program that cleans it before it comes here would begin anew for ever.
    """
    flags = sys.flags
    was_chosen = os.environ.get(ALLOCATOR) or flags.dev_mode or flags.ignore_environment
    has_own = sys.getallocatedblocks() > 0  # those of Python's own, so none where it has another
    if was_chosen or not has_own or not sys.executable or _from_glibc("malloc_trim") is None:
        return
    if sys.argv[0] == "-" or Path(sys.argv[0]).is_fifo():  # a program that was read, and is no more
        return
    with suppress(OSError):  # then Python's own has to do
        command = [sys.executable, *sys.orig_argv[1:]]
        environment = {**os.environ, ALLOCATOR: "malloc"}
        os.execve(sys.executable, command, environment)  # noqa: S606  # it is this program


def have_large_blocks_given_back() -> None:
    """Has glibc give each back once it is freed, from now on; does nothing with another library."""
    if (set_option := _from_glibc("mallopt")) is not None:
        set_option(M_MMAP_THRESHOLD, LARGE_BYTES)
        set_option(M_TRIM_THRESHOLD, FREE_BYTES)


def give_back_free_pages() -> None:
    """Gives back what is free beneath something that is not, which glibc keeps otherwise.

    It takes milliseconds, after a flood 20, in which no other thread has to wait for the
    interpreter, but for memory at times: where Python has glibc's allocator up to half as long.
    """
    if (trim := _from_glibc("malloc_trim")) is not None:
        trim(0)


def resident_bytes() -> int:
    """Measures what this process has in memory; 0 where the system does not tell."""
    try:
        told = Path("/proc/self/statm").read_text("ascii").split()
    except OSError:
        return 0
    return int(told[RESIDENT_PAGES]) * os.sysconf("SC_PAGE_SIZE")


def _from_glibc(name: str) -> Any:
    """Finds a function; None where there is none, as in musl, which always gives back."""
    if sys.platform != "linux":
        return None
    return getattr(ctypes.CDLL(None), name, None)
