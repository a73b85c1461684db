"""The wheel: what it says of itself, and what is in it."""

from __future__ import annotations

import hashlib
import re
import subprocess
from base64 import urlsafe_b64encode
from email import message_from_bytes
from email.message import Message
from importlib.metadata import distributions
from pathlib import Path
from zipfile import ZipFile

import pytest

import attendance_adapters
import attendance_core
import attendance_web.cli
from attendance_adapters.missing_extras import EXTRAS
from attendance_core.version import DISTRIBUTION, how_to_install
from tests.support.readme import COMMANDS, SERVES, blocks, commands

pytestmark = pytest.mark.long
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with ZipFile(wheel) as opened:
        (name,) = [each for each in opened.namelist() if each.endswith(".dist-info/METADATA")]
        return message_from_bytes(opened.read(name))


class TestMetadata:
    def test_its_name_and_version_are_those_in_the_code(self, metadata: Message) -> None:
        assert metadata["Name"] == DISTRIBUTION
        for package in (attendance_core, attendance_adapters, attendance_web):
            assert package.__version__ == metadata["Version"]

    def test_nobody_is_offered_what_only_the_project_needs(self, metadata: Message) -> None:
        offered = {"live", "sqlalchemy", "testing", "postgres", "redis", "metrics", "oidc", "web"}
        offered |= {"client"}
        assert set(metadata.get_all("Provides-Extra", [])) == offered

    def test_without_an_extra_it_needs_nothing(self, metadata: Message) -> None:
        assert all("extra ==" in each for each in metadata.get_all("Requires-Dist", []))

    def test_every_link_and_picture_of_its_description_works_anywhere(
        self, metadata: Message
    ) -> None:
        text = str(metadata.get_payload())
        assert text.startswith(f"# {DISTRIBUTION}\n")
        inline = re.findall(r"\]\(\s*<?([^)\s>]+)", text)
        referred = re.findall(r"^\[[^]]+\]:\s*(\S+)", text, re.MULTILINE)
        tagged = re.findall(r"""(?:src|href)\s*=\s*["']?([^"'\s>]+)""", text)
        assert [
            each for each in inline + referred + tagged if not each.startswith("https://")
        ] == []


class TestCommandsToInstall:
    PAGES = ("README.md", "docs", "deploy", "src", "CHANGELOG.md", "CONTRIBUTING.md")

    def test_each_command_to_install_names_us_and_extras_that_there_are(
        self, metadata: Message
    ) -> None:
        extras = set(metadata.get_all("Provides-Extra", []))
        found = 0
        for page in self.PAGES:
            for file in [ROOT / page, *(ROOT / page).rglob("*")]:
                if not file.is_file() or file.suffix in {".png", ".pyc"}:
                    continue
                text = file.read_text(encoding="utf-8")
                for name, asked in re.findall(r"pip install '?([a-z-]+)\[([a-z,]+)\]", text):
                    found += 1
                    assert name == DISTRIBUTION, file
                    assert set(asked.split(",")) <= extras, file
        assert found >= 4

    @pytest.mark.parametrize("extra", sorted({*EXTRAS.values(), "metrics", "testing"}))
    def test_commands_to_install_that_we_print_name_extras_that_there_are(
        self, extra: str, metadata: Message
    ) -> None:
        assert how_to_install(extra) == f"pip install '{metadata['Name']}[{extra}]'"
        assert extra in metadata.get_all("Provides-Extra", [])


def test_everything_in_the_packages_is_in_the_wheel(wheel: Path, tracked: frozenset[str]) -> None:
    with ZipFile(wheel) as opened:
        assert {each for each in opened.namelist() if ".dist-info/" not in each} == {
            each.removeprefix("src/") for each in tracked if each.startswith("src/")
        }


def test_an_installer_finds_all_that_it_records_and_the_command(site_packages: Path) -> None:
    (found,) = distributions(name=DISTRIBUTION, path=[str(site_packages)])
    assert "Root-Is-Purelib: true" in str(found.read_text("WHEEL")).splitlines()
    recorded = found.files or []
    assert len(recorded) > 100
    for each in recorded:
        content = each.read_binary()
        if each.hash is not None:  # the record has none of itself
            digest = urlsafe_b64encode(hashlib.new(each.hash.mode, content).digest())
            assert (each.hash.value, each.size) == (digest.rstrip(b"=").decode(), len(content))
    (command,) = found.entry_points.select(group="console_scripts")
    assert (command.name, command.load()) == ("attendance", attendance_web.cli.main)


def test_what_its_description_shows_is_what_the_readme_shows_and_is_tried_there() -> None:
    described = (ROOT / "docs" / "package.md").read_text(encoding="utf-8")
    assert blocks("python", described) == blocks("python")
    shown = [each for each in commands(described) if each.line != SERVES]
    assert shown and all(each in COMMANDS for each in shown)


def test_live_rooms_need_the_wheel_and_msgspec(wheel_python: Path, tmp_path: Path) -> None:
    (found,) = distributions(name="msgspec")
    for file in found.files or []:
        if file.parts[0] == "msgspec" and file.suffix in {".py", ".so"}:
            (tmp_path / file).parent.mkdir(exist_ok=True)
            (tmp_path / file).write_bytes(file.read_binary())
    program = "import attendance_web.live, attendance_web.asgi as asgi; print(asgi.__all__)"
    command = [str(wheel_python), "-c", program]
    there = subprocess.run(command, env={"PYTHONPATH": str(tmp_path)}, capture_output=True)
    assert b"lifespan_of" in there.stdout, there.stderr
    without = subprocess.run(command, env={}, capture_output=True)
    assert b"No module named 'msgspec'" in without.stderr  # nothing else was found before it


PROGRAM_WITHOUT_EXTRAS = """
import attendance_adapters as library

for ask in (
    lambda: library.embedded("var"),
    lambda: library.connect("sqlite:///it.db", files_url="memory://"),
    lambda: library.connect("postgresql://me@db/it", files_url="memory://"),
    lambda: library.migrate("sqlite:///it.db"),
    lambda: library.openid_provider(**dict.fromkeys(
        ("issuer", "client_id", "client_secret", "name", "redirect_uri"), ""
    )),
    lambda: library.Attendance(store=None, notifier=None, files=None, terms=None),
    lambda: __import__("attendance_adapters.notifiers").notifiers.notifier_at("redis://h"),
    lambda: __import__("attendance_adapters.notifiers").notifiers.notifier_at("postgresql://h/i"),
):
    try:
        ask()
    except library.MissingExtra as missing:
        print(str(missing).partition("run: ")[2])

from attendance_adapters.testing import lecture  # which needs none
from attendance_core import testing

for name in testing.__all__:
    try:
        getattr(testing, name)
    except ModuleNotFoundError as missing:
        print(name, str(missing).partition("run: ")[2])
"""


class TestWheelAlone:
    """Without any other package."""

    def run(self, python: Path, program: str, folder: Path) -> str:
        done = subprocess.run(
            [python, "-W", "error", "-c", program],
            cwd=folder,
            env={},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.stderr == ""
        return done.stdout

    def test_the_example_marks_somebody_in_memory(self, wheel_python: Path, tmp_path: Path) -> None:
        (example,) = blocks("python")
        assert self.run(wheel_python, example, tmp_path) == "50\n"

    def test_whatever_else_is_asked_for_says_which_extra_it_needs(
        self, wheel_python: Path, tmp_path: Path
    ) -> None:
        told = self.run(wheel_python, PROGRAM_WITHOUT_EXTRAS, tmp_path).splitlines()
        needed = (*["sqlalchemy"] * 4, "oidc", "sqlalchemy", "redis", "postgres")
        contracts = ("FilesContract", "NotifierContract", "StoreContract", "marking_machine")
        assert told == [
            *(how_to_install(extra) for extra in needed),
            *(f"{name} {how_to_install('testing')}" for name in contracts),
        ]


def test_the_changelog_has_this_version() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert (
        re.findall(r"^## (\d+\.\d+\.\d+)$", changes, re.MULTILINE)[0] == attendance_core.__version__
    )
    parts = re.findall(r"^### (\w+)$", changes, re.MULTILINE)
    assert set(parts) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
