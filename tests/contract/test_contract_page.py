"""The page of the contract: every citation leads there, and every rule that is built is tested.

After ``Contract:`` come references, with commas or "and" between: a section (``6``), a rule
(``6.10``), several (``6.6 to 6.9``), a call (``GetProfile``, ``POST /accounts/login/``) or a
socket (``opening /ws/marking``). What follows them is prose.

A test names a rule by citing it, for itself, its class or its file, or by the name of its class:
``TestRule4...`` is about 6.4. A section and "6.6 to 6.9" say where something belongs, and name no
rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from attendance_web.http.wire_codes import BROKEN, UNAVAILABLE, WIRE_CODES
from attendance_web.routes import CALLS

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = (ROOT / "docs" / "contract.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
WIRE_PAGE = (ROOT / "docs" / "wire.md").read_text(encoding="utf-8")
SUFFIXES = frozenset({".py", ".js", ".ts", ".css", ".html", ".mako"})
COMING = "*coming*"

REFERENCE = re.compile(
    r"(?P<call>(?:GET|POST) /[\w/]+)"
    r"|(?:opening )?(?P<socket>/ws/\w+)"
    r"|(?P<number>\d+(?:\.\d+)?)(?:(?:-| to )(?P<last>\d+(?:\.\d+)?))?(?![\w.]*\w)"
    r"|(?P<name>(?:[A-Z][a-z]+){2,}\w*)"
)
BETWEEN = re.compile(r",? and |, |; ")
WRAPPED = re.compile(r"\s*\n\s*(?:#|//|\*)?\s*")
REACH = 400  # characters after "Contract:" that references may take


@dataclass(frozen=True)
class Page:
    """What a page promises: each section, rule and call, and whether it is built."""

    sections: dict[str, bool]
    rules: dict[str, bool]
    calls: dict[str, bool]
    text: str

    @property
    def call_names(self) -> set[str]:
        """Those of calls, in words and by the last part of their path."""
        named = {call.name for call in CALLS if f"{call.method} {call.path}" in self.calls}
        return named | {path.rpartition("/")[2] for path in self.calls} - {""}

    def built_rules(self) -> set[str]:
        """Finds the rules that are kept already, or a part of which is."""
        return {number for number, is_built in self.rules.items() if is_built}

    def lacks(self, reference: re.Match[str]) -> bool:
        """Tells whether a reference leads nowhere."""
        match reference.lastgroup:
            case "call":
                return reference["call"] not in self.calls
            case "socket":
                return f"`{reference['socket']}`" not in self.text
            case "name":
                return reference["name"] not in self.call_names
        known = self.sections.keys() | self.rules.keys()
        first, last = reference["number"], reference["last"] or reference["number"]
        return not {first, last} <= known or order(first) > order(last)


def order(number: str) -> tuple[int, ...]:
    """Makes of a number what it is sorted by: 6.10 comes after 6.9."""
    return tuple(map(int, number.split(".")))


def page_of(text: str) -> Page:
    """Reads sections, the numbers of rules, and the first cells of tables."""
    page = Page({}, {}, {}, text)
    is_built = True
    for line in text.splitlines():
        if heading := re.match(r"## (\d+)\. ", line):
            is_built = COMING not in line
            page.sections[heading[1]] = is_built
        elif rule := re.match(r"\*\*(\d+\.\d+)\*\* (\*coming\* )?", line):
            assert rule[1] not in page.rules, f"{rule[1]} is given twice"
            page.rules[rule[1]] = is_built and not rule[2]
        elif line.startswith("| "):
            cell = line.split(" | ")[0]
            for call in re.findall(r"`((?:GET|POST) /[\w/]+)`", cell):
                page.calls[call] = is_built and COMING not in cell
    return page


def citations(text: str) -> Iterator[tuple[int, list[re.Match[str]]]]:
    """Finds the line of each citation, and its references."""
    for cited in re.finditer(r"\bContract: ", text):
        rest = WRAPPED.sub(" ", text[cited.end() : cited.end() + REACH])
        references, at = [], 0
        while reference := REFERENCE.match(rest, at):
            references.append(reference)
            between = BETWEEN.match(rest, reference.end())
            if between is None:
                break
            at = between.end()
        yield text.count("\n", 0, cited.start()) + 1, references


def astray(text: str, page: Page) -> list[tuple[int, str]]:
    """Finds the citations that lead nowhere, by line; one without any reference does, too."""
    found = []
    for line, references in citations(text):
        if not references:
            found.append((line, "names nothing of the contract"))
        found += [(line, each[0]) for each in references if page.lacks(each)]
    return found


def rules_named_in(text: str) -> set[str]:
    """Finds the rules that a file of tests names one by one."""
    cited = {
        each["number"]
        for _, references in citations(text)
        for each in references
        if each["number"] and not each["last"]
    }
    return cited | {f"6.{number}" for number in re.findall(r"^class TestRule(\d+)", text, re.M)}


@cache
def sources() -> dict[Path, str]:
    """Reads all that may cite, but for this file, whose citations are made up."""
    return {
        path: path.read_text(encoding="utf-8")
        for folder in ("src", "tests")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in SUFFIXES and path != Path(__file__).resolve()
    }


def is_test(path: Path) -> bool:
    """Tells whether it has tests; those of the kit are everybody's."""
    is_published = "attendance_core/testing/" in path.as_posix()
    return path.name.startswith("test_") or path.name.endswith(".test.js") or is_published


def statuses_by_error(text: str) -> dict[int, set[int]]:
    """Reads the table of statuses: each `error`, and the HTTP statuses it comes with."""
    _, _, rest = text.partition("\n| `error` |")
    found: dict[int, set[int]] = {}
    for line in rest.partition("\n\n")[0].splitlines()[2:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        statuses = {int(each) for each in re.findall(r"\b\d{3}\b", cells[-1])}
        found |= {int(number): statuses for number in cells[0].split(",")}
    return found


PAGE = page_of(CONTRACT)


def test_every_citation_leads_to_a_section_a_rule_or_a_call() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {what}"
        for path, text in sources().items()
        for line, what in astray(text, PAGE)
    ]
    assert not wrong, "\n".join(wrong)


def test_every_rule_that_is_built_is_named_by_a_test() -> None:
    tested = {
        rule for path, text in sources().items() if is_test(path) for rule in rules_named_in(text)
    }
    missing = sorted(PAGE.built_rules() - tested, key=order)
    assert not missing, f"no test names {', '.join(missing)}"


def test_the_calls_that_are_built_are_those_the_service_has() -> None:
    built = {call for call, is_built in PAGE.calls.items() if is_built}
    assert built == {f"{call.method} {call.path}" for call in CALLS}


def test_the_messages_that_are_built_are_those_that_go_over_the_wire() -> None:
    _, _, rest = CONTRACT.partition("\n| socket | direction | message |")
    table = rest.partition("\n\n")[0].splitlines()[2:]
    rows = [line.split(" | ") for line in table if COMING not in line.split(" | ")[0]]
    built = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row[2])}
    assert built == set(re.findall(r'"message":"([a-z_]+)"', WIRE_PAGE))


def test_the_codes_that_are_built_are_those_of_the_wire() -> None:
    (rule,) = re.findall(r"^\*\*6\.15\*\* .*?one of\s`([a-z_\s]+)`", CONTRACT, re.M | re.S)
    _, _, rest = WIRE_PAGE.partition("\n## Codes of error frames\n")
    table = rest.partition("\n## ")[0]
    assert rule.split() == re.findall(r"^`([a-z_]+)` \|", table, re.M)


@pytest.mark.parametrize("text", [CONTRACT, README], ids=["contract", "readme"])
def test_a_table_of_numbers_has_every_status(text: str) -> None:
    expected: dict[int, set[int]] = {0: {200}}
    for number in (*WIRE_CODES.values(), UNAVAILABLE, BROKEN):
        expected.setdefault(number.error, set()).add(number.status)
    assert statuses_by_error(text) == expected


class TestReading:
    """How this file reads, on a page of its own."""

    PAGE = page_of(
        "## 6. Marking\n\n**6.1** One.\n\n**6.2** Two. *coming* More.\n\n"
        "**6.3** *coming* Three: `/ws/marking`.\n\n"
        "| call | in |\n|---|---|\n| `GET /api/friends/GetFriendList` | - |\n"
        "| `POST /accounts/data/` *coming* | - |\n\n## 8. Later *coming*\n\n**8.1** Four.\n"
    )

    def test_what_is_built_is_what_is_not_coming(self) -> None:
        assert self.PAGE.built_rules() == {"6.1", "6.2"}
        assert self.PAGE.sections == {"6": True, "8": False}
        assert list(self.PAGE.calls.values()) == [True, False]

    @pytest.mark.parametrize(
        "citation",
        [
            "6",
            "6.1, once.",
            "6 and 8, the tables.",
            "6.1, 6.2 and 8.1",
            "6.1 to 6.3.",
            "6-8.",
            "8, and 6 for GetFriendList.",
            "GetFriendList",
            "POST /accounts/data/, and 6.1: what is kept.",
            "opening /ws/marking.",
            "6.2,\n    #  6.3.",
        ],
    )
    def test_what_is_there_is_found(self, citation: str) -> None:
        assert astray(f"# Contract: {citation}", self.PAGE) == []

    @pytest.mark.parametrize(
        "citation",
        [
            "nobody waits for 6 s",
            "7",
            "6.4",
            "6.1, 20 a second",
            "6.1 to 6.9",
            "6.3 to 6.1",
            "6.1,\n# 6.9",
            "GetFriends",
            "GET /accounts/data/",
            "opening /ws/waiting",
            "The envelope",
        ],
    )
    def test_what_is_not_there_is_told_with_its_line(self, citation: str) -> None:
        assert [line for line, _ in astray(f"\n# Contract: {citation}", self.PAGE)] == [2]

    def test_rules_are_named_one_by_one_and_by_classes(self) -> None:
        text = '"""Contract: 6.1, and 6.5 to 6.9."""\nclass TestRule3Twice:\n    # Contract: 6.10.'
        assert rules_named_in(text) == {"6.1", "6.3", "6.10"}
