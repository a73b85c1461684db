"""A process that is killed while it confirms a mark: what the next one finds. Contract: 6.13."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import pytest
from sqlalchemy import URL

from attendance_adapters import Attendance
from attendance_core import Confirmed, LoggedIn, Marked, Role
from attendance_core.vocabulary import EventId, UserId
from tests.support import dying_library, fork_server

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
ANNA, BORIS = UserId(1), UserId(2)


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A folder for everything, or an empty database."""
    if request.param == "sqlite":
        return str(tmp_path)
    url: URL = request.getfixturevalue("postgres_url")
    return url.render_as_string(hide_password=False)


class Remains(NamedTuple):
    """The event, who was to be marked there, and by whom."""

    event_id: EventId
    anna: LoggedIn
    boris: LoggedIn


async def kill_at(point: str, where: str) -> Remains:
    """Has a process die at this point; answers what it had made until then."""
    command = [sys.executable, "-m", dying_library.__name__, point, where]
    child = await asyncio.to_thread(fork_server.run, command, cwd=ROOT, env=os.environ)
    assert child.returncode == -signal.SIGKILL
    event_id, anna, boris = json.loads(child.stdout)
    return Remains(EventId(UUID(event_id)), LoggedIn(ANNA, anna), LoggedIn(BORIS, boris))


async def karma(service: Attendance) -> int:
    return (await service.use_cases.get_profile(actor=BORIS, user_id=BORIS)).karma


class TestKilled:
    @pytest.mark.parametrize("point", dying_library.POINTS[1:])
    async def test_a_committed_mark_stands_and_is_told(self, point: str, where: str) -> None:
        event_id, anna, boris = await kill_at(point, where)
        async with dying_library.service_at(where) as service:
            do = service.use_cases
            assert await karma(service) == 50
            marking = service.connection(boris, event_id, Role.MARKING)
            assert (await do.ready_to_mark(connection=marking)).holding is None
            again = await do.confirm_marking(connection=marking, target=ANNA)
            assert (again.answer, again.changed) == (Confirmed(ANNA, 1, 0, again=True), False)
            assert await karma(service) == 50
            back = service.connection(anna, event_id, Role.MARK_ME)
            place = (await do.mark_me(connection=back)).place
            assert isinstance(place.state, Marked)
            assert place.state.marker == BORIS
            ((person, state),) = [
                each
                for each in await do.get_attendance(actor=BORIS, event_id=event_id)
                if each[0].user_id == ANNA
            ]
            assert (person.user_id, state) == (ANNA, "marked")

    async def test_before_the_commit_nothing_was_done_and_the_hold_goes_on(
        self, where: str
    ) -> None:
        event_id, _, boris = await kill_at("before_commit", where)
        async with dying_library.service_at(where) as service:
            do = service.use_cases
            assert await karma(service) == 0
            marking = service.connection(boris, event_id, Role.MARKING)
            holding = (await do.ready_to_mark(connection=marking)).holding
            assert holding is not None
            assert holding.user_id == ANNA
            done = await do.confirm_marking(connection=marking, target=ANNA)
            assert (done.answer, done.changed) == (Confirmed(ANNA, 1, 50), True)
            assert await karma(service) == 50
