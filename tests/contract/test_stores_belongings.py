"""Every column is in what people take along, or left out for a reason. Contract: 9.1."""

from __future__ import annotations

from sqlalchemy import Column
from sqlalchemy.sql import visitors

from attendance_adapters.sql.belonging_columns import KINDS, LEFT_OUT
from attendance_adapters.sql.belonging_lists import LISTS
from attendance_adapters.sql.leavers import FATES
from attendance_adapters.sql.tables import metadata
from attendance_core.belongings import BelongingKind


def told_columns() -> set[str]:
    """Those of which a record says something."""
    found = set[str]()
    for each in LISTS.values():
        for told in each.columns.values():
            for column in visitors.iterate(told):
                if isinstance(column, Column):
                    table = getattr(column.table, "element", column.table)
                    found.add(f"{table.name}.{column.name}")
    return found


class TestColumns:
    def test_every_column_with_somebody_s_id_is_of_a_kind(self) -> None:
        """Who adds one says what of a download it is, as what becomes of it with the account."""
        assert set(KINDS) == set(FATES)
        assert {*KINDS.values()} - {None} == set(BelongingKind)

    def test_every_other_column_of_these_tables_is_in_a_record_or_left_out_for_a_reason(
        self,
    ) -> None:
        tables = {name.partition(".")[0] for name in FATES}
        told = told_columns()
        columns = {
            f"{name}.{column.name}"
            for name in tables
            for column in metadata.tables[name].c
            if not any(str(key.column) in told for key in column.foreign_keys)
        }
        assert columns - told - set(KINDS) == set(LEFT_OUT)
