"""What may be shown of an address that cannot be used, which may have a password anywhere in it."""

from __future__ import annotations

import re
from typing import Final

WITHOUT_SECRETS: Final = frozenset({"sqlite", "memory", "file"})
PATH: Final = re.compile(r"[^@=:;?\s]{1,200}")


def shown_address(address: str) -> str:
    """Writes all of a path, and of an address that has no secrets; of others their scheme."""
    scheme, found, _ = address.partition("://")
    if found and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]{0,30}", scheme):
        return repr(address[:200] if scheme in WITHOUT_SECRETS else f"{scheme}://...")
    return repr(address) if PATH.fullmatch(address) else "an address without a scheme"
