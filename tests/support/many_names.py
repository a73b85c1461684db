"""A database that is full of people and events, each of another name."""

from __future__ import annotations

import random
from uuid import UUID

from sqlalchemy import Connection, insert, text

from attendance_adapters.sql.tables import accounts, events, profiles
from attendance_core.events import CODE_LENGTH, CODE_LETTERS
from attendance_core.folding import fold

GIVEN = ("Анна", "Борис", "Вера", "Глеб", "Дарья", "Егор", "Жанна", "Захар", "Ирина", "Кирилл")
STEMS = ("Иван", "Петр", "Сидор", "Кузнец", "Соловь", "Ёлк", "Щерб", "Миха", "Никола", "Тимоф")
FIRST = 1_000_000  # ids begin here: those below are given out as ever
NOW = 1_800_000_000.0  # UNIX seconds


def name(number: int) -> str:
    """Of a person or an event; every one is another."""
    dice = random.Random(number)
    return f"{dice.choice(GIVEN)} {dice.choice(STEMS)}ов-{number:05}"


def code(number: int) -> str:
    """Of an event; every one is another.

    One without a code is given one by a trigger, whose plan is that of the table when it was small.
    """
    letters = ""
    for _ in range(CODE_LENGTH):
        number, at = divmod(number, len(CODE_LETTERS))
        letters += CODE_LETTERS[at]
    return letters


def fill(on: Connection, *, people: int, gatherings: int) -> None:
    """Adds so many people and events, and lets PostgreSQL count them."""
    accounts_of, shown, on_list = [], [], []
    for number in range(1, people + 1):
        user_id = FIRST + number
        named = {"name_key": fold(name(number))}
        username = {"username": f"u{number}", "username_key": f"u{number}"}
        accounts_of.append({"user_id": user_id, **username, "password_hash": "", "created_at": NOW})
        shown.append({"user_id": user_id, "display_name": name(number), **named, "bio": ""})
    for number in range(1, gatherings + 1):
        named = {"name": name(number), "name_key": fold(name(number))}
        times = {"starts_at": NOW + number, "ends_at": NOW + 10**6}
        event_id = {"event_id": UUID(int=number), "creator_id": FIRST + number}
        on_list.append({**event_id, **named, **times, "code": code(number)})
    for table, rows in ((accounts, accounts_of), (profiles, shown), (events, on_list)):
        on.execute(insert(table), rows)
    on.commit()
    on.execute(text("ANALYZE"))
    on.commit()
