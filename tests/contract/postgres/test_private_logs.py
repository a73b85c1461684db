"""PostgreSQL's errors repeat whole rows: no log has them, whatever goes wrong.

A canary is what people are called, what their event is, and what they send through a socket.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from tests.support.eventually import eventually
from tests.support.killable_servers import a_postgres
from tests.support.people import Person, create_event, sign_up_people
from tests.support.postgres_databases import a_database
from tests.support.service_process import Service, running

pytestmark = pytest.mark.long

CANARY = "canary4711"
numbers = itertools.count(1)  # no two events have one name
# Of each table the row that breaks it is told in the DETAIL
BROKEN = ("profiles", "events", "places", "connections")


@pytest.fixture
def address(postgres_server: str) -> Iterator[str]:
    """A database that a test may break."""
    with a_database(postgres_server) as made:
        yield made.set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture
def service(address: str, tmp_path: Path) -> Iterator[Service]:
    with running(tmp_path, {"ATTENDANCE_DATABASE_URL": address}) as started:
        yield started


async def run_sql(address: str, *statements: str) -> None:
    connection = await asyncpg.connect(address)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


async def write_canaries(service: Service, person: Person) -> list[int]:
    """Calls what stores canaries, in a name, a bio and an event; answers the statuses."""
    event = {"name": f"{CANARY} {next(numbers)}", "time_from": 4 * 10**9, "time_to": 5 * 10**9}
    asked: list[tuple[str, dict[str, Any]]] = [
        ("/api/profile/UpdateProfileInfo", {"display_name": CANARY, "bio": CANARY}),
        ("/api/events/CreateEvent", event),
    ]
    headers = person.browser.headers()
    async with httpx.AsyncClient(
        base_url=service.url, headers=headers, verify=False, timeout=30
    ) as client:
        answers = [await client.post(path, json=given) for path, given in asked]
    assert all((each.json()["error"] == 0) == (each.status_code == 200) for each in answers)
    return [each.status_code for each in answers]


async def test_a_statement_that_fails_is_logged_without_what_it_was_to_store(
    service: Service, address: str
) -> None:
    asker, marker = sign_up_people(service, 2)
    assert await write_canaries(service, marker) == [200, 200]
    event_id = create_event(marker)
    async with (
        asker.opens("mark_me", event_id),
        marker.opens("marking", event_id) as wire,
    ):
        await wire.hears("marking_list")
        add_constraint = "ADD CONSTRAINT broken CHECK (false) NOT VALID"
        await run_sql(address, *(f"ALTER TABLE {each} {add_constraint}" for each in BROKEN))
        assert await write_canaries(service, marker) == [500, 500]
        await wire.asks(CANARY, user_id=CANARY)
        await wire.asks_and_is_refused("unavailable", "prepare_to_mark", user_id=asker.user_id)
        await run_sql(address, *(f"ALTER TABLE {each} DROP CONSTRAINT broken" for each in BROKEN))
    said = service.said()
    assert said.count("violates check constraint") >= 3
    assert "Traceback" in said  # where it was is told all the same
    assert "a command failed" in said
    assert CANARY not in said and "DETAIL" not in said and "Failing row" not in said


async def test_nor_is_anything_else_that_a_server_refuses(service: Service, address: str) -> None:
    """A message of its own with the row in it, and a value that a column cannot have."""
    (person,) = sign_up_people(service, 1)
    await run_sql(
        address,
        """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE 'no' USING ERRCODE = '53100', DETAIL = new::text, HINT = new::text; END $$""",
        """CREATE FUNCTION misread() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            PERFORM new.name::integer; RETURN new; END $$""",
        """CREATE TRIGGER refuse BEFORE UPDATE ON profiles FOR EACH ROW
            EXECUTE FUNCTION refuse()""",
        """CREATE TRIGGER misread BEFORE INSERT ON events FOR EACH ROW
            EXECUTE FUNCTION misread()""",
    )
    status, other = await write_canaries(service, person)
    assert status == 503 and other in (500, 503)
    said = service.said()
    assert "53100: no" in said and "22P02" in said
    assert CANARY not in said


async def test_nor_what_was_under_way_when_the_server_died(tmp_path: Path) -> None:
    with (
        a_postgres() as server,
        running(tmp_path, {"ATTENDANCE_DATABASE_URL": server.url}) as service,
    ):
        (person,) = sign_up_people(service, 1)
        told: list[int] = []

        async def go_on() -> None:
            number = 0
            while 503 not in told:
                number += 1
                told.extend(await write_canaries(service, person))

        going = [asyncio.create_task(go_on()) for _ in range(4)]
        await eventually(lambda: len(told) > 20)
        await asyncio.to_thread(server.kill)
        await asyncio.gather(*going)
        assert set(told) <= {200, 503}
        said = service.said()
    assert "a transaction or a look failed" in said
    assert CANARY not in said and "Traceback" not in said
