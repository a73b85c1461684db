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
    """Says what of a list is asked for: ``limit`` rows at most, the first ``offset`` passed over.

    With ``after`` it goes on after this row, be that there still or not, and passes over none.
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
    """Reads a list with a look for each piece, which begins after the last row of the one before.

    So what stands all the while, in its place, is in the list once. ``after_of`` answers, of the
    last row of a piece, the ``after`` of the next query. Raises InvalidArgument.
    """
    check_page(query.limit, query.offset)

    async def pieces() -> AsyncIterator[Sequence[R]]:
        piece_query, left = query, query.limit
        while True:
            piece_limit = MAX_PIECE if left is None else min(left, MAX_PIECE)
            piece_query = replace(piece_query, limit=piece_limit)
            piece = await browse(partial(look, piece_query))
            yield piece
            left = None if left is None else left - len(piece)
            if len(piece) < piece_limit or left == 0:
                return
            piece_query = replace(piece_query, offset=0, after=after_of(piece[-1]))

    return pieces()


def itself(row: R) -> R:
    """Answers the row itself: the ``after_of`` of a list whose queries go on after rows."""
    return row


def whole(
    pieces: Callable[Concatenate[U, P], AsyncIterator[Sequence[R]]],
) -> Callable[Concatenate[U, P], Coroutine[Any, Any, Sequence[R]]]:
    """Makes the ``__call__`` of a use case of its ``pieces``: awaiting it gives all rows in one.

    Its signature says so, for `help` and for whoever reads types.
    """

    @wraps(pieces)
    async def call(use_case: U, /, *args: P.args, **kwargs: P.kwargs) -> Sequence[R]:
        return [row async for piece in pieces(use_case, *args, **kwargs) for row in piece]

    of_pieces = signature(pieces)
    answered = of_pieces.return_annotation.removeprefix("AsyncIterator[").removesuffix("]")
    call.__name__ = "__call__"
    call.__qualname__ = pieces.__qualname__.replace(pieces.__name__, call.__name__)
    call.__annotations__ = {**pieces.__annotations__, "return": answered}
    vars(call)["__signature__"] = of_pieces.replace(return_annotation=answered)
    return call
