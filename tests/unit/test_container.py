"""Every use case is given its ports by their names, so each name is of one port everywhere."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator
from typing import Any, get_type_hints

from attendance_adapters.container import build_use_cases
from attendance_core import ports

PORTS: dict[str, Any] = {
    name: kind for name, kind in get_type_hints(build_use_cases).items() if name != "return"
} | {"together": ports.Together}


def parts_of(built: Any) -> Iterator[tuple[str, Any, Any]]:
    """Lists name, type and value of whatever this was built of, and that in its turn."""
    for name, kind in get_type_hints(type(built)).items():
        value = getattr(built, name)
        yield name, kind, value
        if dataclasses.is_dataclass(value):
            yield from parts_of(value)


def test_each_gets_the_port_that_it_names() -> None:
    given = {name: object() for name in inspect.signature(build_use_cases).parameters}
    named = {
        (name, kind, value is given.get(name))
        for name, kind, value in parts_of(build_use_cases(**given))  # type: ignore[arg-type]
        if name in PORTS
    }
    assert named == {(name, kind, name in given) for name, kind in PORTS.items()}
