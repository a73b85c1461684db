"""Events, friends, and marking who came: the rules and use cases, free of any framework.

These are the names a program needs; `attendance_adapters.embedded` makes the `UseCases`.

Each is loaded when somebody asks for it, from where `__init__.pyi` says that it lives: all of them
are a hundred modules, and a tenth of a second.
"""

from __future__ import annotations

from importlib import import_module

from attendance_core.version import __version__ as __version__

_homes: dict[str, str] = {}  # the module of each name, once somebody asks for one


def _find_homes() -> dict[str, str]:
    """Reads, once, where each name lives. Decision 0033."""
    if not _homes:
        import ast
        from pkgutil import get_data

        stub = ast.parse(get_data(__name__, "__init__.pyi") or b"")
        found = {
            alias.name: each.module
            for each in stub.body
            if isinstance(each, ast.ImportFrom) and each.module is not None
            for alias in each.names
        }
        _homes.update(found)  # at once: another thread may ask meanwhile
    return _homes


def __getattr__(name: str) -> object:
    """Loads what is asked for. Raises AttributeError."""
    homes = _find_homes()
    if name == "__all__":
        return sorted(homes)
    if name not in homes:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(homes[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Lists what may be asked for."""
    return sorted({*_find_homes(), *globals()})
