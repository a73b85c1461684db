"""Reads the arguments of calls into the Structs that these are declared with. Contract: 1.

How a value is read goes by the type of its field, and what is refused names the field.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Generic, NamedTuple, TypeVar
from uuid import UUID

import msgspec
from msgspec import inspect as kinds

from attendance_core.errors import InvalidArgument, MissingArgument, NotATime, OutOfRange
from attendance_core.texts import has_too_many_combining_marks
from attendance_core.vocabulary import LATEST_INSTANT
from attendance_web.http.body_parsing import Given
from attendance_web.wire import parse_steps
from attendance_web.wire.values import UUID_FORM, InvalidValue, whole_number

A = TypeVar("A", bound=msgspec.Struct)

MAX_TEXT_LENGTH: Final = 16 * 1024  # letters of any text: only an upload could bring more
MAX_WORDS = 100  # in one list: of the few that there are each may be named again
FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}
DATA_URL: Final = re.compile(r"data:[^,]{0,200};base64,", re.IGNORECASE)
BASE64_ENDING: Final = "= \t\r\n"
MAX_BASE64_ENDING: Final = 1024  # letters; looking for the end of millions keeps the event loop
TO_USUAL_BASE64: Final = str.maketrans("-_", "+/", " \t\r\n")
UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")  # NUL and lone surrogates

ReadValue = Callable[[Any], Any]  # raises InvalidValue


class _Bounds(NamedTuple):
    """Between which a whole number has to be, these included."""

    least: int
    most: int


class _Field(NamedTuple):
    """Describes one argument: its name, whether it is needed, and how it is read."""

    name: str
    is_needed: bool
    read: ReadValue
    bounds: _Bounds | None  # of a whole number


@dataclass(frozen=True, slots=True)
class ArgumentsReader(Generic[A]):
    """Turns what was given into the arguments of one call."""

    struct: type[A]
    fields: tuple[_Field, ...]

    def __call__(self, given: Given) -> A:
        """Reads arguments; passes over unknown names. Raises MissingArgument, InvalidArgument."""
        for field in self.fields:
            if field.is_needed and given.get(field.name) is None:
                raise MissingArgument(field=field.name)
        read = {}
        for field in self.fields:
            if (value := given.get(field.name)) is not None:
                try:
                    read[field.name] = field.read(value)
                except InvalidValue:
                    raise _refusal_of(field) from None
        return self.struct(**read)


@cache
def reader_of(struct: type[A]) -> ArgumentsReader[A]:
    """Makes a reader, once for each Struct."""
    described = kinds.type_info(struct)
    assert isinstance(described, kinds.StructType)
    return ArgumentsReader(
        struct,
        tuple(
            _Field(each.name, each.required, _read_of(each.type), _bounds_of(each.type))
            for each in described.fields
        ),
    )


def _bounds_of(kind: kinds.Type) -> _Bounds | None:
    match kind:
        case kinds.UnionType(types):
            return next(filter(None, map(_bounds_of, types)), None)
        case kinds.Metadata(inner):
            return _bounds_of(inner)
        case kinds.IntType(ge=least, le=most) if least is not None and most is not None:
            return _Bounds(least, most)
    return None


def _refusal_of(field: _Field) -> InvalidArgument:
    """Says what the value should have been, as far as its type tells."""
    bounds = field.bounds
    if bounds is None:
        return InvalidArgument(field=field.name)
    kind = NotATime if bounds.most == LATEST_INSTANT else OutOfRange
    return kind(field=field.name, least=bounds.least, most=bounds.most)


def _read_of(kind: kinds.Type) -> ReadValue:
    """Finds how values of a type are read."""
    match kind:
        case kinds.UnionType(types):
            (one,) = (each for each in types if not isinstance(each, kinds.NoneType))
            return _read_of(one)
        case kinds.Metadata(inner):
            return _read_of(inner)
        case kinds.IntType(ge=least, le=most) if least is not None and most is not None:
            return lambda value: whole_number(value, least, most)
        case kinds.BoolType():
            return read_flag
        case kinds.StrType():
            return read_text
        case kinds.LiteralType(words):
            return lambda value: read_word(value, words)
        case kinds.ListType(kinds.LiteralType(words), min_length=fewest):
            return lambda value: read_words(value, words, fewest or 0)
        case kinds.UUIDType():
            return read_uuid
        case kinds.BytesType():
            return read_image
    raise TypeError(f"arguments are never declared as {kind}")


def read_text(value: Any) -> str:
    """Reads any text that every store can keep. Raises InvalidValue."""
    if not isinstance(value, str) or len(value) > MAX_TEXT_LENGTH or UNSTORABLE.search(value):
        raise InvalidValue
    if has_too_many_combining_marks(value):
        raise InvalidValue
    return value


def read_word(value: Any, words: tuple[Any, ...]) -> str:
    """Reads one of a few words. Raises InvalidValue."""
    if not isinstance(value, str) or value not in words:
        raise InvalidValue
    return value


def read_words(value: Any, words: tuple[Any, ...], least: int) -> list[str]:
    """Reads some of a few words; a form has them in one text, with commas. Raises InvalidValue."""
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list) or not least <= len(value) <= MAX_WORDS:
        raise InvalidValue
    return [read_word(each, words) for each in value]


def read_flag(value: Any) -> bool:
    """Reads true and false, as JSON or a query has them. Raises InvalidValue."""
    if isinstance(value, str) and value in FLAGS:
        return FLAGS[value]
    if not isinstance(value, bool):
        raise InvalidValue
    return value


def read_uuid(value: Any) -> UUID:
    """Reads an id of 36 characters. Raises InvalidValue for any other form."""
    if not isinstance(value, str) or not UUID_FORM.fullmatch(value):
        raise InvalidValue
    return UUID(value)


def read_image(value: Any) -> bytes:
    """Reads a file as it came, or out of Base64, in whatever spelling. Raises InvalidValue.

    With or without `data:...;base64,`, line breaks and padding; in either alphabet.
    """
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str) or not value.isascii():  # else it is passed over bit by bit
        raise InvalidValue
    start, ending = DATA_URL.match(value), value[-MAX_BASE64_ENDING:]
    at = start.end() if start else 0
    end = len(value) - len(ending) + len(ending.rstrip(BASE64_ENDING))
    decoded, rest = bytearray(), ""
    try:
        while at < end:
            step_end = min(at + parse_steps.STEP_BYTES, end)
            encoded = rest + value[at:step_end].translate(TO_USUAL_BASE64)
            if "=" in encoded:
                raise InvalidValue
            at, whole_end = at + parse_steps.STEP_BYTES, len(encoded) // 4 * 4
            decoded += binascii.a2b_base64(encoded[:whole_end], strict_mode=True)
            rest = encoded[whole_end:]
            if at < end:
                parse_steps.let_others_run()
        decoded += binascii.a2b_base64(rest + "=" * (-len(rest) % 4), strict_mode=True)
    except ValueError:
        raise InvalidValue from None
    return bytes(decoded)
