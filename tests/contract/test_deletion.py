"""What becomes of each column with somebody's id when they delete their account. Contract: 9.1.

What is left of them is tried by the contract of stores.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy.dialects import sqlite

from attendance_adapters.sql.column_types import BigId
from attendance_adapters.sql.leavers import (
    FATES,
    STATEMENTS_THAT_ERASE,
    STATEMENTS_THAT_ERASE_SOME,
    Fate,
)
from attendance_adapters.sql.tables import metadata
from tests.support.sqlite_file import an_empty_database


class TestFates:
    def test_every_column_with_somebody_s_id_is_in_the_list(self) -> None:
        """Who adds one says what becomes of it when they delete their account."""
        columns = {
            f"{table.name}.{column.name}"
            for table in metadata.tables.values()
            for column in table.c
            if (column.type is BigId and column.name != "n")  # numbers entries
            or any(key.column.table.name == "accounts" for key in column.foreign_keys)
        }
        assert columns == set(FATES)

    def test_a_table_is_erased_by_all_of_its_columns_or_none(self) -> None:
        """But for a lease: whoever has that of another's scan loses it alone."""
        fates: dict[str, set[bool]] = {}
        for name, fate in FATES.items():
            if name == "scans.taken_by":
                continue
            fates.setdefault(name.partition(".")[0], set()).add(fate is Fate.ERASED)
        assert all(len(each) == 1 for each in fates.values())

    def test_what_is_erased_is_found_by_an_index(self, tmp_path: Path) -> None:
        """Else one who deletes an account has everybody's rows read, while nobody else writes."""
        with closing(sqlite3.connect(an_empty_database(tmp_path))) as on:
            for statement in (*STATEMENTS_THAT_ERASE, *STATEMENTS_THAT_ERASE_SOME):
                text = str(statement.compile(dialect=sqlite.dialect()))
                explained = on.execute(f"EXPLAIN QUERY PLAN {text}", [1] * text.count("?"))
                assert "SCAN" not in str(explained.fetchall()), text
