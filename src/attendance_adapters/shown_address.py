"""What an error may show of an address that it refuses, in which a password may stand anywhere."""

from __future__ import annotations

import re
from typing import Final

SCHEMES_WITHOUT_SECRETS: Final = frozenset({"sqlite", "memory", "file"})
MAX_SHOWN: Final = 200  # characters, so that an error stays a line or two
MAX_SCHEME_LENGTH: Final = 31  # of ours the longest, postgresql+asyncpg, has 18
# As RFC 3986 has it, if short
SCHEME_PATTERN: Final = re.compile(rf"[A-Za-z][A-Za-z0-9+.-]{{0,{MAX_SCHEME_LENGTH - 1}}}")
# Without the characters that stand before or behind a password
PATH_PATTERN: Final = re.compile(rf"[^@=:;?\s]{{1,{MAX_SHOWN}}}")


def shown_address(address: str) -> str:
    """Writes as much of an address as is no secret: its scheme, or the whole of a path.

    Where the scheme has no secrets, it writes the first `MAX_SHOWN` characters; where there is no
    scheme, and no path of so many at most, just that.
    """
    scheme, separator, _ = address.partition("://")
    if separator and SCHEME_PATTERN.fullmatch(scheme):
        return repr(address[:MAX_SHOWN] if scheme in SCHEMES_WITHOUT_SECRETS else f"{scheme}://...")
    return repr(address) if PATH_PATTERN.fullmatch(address) else "an address without a scheme"
