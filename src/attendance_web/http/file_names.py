"""What a file is called that a browser keeps, after something that people have named. RFC 6266."""

from __future__ import annotations

import re
from typing import Final
from unicodedata import category
from urllib.parse import quote

MAX_NAME_BYTES: Final = 180  # of UTF-8; file systems have 255, and browsers add a number
SEPARATORS: Final = frozenset('/\\:*?"<>|')  # which some system gives a meaning of its own
HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Cn"})  # characters that nobody sees
PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]*")
UNNAMED: Final = "attendance"  # where nothing of a name can be kept


def attachment(name: str, extension: str) -> str:
    """Makes a Content-Disposition: the name as it is, and one for whoever knows ASCII alone."""
    kept = file_name(name)
    plain = kept if PLAIN.fullmatch(kept) else UNNAMED
    spelled = quote(f"{kept}.{extension}", safe="")
    return f"attachment; filename=\"{plain}.{extension}\"; filename*=UTF-8''{spelled}"


def file_name(name: str) -> str:
    """Makes a name that every file system takes, and nobody takes for another one."""
    seen = "".join(each for each in name if category(each) not in HIDDEN)
    kept = "".join("_" if each in SEPARATORS else each for each in seen)
    cut = kept.encode()[:MAX_NAME_BYTES].decode(errors="ignore")
    return cut.strip(" .") or UNNAMED
