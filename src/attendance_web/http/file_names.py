"""Names files that a browser keeps, after something that people have named. RFC 6266."""

from __future__ import annotations

import re
from typing import Final
from unicodedata import category
from urllib.parse import quote

MAX_NAME_BYTES: Final = 180  # of UTF-8; file systems have 255, and browsers add a number
SEPARATORS: Final = frozenset('/\\:*?"<>|')  # to which some system gives a meaning of its own
HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Cn"})  # characters that nobody sees
PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]*")
UNNAMED: Final = "attendance"  # where nothing of a name can be kept


def content_disposition(name: str, extension: str) -> str:
    """Makes a Content-Disposition: the name as it is, and one for whoever knows ASCII alone."""
    full = file_name(name)
    plain = full if PLAIN_NAME.fullmatch(full) else UNNAMED
    quoted = quote(f"{full}.{extension}", safe="")
    return f"attachment; filename=\"{plain}.{extension}\"; filename*=UTF-8''{quoted}"


def file_name(name: str) -> str:
    """Makes a name that every file system takes, and nobody takes for another one."""
    visible = "".join(each for each in name if category(each) not in HIDDEN)
    safe = "".join("_" if each in SEPARATORS else each for each in visible)
    cut = safe.encode()[:MAX_NAME_BYTES].decode(errors="ignore")
    return cut.strip(" .") or UNNAMED
