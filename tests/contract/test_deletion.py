"""What becomes of each column with somebody's id when they delete their account. Contract: 9.1.

What is left of them is tried by the contract of stores.
"""

from __future__ import annotations

from attendance_adapters.sql.column_types import BigId
from attendance_adapters.sql.leavers import FATES, Fate
from attendance_adapters.sql.tables import metadata


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
