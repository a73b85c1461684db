"""What stores ask of PostgreSQL, a round trip each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from attendance_adapters.sql.pg_connection import PgConnection


class Asked(NamedTuple):
    """One round trip: a statement with its values, or several by name."""

    text: str
    values: Any


@contextmanager
def asked() -> Iterator[list[Asked]]:
    """Notes what all stores ask of PostgreSQL during the block, a round trip each."""
    noted: list[Asked] = []
    fetch, run, roll_back = PgConnection.fetch, PgConnection.run, PgConnection.roll_back

    def fetches(self: PgConnection, statement: Any, values: Any) -> Any:
        noted.append(Asked(statement.text, values))
        return fetch(self, statement, values)

    def runs(self: PgConnection, before: str, statements: Any, after: str = "") -> str:
        texts = [before, *(each.statement.text for each in statements), after]
        noted.append(Asked("; ".join(filter(None, texts)), [each.words for each in statements]))
        return run(self, before, statements, after)

    async def rolls_back(self: PgConnection) -> None:
        if self.driver.is_in_transaction():
            noted.append(Asked("ROLLBACK", []))
        await roll_back(self)

    PgConnection.fetch, PgConnection.run = fetches, runs  # type: ignore[method-assign]
    PgConnection.roll_back = rolls_back  # type: ignore[method-assign]
    try:
        yield noted
    finally:
        PgConnection.fetch, PgConnection.run = fetch, run  # type: ignore[method-assign]
        PgConnection.roll_back = roll_back  # type: ignore[method-assign]
