"""Every use case as a plain method; their types are in the stub beside this file."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import fields
from functools import wraps
from inspect import signature
from typing import Any

from attendance_core.use_cases import UseCases

Run = Callable[[Coroutine[Any, Any, Any]], Any]


class SyncUseCases:
    """One of each, ready to be called from any thread; a method is its class's name in snake_case.

    `attendance_adapters/sync/use_cases.pyi` has their types.
    """

    def __init__(self, use_cases: UseCases, run: Run) -> None:
        for each in fields(use_cases):
            setattr(self, each.name, _as_method(each.name, getattr(use_cases, each.name), run))


def _as_method(name: str, use_case: Any, run: Run) -> Callable[..., Any]:
    @wraps(type(use_case).__call__)
    def method(*given: Any, **named: Any) -> Any:
        return run(use_case(*given, **named))

    method.__name__ = method.__qualname__ = name
    method.__doc__ = type(use_case).__doc__
    method.__signature__ = signature(use_case)  # type: ignore[attr-defined]
    return method
