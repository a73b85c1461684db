"""Prints the types of the synchronous face; they are those of the use cases.

.venv/bin/python docs/print_sync_stub.py > src/attendance_adapters/sync/use_cases.pyi
"""

from __future__ import annotations

import ast
import builtins
import inspect
import sys
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import get_type_hints

from attendance_core.use_cases import UseCases

HEAD = '''"""The types of `use_cases.py`. Printed by docs/print_sync_stub.py: change that."""

'''
INIT = """class SyncUseCases:
    def __init__(
        self, use_cases: UseCases, run: Callable[[Coroutine[Any, Any, Any]], Any]
    ) -> None: ...
"""
INIT_IMPORTS = {
    "Any": "typing",
    "Callable": "collections.abc",
    "Coroutine": "collections.abc",
    "UseCases": "attendance_core.use_cases",
}
OURS = "attendance_core"
MAX_LINE_LENGTH = 100  # that ruff leaves on one line


@cache
def homes(module_name: str) -> dict[str, str]:
    """Finds where each name that a module imports comes from, or that it is its own."""
    module = sys.modules[module_name]
    found: dict[str, str] = {name: module_name for name in vars(module)}
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {alias.asname or alias.name: node.module for alias in node.names}
    return found


def names_in(annotation: str) -> Iterator[str]:
    """Yields each name that an annotation is written with."""
    for node in ast.walk(ast.parse(annotation, mode="eval")):
        if isinstance(node, ast.Name):
            yield node.id


def method(name: str, use_case: type, needed: dict[str, str]) -> str:
    """Writes one of them; adds to ``needed`` what has to be imported for it, by name its module."""
    source = inspect.unwrap(use_case.__call__)
    signature = inspect.signature(source)
    returned = str(signature.return_annotation)
    if source.__name__ == "pieces":  # the whole of them
        returned = returned.removeprefix("AsyncIterator[").removesuffix("]")
    words = [returned]
    given = ["self"]
    for each in list(signature.parameters.values())[1:]:
        assert each.kind is each.KEYWORD_ONLY, f"{name} takes {each.name} by its position"
        words.append(str(each.annotation))
        default = "" if each.default is each.empty else " = ..."
        given += ["*"] * (len(given) == 1) + [f"{each.name}: {each.annotation}{default}"]
    known = homes(source.__module__)
    for word in (each for annotation in words for each in names_in(annotation)):
        if not hasattr(builtins, word):
            home = known[word]
            assert needed.setdefault(word, home) == home or _is_same(word, home, needed), word
    line = f"    def {name}({', '.join(given)}) -> {returned}: ..."
    if len(line) <= MAX_LINE_LENGTH:
        return f"{line}\n"
    inner = f"        {', '.join(given)}"
    if len(inner) <= MAX_LINE_LENGTH:
        return f"    def {name}(\n{inner}\n    ) -> {returned}: ...\n"
    inner = "".join(f"        {each},\n" for each in given)
    return f"    def {name}(\n{inner}    ) -> {returned}: ...\n"


def _is_same(word: str, home: str, needed: dict[str, str]) -> bool:
    """Tells whether two modules have the same thing under one name, as a package has its own."""
    one, other = (getattr(sys.modules[each], word) for each in (home, needed[word]))
    return bool(one is other)


def imports(needed: dict[str, str]) -> str:
    """Writes the imports of these names, each from its module; ours are last."""
    by_home: dict[str, list[str]] = {}
    for name, home in needed.items():
        by_home.setdefault(home, []).append(name)
    lines = {False: "", True: ""}
    for home in sorted(by_home):
        names = sorted(by_home[home], key=lambda each: (each.islower(), each.lower()))
        line = f"from {home} import {', '.join(names)}"
        if len(line) > MAX_LINE_LENGTH:
            line = f"from {home} import (\n" + "".join(f"    {each},\n" for each in names) + ")"
        lines[home.startswith(OURS)] += f"{line}\n"
    return f"{lines[False]}\n{lines[True]}"


def stub() -> str:
    """Writes all of the file."""
    needed = dict(INIT_IMPORTS)
    hints = get_type_hints(UseCases)
    methods = "".join(method(each.name, hints[each.name], needed) for each in fields(UseCases))
    return f"{HEAD}{imports(needed)}\n{INIT}{methods}"


if __name__ == "__main__":
    print(stub(), end="")
