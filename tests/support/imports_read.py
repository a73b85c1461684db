"""What a file imports, read without running it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def nodes_of(source: str) -> Iterator[ast.AST]:
    """Walks every node of a source."""
    return ast.walk(ast.parse(source))


@cache
def imports_in(source: str) -> list[ast.Import | ast.ImportFrom]:
    """Finds the imports of a source, in whatever block they stand; no expression is looked at."""
    found: list[ast.Import | ast.ImportFrom] = []
    blocks: list[ast.AST] = [ast.parse(source)]
    for block in blocks:
        for node in (
            each for _, part in ast.iter_fields(block) if isinstance(part, list) for each in part
        ):
            if isinstance(node, ast.Import | ast.ImportFrom):
                found.append(node)
            elif isinstance(node, BLOCKS):
                blocks.append(node)
    return found


BLOCKS = (ast.stmt, ast.excepthandler, ast.match_case)


def imported_from(source: str) -> set[str]:
    """Lists all that a file imports, by its full name."""
    imported: set[str] = set()
    for node in imports_in(source):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        else:
            imported |= {f"{node.module}.{alias.name}" for alias in node.names}
    return imported
