"""Reads what is kept of a person, who takes it along. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import UserId

if TYPE_CHECKING:
    from attendance_core.belongings import Belonging, BelongingKind
    from attendance_core.pieces import ListQuery


class Belongings(Protocol):
    """Reads all that is kept of one person, and nothing that lets anybody in. Decision 0026."""

    def of(
        self, user_id: UserId, kind: BelongingKind, query: ListQuery[Belonging]
    ) -> Sequence[Belonging]:
        """Lists records of one kind, in an order that stays; of others it has ids and names."""
        ...
