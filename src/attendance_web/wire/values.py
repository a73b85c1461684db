"""Values as both calls and frames give them, and how each is read. Contract: 1, 6.11."""

from __future__ import annotations

import re
from typing import Any, Final

MAX_ID = 2**63 - 1  # what every store keeps
MAX_EXACT_FLOAT: Final = 2**53  # up to here a float is told from its neighbours
DIGITS: Final = re.compile(r"[0-9]{1,20}")
MAX_DEPTH = 32  # Contract: 1, deep nesting; arrays and objects in one another
MAX_TOKENS = 1_000  # brackets, commas and strings of a JSON body: none of ours needs a tenth
# Strings are passed over whole, those that nobody closed too: time stays linear
TOKEN: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{},]', re.DOTALL)


def too_complex(body: bytes) -> bool:
    """Tells whether a JSON text is nested too deeply or has too many tokens; in linear time."""
    depth = 0
    for count, token in enumerate(TOKEN.finditer(body)):
        first = body[token.start()]
        if first in b"[{":
            depth += 1
        elif first in b"]}":
            depth -= 1
        if depth > MAX_DEPTH or count > MAX_TOKENS:
            return True
    return False


class InvalidValue(ValueError):
    """A value of the wrong type or form, or out of range."""


def whole_number(value: Any, least: int, most: int) -> int:
    """Reads an integer, its digits, or a number without a fraction like 12.0. Raises InvalidValue.

    A float beyond `MAX_EXACT_FLOAT` may have been another number, so it is none. Contract: 1.13.
    """
    is_digits = isinstance(value, str) and DIGITS.fullmatch(value)
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) <= MAX_EXACT_FLOAT
    if is_digits or is_whole:
        value = int(value)
    if type(value) is not int or not least <= value <= most:
        raise InvalidValue
    return value
