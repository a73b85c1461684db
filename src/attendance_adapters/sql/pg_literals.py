"""Values as words of a text in SQL: those that cannot be anything else than one word."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

# Hexadecimal digests, roles, codes: nothing that ends a text or begins another meaning
_PLAIN = re.compile(r"[0-9A-Za-z_ -]{0,100}", re.ASCII)


def literal(value: Any) -> str | None:
    """Writes a value; None of one that is better sent by itself, as what people have written."""
    if value is None:
        return "NULL"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        return f"'{int(value)}'"
    if isinstance(value, UUID):
        return f"'{value}'"
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return f"'{value}'"
    return None
