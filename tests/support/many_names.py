"""A database that is full of people and events, each of another name."""

from __future__ import annotations

import random
from uuid import UUID

from sqlalchemy import Connection, insert, text

from attendance_adapters.sql.tables import accounts, events, profiles
from attendance_core.folding import fold
from attendance_core.testing.stand_ins import numbered_code

GIVEN = ("Анна", "Борис", "Вера", "Глеб", "Дарья", "Егор", "Жанна", "Захар", "Ирина", "Кирилл")
STEMS = ("Иван", "Петр", "Сидор", "Кузнец", "Соловь", "Ёлк", "Щерб", "Миха", "Никола", "Тимоф")
FIRST_ID = 1_000_000  # ids begin here: those below are given out as ever
NOW = 1_800_000_000.0  # UNIX seconds


def name_of(number: int) -> str:
    """Makes that of a person or an event; every one is another."""
    dice = random.Random(number)
    return f"{dice.choice(GIVEN)} {dice.choice(STEMS)}ов-{number:05}"


def fill(on: Connection, *, person_count: int, event_count: int) -> None:
    """Adds so many people and events, and lets PostgreSQL count them."""
    account_rows, profile_rows, event_rows = [], [], []
    for number in range(1, person_count + 1):
        user_id = FIRST_ID + number
        named = {"name_key": fold(name_of(number))}
        username = {"username": f"u{number}", "username_key": f"u{number}"}
        account_rows.append(
            {"user_id": user_id, **username, "password_hash": "", "created_at": NOW}
        )
        profile_rows.append(
            {"user_id": user_id, "display_name": name_of(number), **named, "bio": ""}
        )
    # An event without a code is given one by a trigger, planned when the table was small
    for number in range(1, event_count + 1):
        named = {"name": name_of(number), "name_key": fold(name_of(number))}
        times = {"starts_at": NOW + number, "ends_at": NOW + 10**6}
        event_id = {"event_id": UUID(int=number), "creator_id": FIRST_ID + number}
        event_rows.append({**event_id, **named, **times, "code": numbered_code(number)})
    for table, rows in ((accounts, account_rows), (profiles, profile_rows), (events, event_rows)):
        on.execute(insert(table), rows)
    on.commit()
    on.execute(text("ANALYZE"))
    on.commit()
