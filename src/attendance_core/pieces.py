"""Long lists are read piece by piece, so that no look is long. Contract: 1.20. Decision 0014."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from functools import partial, wraps
from inspect import signature
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from attendance_core import ports
from attendance_core.arguments import check_page

MAX_PIECE = 500  # Contract: 1.20, rows that are read in one look

R = TypeVar("R")  # a row of a list


@dataclass(frozen=True, slots=True)
class ListQuery(Generic[R]):
    """Says what of a list is asked for; ``after`` is the row after which the list goes on, whether
    that still stands or not, and nothing is passed over then.
    """

    limit: int | None = None
    offset: int = 0
    after: R | None = field(default=None, kw_only=True)


Q = TypeVar("Q", bound=ListQuery[Any])
U = TypeVar("U")  # a use case
P = ParamSpec("P")


def read_in_pieces(
    browse: ports.Browse,
    query: Q,
    look: Callable[[Q, ports.Unit], Sequence[R]],
    after_of: Callable[[R], object],
) -> AsyncIterator[Sequence[R]]:
    """Reads a list with a look for each piece, which begins after the last row before it.

    So what stands all the while, in its place, is in the list once. ``after_of`` tells of a row
    what the next piece comes after. Raises InvalidArgument.
    """
    check_page(query.limit, query.offset)

    async def pieces() -> AsyncIterator[Sequence[R]]:
        piece_query, left = query, query.limit
        while True:
            most = MAX_PIECE if left is None else min(left, MAX_PIECE)
            piece_query = replace(piece_query, limit=most)
            piece = await browse(partial(look, piece_query))
            yield piece
            left = None if left is None else left - len(piece)
            if len(piece) < most or left == 0:
                return
            piece_query = replace(piece_query, offset=0, after=after_of(piece[-1]))

    return pieces()


def itself(row: R) -> R:
    """Has a list go on after its last row as it is."""
    return row


def whole(
    pieces: Callable[Concatenate[U, P], AsyncIterator[Sequence[R]]],
) -> Callable[Concatenate[U, P], Coroutine[Any, Any, Sequence[R]]]:
    """Makes the ``__call__`` of a use case of its ``pieces``: it answers all of them together.

    `help` and whoever reads types are shown that: what is awaited is a sequence.
    """

    @wraps(pieces)
    async def call(use_case: U, /, *args: P.args, **kwargs: P.kwargs) -> Sequence[R]:
        return [row async for piece in pieces(use_case, *args, **kwargs) for row in piece]

    shown = signature(pieces)
    answered = shown.return_annotation.removeprefix("AsyncIterator[").removesuffix("]")
    call.__name__ = "__call__"
    call.__qualname__ = pieces.__qualname__.replace(pieces.__name__, call.__name__)
    call.__annotations__ = {**pieces.__annotations__, "return": answered}
    vars(call)["__signature__"] = shown.replace(return_annotation=answered)
    return call
