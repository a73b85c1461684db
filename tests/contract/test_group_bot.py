"""The bot of `examples/group_bot`, a process beside a service: it marks over the same PostgreSQL.

The service reads its rooms again only after an hour, so what is heard there was announced.
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.killable_servers import a_valkey
from tests.support.people import create_event, sign_up_people
from tests.support.postgres_databases import a_database
from tests.support.readme import commands
from tests.support.service_process import PATIENCE_SECONDS, Service, running

pytestmark = pytest.mark.long  # a service and a bot, each in an interpreter of its own

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples" / "group_bot"
SERVE_AND_HARDLY_READ = (
    "from attendance_web.live import readings\nreadings.READ_EVERY = 3600.0\n"
    "from attendance_web.cli import main\nmain()"
)
HEAD_ID = "1001"


@dataclass
class JoinableService:
    """A service, and what whoever joins it is told."""

    service: Service
    settings: Mapping[str, str]


@pytest.fixture(scope="module", params=["valkey", "postgres"])
def joinable(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres_server: str
) -> Iterator[JoinableService]:
    with ExitStack() as stack:
        database = stack.enter_context(a_database(postgres_server))
        address = database.set(drivername="postgresql").render_as_string(hide_password=False)
        notifier_url = stack.enter_context(a_valkey()).url if request.param == "valkey" else address
        settings = {"ATTENDANCE_DATABASE_URL": address, "ATTENDANCE_NOTIFIER_URL": notifier_url}
        folder = tmp_path_factory.mktemp("service")
        command = [sys.executable, "-c", SERVE_AND_HARDLY_READ]
        service = stack.enter_context(running(folder, settings, migrate=False, command=command))
        yield JoinableService(service, settings)


class Bot:
    """The bot, as its chat sees it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def answers(self, message: str) -> str:
        reader, writer = self._process.stdout, self._process.stdin
        assert reader is not None and writer is not None
        writer.write(f"{message}\n".encode())
        said = await asyncio.wait_for(reader.readline(), PATIENCE_SECONDS)
        return said.decode().removesuffix("\n")


@asynccontextmanager
async def a_bot(joinable: JoinableService, event_id: str, folder: Path) -> AsyncIterator[Bot]:
    """Runs it until its chat ends; it ends by itself then."""
    heads = folder / "heads.txt"
    heads.write_text(f"{HEAD_ID} Борис Волков\n\n", encoding="utf-8")
    environment = {**os.environ, **joinable.settings, "PYTHONPATH": str(ROOT / "src")}
    program = [sys.executable, str(FOLDER / "group_bot.py"), event_id, str(heads)]
    process = await asyncio.create_subprocess_exec(
        *program, stdin=PIPE, stdout=PIPE, env=environment
    )
    try:
        yield Bot(process)
        assert process.stdin is not None
        process.stdin.close()
        assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_who_waits_at_the_service_hears_that_the_bot_has_marked_them(
    joinable: JoinableService, tmp_path: Path
) -> None:
    asker, other, teacher = sign_up_people(joinable.service, 3)
    event_id = create_event(teacher)
    async with (
        asker.opens("mark_me", event_id) as waiting,
        other.opens("mark_me", event_id) as still_waiting,
        teacher.opens("marking", event_id) as marking,
        a_bot(joinable, event_id, tmp_path) as bot,
    ):
        await marking.hears("marking_list", marking_list=[asker.user_id, other.user_id])
        assert await bot.answers(f"{HEAD_ID} {asker.user_id}") == "marked, 50 karma"
        head_id = (await waiting.hears("was_marked"))["params"]["user_id"]
        assert await waiting.close_code() == 1000
        await marking.hears("user_left", user_id=asker.user_id)
        assert await bot.answers(f"{HEAD_ID} {asker.user_id}") == "is marked already"
        assert await bot.answers(f"{HEAD_ID} {teacher.user_id}") == REFUSED
        for text in ("everybody", "9" * 30, ""):
            assert await bot.answers(f"{HEAD_ID} {text}") == "write the number of whom you mark"
        assert await bot.answers(f"1002 {other.user_id}") == "I do not know you"
        await still_waiting.hears_nothing()
    assert asker.state(event_id, teacher) == "marked"
    shown = teacher.browser.get("/api/profile/GetProfile", user_id=head_id)
    assert (shown["display_name"], shown["karma"]) == ("Борис Волков", 50)


REFUSED = "This person is not waiting to be marked"


def test_its_readme_says_how_it_is_run_and_what_it_answers() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    (shown,) = [each for each in commands(readme) if each.line.startswith("python")]
    assert shown.line.startswith("python group_bot.py ")
    assert shown.says.splitlines()[1::2] == ["marked, 50 karma", REFUSED]
    assert "`tests/contract/test_group_bot.py`" in readme
