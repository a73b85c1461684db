"""How a call is declared, once: its place, what it takes, what it answers, and who may make it.

A slice's Structs are in `structs`, for clients too, and its plain functions in a file of its own.
From a declaration come the Litestar handler, the OpenAPI operation, README's table and the client's
method. Contract: 1.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, get_args, get_origin, get_type_hints

import msgspec

from attendance_core.bearer_tokens import TokenScope
from attendance_web.http.call_context import CallContext
from attendance_web.http.downloads import ZIP, Download
from attendance_web.http.event_streams import EventStream
from attendance_web.http.exports import MEDIA_TYPES, Export
from attendance_web.http.pieces import Pieces

Method = Literal["GET", "POST"]
MAX_BODY_BYTES: Final = 16 * 1024  # twice the longest name and bio, however they are encoded
MAX_UPLOAD_BODY_BYTES: Final = 16 * 1024 * 1024  # 10 MiB of picture in Base64, and some more

Run = Callable[[CallContext[Any]], Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Declares a call. ``use_case`` is the name of the core's class behind it."""

    method: Method
    path: str
    name: str
    use_case: str
    needs_login: bool = True
    takes_board: bool = False  # whether the secret of a board does as well
    scope: TokenScope | None  # of the tokens that may make it; None where no token may
    refuses_other_person: bool = True  # than the one whom its header names
    # Whether it takes what shows that it is the person who asks: then it is as slow as a log-in
    takes_proof: bool = False
    is_upload: bool = False  # whether it brings a file, of which a person has so many an hour
    arguments: type[msgspec.Struct]
    answer: Any  # a type that msgspec encodes; None where there is nothing to say
    media_types: tuple[str, ...]  # of the file that it answers; none where it answers no file
    is_look_at_list: bool = False  # one whole, in a turn; others take theirs themselves
    is_stream: bool  # whether its answer goes on, and tells one such thing after another
    summary: str
    run: Run

    @property
    def max_body_bytes(self) -> int:
        """The longest body that is read of it."""
        return MAX_UPLOAD_BODY_BYTES if self.is_upload else MAX_BODY_BYTES


def get(
    path: str,
    *,
    needs_login: bool = True,
    scope: TokenScope | None = TokenScope.READ,
    refuses_other_person: bool = True,
    use_case: str | None = None,
    is_look_at_list: bool = False,
    takes_board: bool = False,
) -> Callable[[Run], Call]:
    """Declares a call that reads."""
    name = _last_part(path)

    def declare(run: Run) -> Call:
        signature = _signature_of(run)
        return Call(
            method="GET",
            path=path,
            name=name,
            use_case=use_case or name,
            needs_login=needs_login,
            takes_board=takes_board,
            scope=scope,
            refuses_other_person=refuses_other_person,
            arguments=signature.arguments,
            answer=signature.answer,
            media_types=signature.media_types,
            is_look_at_list=is_look_at_list,
            is_stream=signature.is_stream,
            summary=_summary_of(run),
            run=run,
        )

    return declare


def post(
    path: str,
    *,
    needs_login: bool = True,
    scope: TokenScope | None = None,
    refuses_other_person: bool = True,
    takes_proof: bool = False,
    is_upload: bool = False,
    name: str | None = None,
) -> Callable[[Run], Call]:
    """Declares a call that changes something: no token may, unless it says which."""
    named = name or _last_part(path)

    def declare(run: Run) -> Call:
        signature = _signature_of(run)
        return Call(
            method="POST",
            path=path,
            name=named,
            use_case=named,
            needs_login=needs_login,
            scope=scope,
            refuses_other_person=refuses_other_person,
            takes_proof=takes_proof,
            is_upload=is_upload,
            arguments=signature.arguments,
            answer=signature.answer,
            media_types=signature.media_types,
            is_stream=signature.is_stream,
            summary=_summary_of(run),
            run=run,
        )

    return declare


class _Signature(NamedTuple):
    """What a function takes and answers, as `Call` has it."""

    arguments: type[msgspec.Struct]
    answer: Any
    media_types: tuple[str, ...] = ()
    is_stream: bool = False


def _signature_of(run: Run) -> _Signature:
    """Reads what a function takes, and what it answers in whichever way that is sent."""
    hints = get_type_hints(run)
    (arguments,) = get_args(hints["call"])
    answer = hints["return"]
    if get_origin(answer) is EventStream:
        (told,) = get_args(answer)
        return _Signature(arguments, told, is_stream=True)
    if get_origin(answer) is Pieces:
        _, answer = get_args(answer)
    if answer is Export:
        return _Signature(arguments, None, tuple(MEDIA_TYPES.values()))
    if answer is Download:
        return _Signature(arguments, None, (ZIP,))
    return _Signature(arguments, None if answer is type(None) else answer)


def _summary_of(run: Run) -> str:
    return (run.__doc__ or "").partition("\n")[0]


def _last_part(path: str) -> str:
    return path.rpartition("/")[2]
