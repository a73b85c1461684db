"""What the databases do by themselves for karma, as the migrations made it. Contract: 8.12.

They keep `karma_months` in the transaction of every entry of the ledger, whichever version of this
code adds it. A mark that is the last of its month in the order of counting is counted by itself;
where others come behind it, the months of its two people are counted anew. Where one is annulled,
two others may pay instead: the one that is the last of the two people's to pay from now on
(``last_of_two``), and the last that its marker is paid for of people without a tick
(``last_paid``). They are found in the order of counting, so in as many rows as the limits are
high, and those before them that were annulled, however many marks of a month stand. On PostgreSQL
both people are locked before anything is counted, the smaller id first, until the transaction
ends: so who counts sees all that was counted before, and nothing is lost.

Where `karma_rules` has no row yet, 4 marks between two people pay in a month, and 100 of people
without a tick: the terms that an operator has not set. Contract: 8.11.
"""

from __future__ import annotations

from sqlalchemy import Connection, event

from attendance_adapters.sql import karma_on_postgres, karma_on_sqlite
from attendance_adapters.sql.tables import metadata


@event.listens_for(metadata, "after_create")
def _create_triggers(_: object, connection: Connection, **__: object) -> None:
    if connection.dialect.name == "sqlite":
        for name, rest in karma_on_sqlite.TRIGGERS.items():
            connection.exec_driver_sql(f"CREATE TRIGGER {name} {rest}")
        return
    for name, body in karma_on_postgres.FUNCTIONS.items():
        connection.exec_driver_sql(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\n{body}\n$$"
        )
    for name, rest in karma_on_postgres.TRIGGERS.items():
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {rest}")
