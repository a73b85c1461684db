"""Who comes to the lecture: people, with names that are picked and pictures that are drawn."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from PIL import Image, ImageDraw

from attendance_core.errors import Language
from attendance_web.client import Client

SIDE: Final = 96  # pixels
FIRST_NAMES: Final[dict[Language, tuple[tuple[str, ...], ...]]] = {
    "ru": (
        ("Анна", "Мария", "Елена", "Дарья", "Алина", "Ольга", "Полина", "Вера"),
        ("Иван", "Пётр", "Дмитрий", "Артём", "Никита", "Егор", "Лев", "Тимур"),
    ),
    "en": (
        ("Alice", "Emma", "Grace", "Olivia", "Chloe", "Ruby", "Hannah", "Zoe"),
        ("James", "Oliver", "Henry", "Noah", "Thomas", "Oscar", "Ethan", "Samuel"),
    ),
}
LAST_NAMES: Final[dict[Language, tuple[tuple[str, ...], ...]]] = {
    "ru": (
        ("Иванова", "Смирнова", "Кузнецова", "Попова", "Соколова", "Лебедева", "Козлова"),
        ("Новиков", "Морозов", "Волков", "Соловьёв", "Васильев", "Зайцев", "Павлов"),
    ),
    "en": (
        ("Smith", "Taylor", "Brown", "Wilson", "Evans", "Walker", "Wright"),
        ("Jones", "Davies", "Hughes", "Carter", "Parker", "Bennett", "Cooper"),
    ),
}


@dataclass(eq=False)
class Person:
    """Stands for somebody who comes to the lecture."""

    name: str
    username: str
    password: str
    client: Client
    user_id: int = 0  # known once they have signed up


class PickedName(NamedTuple):
    """Holds a full name, and the language it is of, "ru" or "en"."""

    name: str
    language: Language


def pick_names(count: int, chance: random.Random) -> Iterator[PickedName]:
    """Picks that many names, each once while there are others."""
    every = [
        PickedName(f"{first} {last}", language)
        for language in FIRST_NAMES
        for firsts, lasts in zip(FIRST_NAMES[language], LAST_NAMES[language], strict=True)
        for first in firsts
        for last in lasts
    ]
    chance.shuffle(every)
    for number in range(count):
        yield every[number % len(every)]


def face(chance: random.Random) -> bytes:
    """Draws a small PNG, in bytes, of somebody who looks like nobody."""
    image = Image.new("RGB", (SIDE, SIDE), _colour(chance, 150, 230))
    draw = ImageDraw.Draw(image)
    skin, hair = _colour(chance, 120, 255), _colour(chance, 10, 120)
    draw.ellipse((18, 12, 78, 66), fill=hair)
    draw.ellipse((22, 20, 74, 88), fill=skin)
    eyes = 44 + chance.randrange(6)
    for x in (36, 56):
        draw.ellipse((x, eyes, x + 6, eyes + 6), fill="black")
    smile = chance.randrange(6, 16)
    draw.arc((36, 62 - smile // 2, 60, 62 + smile), 20, 160, fill="black", width=2)
    png = io.BytesIO()
    image.save(png, "PNG")
    return png.getvalue()


def _colour(chance: random.Random, least: int, most: int) -> tuple[int, int, int]:
    return (chance.randint(least, most), chance.randint(least, most), chance.randint(least, most))
