"""No test module imports another one, nor a conftest.

What several use is in tests/support, and all of it is used. What only its own tests use stands
beside them, and no other folder imports it.
"""

import ast
import re
from pathlib import Path

from tests.support.imports_read import ROOT, imported_from, imports_in, nodes_of

SUPPORT = sorted((ROOT / "tests" / "support").glob("*.py"))
FILES = sorted(file for name in ("tests", "benchmarks") for file in (ROOT / name).rglob("*.py"))


def imported_tests(source: str) -> set[str]:
    """Finds the test modules and the fixtures of folders that a file imports."""
    of_tests = re.compile(r"(^|\.)(test_\w+|conftest)(\.|$)")
    return {name for name in imported_from(source) if of_tests.search(name)}


# A file without this imports no test and from no folder, and its tree is not needed
PERHAPS_FROM_TESTS = re.compile(r"(?<!def )\b(test_\w|conftest\b)|\btests\b(?!\.support\b)")


def folders_imported(source: str) -> set[str]:
    """Finds the folders of tests that a file imports from, but for what all share."""
    names = [name.split(".") for name in imported_from(source)]
    return {parts[1] for parts in names if parts[0] == "tests" and parts[1:]} - {"support"}


def defined_in(source: str) -> set[str]:
    """Finds what a module has for others, by name."""
    names: set[str] = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            names |= {
                part.id
                for part in ast.walk(node)
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
            }
    return names


def read_in(source: str) -> set[str]:
    """Finds the names that a module reads, its own ones too."""
    return {
        node.id
        for node in nodes_of(source)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def taken_in(source: str) -> set[tuple[str, str]]:
    """Finds what a file imports, or reads by the name of its module: that module, and the name."""
    taken = {
        (node.module.removeprefix("tests.support."), alias.name)
        for node in imports_in(source)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    # Of what is reached by the name of its module no tree is needed
    return taken | set(re.findall(r"\b(\w+)\.(\w+)", source))


def test_no_test_module_imports_another_and_no_folder_takes_from_another() -> None:
    for file in FILES:
        source = file.read_text(encoding="utf-8")
        if not PERHAPS_FROM_TESTS.search(source):
            continue
        assert imported_tests(source) == set(), file
        assert folders_imported(source) <= {file.relative_to(ROOT).parts[1]}, file


def test_all_that_tests_share_is_used() -> None:
    taken = [(file, *each) for file in FILES for each in taken_in(file.read_text("utf-8"))]
    takers: dict[str, list[tuple[Path, str]]] = {file.stem: [] for file in SUPPORT}
    for taker, module, name in taken:
        if module in takers:
            takers[module].append((taker, name))
    for file in SUPPORT:
        source = file.read_text(encoding="utf-8")
        elsewhere = {name for taker, name in takers[file.stem] if taker != file}
        assert elsewhere, f"nobody uses {file.name}"
        assert defined_in(source) <= elsewhere | read_in(source), file.name


def test_an_import_of_a_test_module_is_seen() -> None:
    source = "from tests.unit.test_events import NOON\nfrom tests.unit import test_limits, world\n"
    assert imported_tests(source) == {"tests.unit.test_events.NOON", "tests.unit.test_limits"}
    fixtures = "from tests.browser.conftest import NOON"
    assert imported_tests(fixtures) == {"tests.browser.conftest.NOON"}
    for each in (*source.splitlines(), fixtures, "from .test_events import NOON"):
        assert PERHAPS_FROM_TESTS.search(each)


def test_an_import_from_another_folder_of_tests_is_seen() -> None:
    source = "from tests.contract import dying_library\nfrom tests.support import race\nimport os\n"
    assert folders_imported(source) == {"contract"}
    assert folders_imported("import tests.chaos.run\n") == {"chaos"}
    for each in (
        "from tests import chaos",
        "import tests.chaos.run",
        "from tests.chaos import run",
    ):
        assert PERHAPS_FROM_TESTS.search(each)
    assert not PERHAPS_FROM_TESTS.search("from tests.support import race\ndef test_it(): pass\n")


def test_what_is_defined_and_not_used_is_seen() -> None:
    source = "A, B = 1, 2\nC: int = A\ndef made(): return made_by(C)\nclass Made: pass\n"
    assert defined_in(source) - read_in(source) == {"B", "made", "Made"}
    takes = "from tests.support.made import made\nfrom os import name\nmade.Made\n"
    assert taken_in(takes) >= {("made", "made"), ("os", "name"), ("made", "Made")}
    assert ("made", "made_by") not in taken_in(takes)
