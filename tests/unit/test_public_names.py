"""What a program may import from the packages themselves."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module

import attendance_core
from attendance_core import LeaseLost, Refusal, Unavailable


def refusals(of: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Those of the core, wherever it declares them."""
    for each in of.__subclasses__():
        if each.__module__.startswith(attendance_core.__name__):
            yield each
        yield from refusals(each)


def test_whatever_the_core_refuses_can_be_caught_by_a_public_name() -> None:
    for module in pkgutil.walk_packages(attendance_core.__path__, f"{attendance_core.__name__}."):
        import_module(module.name)
    found = {each.__name__: each for each in (*refusals(), Refusal, Unavailable, LeaseLost)}
    public = {name: getattr(attendance_core, name) for name in attendance_core.__all__}
    assert found.items() <= public.items()
