"""What is public, module by module: what the reference is made of, and what docs/compatibility.md
promises to keep.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Final, NamedTuple, get_type_hints

from attendance_core import UseCases

# Of each the reference has a page: what it is for, and whoever needs it
MODULES: Final = {
    "attendance_core": "The rules: use cases, what they take and answer, and every refusal",
    "attendance_core.ports": "What adapters are to bring, but for what a store keeps",
    "attendance_core.repositories": "What a store keeps, kind by kind",
    "attendance_core.marking.frames": "What those are told who are in a room",
    "attendance_core.testing": "What an adapter, or a service that uses the library, is tested by",
    "attendance_adapters": "The ports made real, and the ways to start",
    "attendance_adapters.service_ports": "What a service asks of adapters, beside the ports",
    "attendance_adapters.in_memory": "The store and the files in memory, with the store's tables",
    "attendance_adapters.notifiers": "What carries announcements, here and between processes",
    "attendance_adapters.system": "The clock of this machine, and ids by chance",
    "attendance_adapters.testing": "A lecture that a test of a host scripts",
    "attendance_adapters.sync": "The use cases as plain methods, without asyncio",
    "attendance_web.live": "Live rooms, over any transport",
    "attendance_web.asgi": "The two sockets as an ASGI application",
    "attendance_web.client": "A client of the service, in Python",
}


class UseCase(NamedTuple):
    """A use case as a program calls it."""

    field: str  # of `service.use_cases`
    kind: type


def modules() -> list[str]:
    """Lists the public modules that there are."""
    return [name for name in MODULES if find_spec(name) is not None and names_of(name)]


def names_of(module: str) -> Sequence[str]:
    """Lists the public names of a module: those it lists, or else those of its own."""
    there = import_module(module)
    listed: Sequence[str] | None = getattr(there, "__all__", None)
    if listed is not None:
        return [each for each in listed if not each.startswith("__")]
    own = [
        name
        for name, each in vars(there).items()
        if not name.startswith("_") and getattr(each, "__module__", None) == module
    ]
    return [each for each in own if inspect.getdoc(getattr(there, each))]


def use_cases() -> list[UseCase]:
    """Lists every use case, by the field that it is called by, in the order of the slices."""
    return [UseCase(field, kind) for field, kind in get_type_hints(UseCases).items()]
