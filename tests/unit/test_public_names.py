"""What a program may import from the packages themselves."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import pydoc
from collections.abc import Iterator
from importlib import import_module
from pkgutil import get_data
from typing import get_type_hints

import attendance_core
from attendance_core import LeaseLost, Refusal, Unavailable, UseCases


def refusals(of: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Lists those of the core, wherever it declares them."""
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


def test_each_public_name_is_loaded_from_where_it_is_said_to_live() -> None:
    stub = ast.parse(get_data("attendance_core", "__init__.pyi") or b"")
    homes = {
        alias.name: each.module
        for each in stub.body
        if isinstance(each, ast.ImportFrom)
        for alias in each.names
    }
    (listed,) = [each.value for each in stub.body if isinstance(each, ast.Assign)]
    assert sorted(ast.literal_eval(listed)) == attendance_core.__all__ == sorted(homes)
    for name, home in homes.items():
        assert getattr(attendance_core, name) is getattr(import_module(str(home)), name)


def test_what_is_not_public_is_no_name_of_the_core() -> None:
    assert not hasattr(attendance_core, "Nothing")
    assert set(attendance_core.__all__) <= set(dir(attendance_core))


def test_help_of_a_use_case_shows_what_is_got_by_awaiting_it() -> None:
    """Of one that lists in pieces, too: all of them together."""
    listed_types = set()
    for kind in get_type_hints(UseCases).values():
        call = kind.__call__
        assert inspect.iscoroutinefunction(call)
        assert "AsyncIterator" not in str(inspect.signature(call).return_annotation)
        shown = pydoc.plain(pydoc.render_doc(kind))
        assert "async __call__(self" in shown and "__call__ = pieces" not in shown
        if hasattr(kind, "pieces"):
            listed_types.add(inspect.signature(call).return_annotation)
    assert "Sequence[Friend]" in listed_types
