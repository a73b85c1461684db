"""How a call is declared, once: its place, what it takes, what it answers, and who may make it.

A slice's Structs are in `structs`, for clients too, and its plain functions in a file of its own.
From a declaration come the Litestar handler, the OpenAPI operation, README's table and the client's
method. Contract: 1.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import msgspec

from attendance_core.bearer_tokens import TokenScope
from attendance_web.http.call_context import CallContext
from attendance_web.http.downloads import ZIP, Download
from attendance_web.http.event_streams import EventStream
from attendance_web.http.exports import MEDIA_TYPES, Export
from attendance_web.http.pieces import Pieces

Method = Literal["GET", "POST"]
BODY_BYTES: Final = 16 * 1024  # twice the longest name and bio, however they are encoded
PICTURE_BODY_BYTES: Final = 16 * 1024 * 1024  # 10 MiB of picture in Base64, and some more

Run = Callable[[CallContext[Any]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Call:
    """Declares a call. ``use_case`` is the name of the core's class behind it."""

    method: Method
    path: str
    name: str
    use_case: str
    needs_login: bool
    takes_board: bool  # whether the secret of a board does as well
    scope: TokenScope | None  # of the tokens that may make it; None where no token may
    heeds_person: bool  # whether it is refused to another person than its header names
    takes_proof: bool  # that it is the person who asks: then it takes as long as a log-in may
    most_bytes: int
    arguments: type[msgspec.Struct]
    answer: Any  # a type that msgspec encodes; None where there is nothing to say
    media_types: tuple[str, ...]  # of the file that it answers; none where it answers no file
    is_list: bool  # whether it answers a list in one look, for which people take turns
    is_stream: bool  # whether its answer goes on, and tells one such thing after another
    summary: str
    run: Run

    @property
    def is_upload(self) -> bool:
        """Whether it brings a file, of which a person has so many an hour."""
        return self.most_bytes == PICTURE_BODY_BYTES


def get(
    path: str,
    *,
    login: bool = True,
    scope: TokenScope | None = TokenScope.READ,
    heeds_person: bool = True,
    use_case: str | None = None,
    is_list: bool = False,
    or_board: bool = False,
) -> Callable[[Run], Call]:
    """Declares a call that reads."""
    return _declare(
        "GET",
        path,
        login,
        scope,
        heeds_person,
        False,
        BODY_BYTES,
        use_case,
        None,
        is_list,
        or_board,
    )


def post(
    path: str,
    *,
    login: bool = True,
    scope: TokenScope | None = None,
    heeds_person: bool = True,
    proof: bool = False,
    most_bytes: int = BODY_BYTES,
    name: str | None = None,
) -> Callable[[Run], Call]:
    """Declares a call that changes something: no token may, unless it says which."""
    return _declare(
        "POST", path, login, scope, heeds_person, proof, most_bytes, None, name, False, False
    )


def _declare(
    method: Method,
    path: str,
    login: bool,
    scope: TokenScope | None,
    heeds_person: bool,
    takes_proof: bool,
    most_bytes: int,
    use_case: str | None,
    name: str | None,
    is_list: bool,
    takes_board: bool,
) -> Callable[[Run], Call]:
    named = name or path.rpartition("/")[2]

    def declare(run: Run) -> Call:
        hints = get_type_hints(run)
        (arguments,) = get_args(hints["call"])
        answer = hints["return"]
        is_stream = get_origin(answer) is EventStream
        if is_stream:
            (answer,) = get_args(answer)
        if get_origin(answer) is Pieces:
            _, answer = get_args(answer)
        media_types: tuple[str, ...] = ()
        if answer is Export:
            answer, media_types = type(None), tuple(MEDIA_TYPES.values())
        if answer is Download:
            answer, media_types = type(None), (ZIP,)
        return Call(
            method,
            path,
            named,
            use_case or named,
            login,
            takes_board,
            scope,
            heeds_person,
            takes_proof,
            most_bytes,
            arguments,
            None if answer is type(None) else answer,
            media_types,
            is_list,
            is_stream,
            (run.__doc__ or "").partition("\n")[0],
            run,
        )

    return declare
