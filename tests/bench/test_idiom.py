"""The idiom marks a person truly and exactly once: else it is no use to be cheaper than it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, cast

import asyncpg
import pytest
from rich.console import Console
from rich.progress import Progress

from benchmarks.benches import marking
from benchmarks.crowd import Crowd
from benchmarks.environment import CONSTRAINTS, NEEDED, NotMade, python_of_idiom
from benchmarks.floors.steps import FAR_FUTURE_NS
from benchmarks.load.marking import CONFIRM, choice_of
from benchmarks.load.wire import Person, Refused, Wire, opened
from benchmarks.run import Run
from benchmarks.subjects import Subject, servers, the_idiom
from tests.support.constraints import pinned_versions

OURS = Path(__file__).parents[2] / "constraints.txt"
CROWD = Crowd(person_count=5, event_count=4)
ABOUT_OTHERS = ("marking_list", "user_joined", "user_left")  # what a marker is told of others


def test_it_stands_on_the_versions_that_the_service_stands_on() -> None:
    ours, its = pinned_versions(OURS), pinned_versions(CONSTRAINTS)
    assert {each.partition("[")[0] for each in NEEDED} <= set(its)
    assert {name: its[name] for name in its if name in ours} == {
        name: ours[name] for name in its if name in ours
    }


@pytest.mark.parametrize("python", ["/bin/false", "/nowhere/python"])
def test_an_environment_that_cannot_be_made_is_tried_again(
    python: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", python)
    for _ in range(2):
        with pytest.raises(NotMade):
            python_of_idiom(tmp_path / "idiom")


def test_without_an_environment_all_else_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_made() -> Path:
        raise NotMade("there is no network")

    monkeypatch.setattr(marking, "python_of_idiom", not_made)
    console, nobody = Console(record=True, quiet=True), cast(Any, None)
    with Progress(console=console, disable=True) as bar, ExitStack() as stack:
        run = Run(
            quick=True,
            rounds=1,
            chance=Random(1),
            folder=tmp_path,
            load=nobody,
            servers=nobody,
            progress=bar,
        )
        assert marking._the_idiom(run, stack, CROWD, nobody) == {}
    assert marking._beside("beside the idiom", "PostgreSQL", marking.IDIOM, "", {}) == []


@dataclass
class RunningIdiom:
    """The idiom in a process of its own, and its database."""

    subject: Subject
    database: str

    async def opened(self, role: str, event_id: str, person: Person) -> Wire:
        """Opens a socket."""
        return await opened(self.subject.door, role, event_id, person)

    async def select(self, columns_and_source: str) -> list[tuple[Any, ...]]:
        """Reads rows past the idiom, by what stands behind SELECT."""
        connection = await asyncpg.connect(self.database)
        try:
            return [tuple(each) for each in await connection.fetch(f"SELECT {columns_and_source}")]
        finally:
            await connection.close()

    async def until_everybody_left(self) -> None:
        """Waits until the ends of all sockets are stored."""
        while await self.select("1 FROM connections"):
            await asyncio.sleep(0.01)


@pytest.fixture(scope="module")
def idiom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIdiom]:
    try:
        python = python_of_idiom()
    except NotMade as why:
        pytest.skip(f"the idiom's environment cannot be made: {why}")
    folder = tmp_path_factory.mktemp("idiom")
    with (
        servers() as on,
        on.empty_database() as url,
        the_idiom(python, folder, CROWD, url, on) as subject,
    ):
        yield RunningIdiom(subject, url)


async def next_answer(wire: Wire) -> dict[str, Any]:
    """Takes the next answer to a command, past what a marker is told of others."""
    while (frame := json.loads(await wire.heard()))["message"] in ABOUT_OTHERS:
        pass
    return cast(dict[str, Any], frame)


@pytest.mark.long
@pytest.mark.timeout(600)
class TestIdiom:
    async def test_a_person_is_marked_once_whatever_two_markers_do(
        self, idiom: RunningIdiom
    ) -> None:
        asker, *people = idiom.subject.people[:3]
        (event_id,) = idiom.subject.new_events(1)
        waiting = await idiom.opened("mark_me", event_id, asker)
        markers = [await idiom.opened("marking", event_id, each) for each in people]
        for each in markers:
            each.says(choice_of(asker.user_id))
        answers = [await next_answer(each) for each in markers]
        assert sorted(each["result"] for each in answers) == ["error", "ok"]
        holder = [each["result"] == "ok" for each in answers].index(True)

        for each in markers:
            each.says(CONFIRM)
            each.says(CONFIRM)
        answers = [await next_answer(markers[holder]) for _ in range(2)]
        assert [each["result"] for each in answers] == ["ok", "error"]
        assert answers[0]["message"] == "marked"
        assert answers[0]["params"]["user_id"] == asker.user_id
        assert [(await next_answer(markers[1 - holder]))["result"] for _ in range(2)] == [
            "error"
        ] * 2

        heard = json.loads(await waiting.hears("was_marked"))
        assert heard["params"] == {"user_id": people[holder].user_id}
        await waiting.ended
        with pytest.raises(EOFError):
            await waiting.heard()
        for each in markers:
            await each.leaves()
        await idiom.until_everybody_left()
        mark = (asker.user_id, 1, people[holder].user_id)
        of_event = f"WHERE event_id = '{event_id}'"
        assert await idiom.select(f"user_id, n, actor_id FROM ledger {of_event}") == [mark]
        assert await idiom.select("user_id, paying FROM months") == [(mark[2], 1)]
        assert (
            await idiom.select(
                f"1 FROM places {of_event} AND (since IS NOT NULL OR held_by IS NOT NULL)"
            )
            == []
        )

    async def test_no_marker_holds_two_people(self, idiom: RunningIdiom) -> None:
        *askers, marker = idiom.subject.people[:3]
        (event_id,) = idiom.subject.new_events(1)
        waiting = [await idiom.opened("mark_me", event_id, each) for each in askers]
        marking = await idiom.opened("marking", event_id, marker)
        for each in askers:
            marking.says(choice_of(each.user_id))
        assert [(await next_answer(marking))["result"] for _ in askers] == ["ok", "error"]
        for wire in [*waiting, marking]:
            await wire.leaves()

    async def test_a_marker_knows_who_waits(self, idiom: RunningIdiom) -> None:
        first, second, marker = idiom.subject.people[:3]
        (event_id,) = idiom.subject.new_events(1)
        waiting = await idiom.opened("mark_me", event_id, first)
        marking = await idiom.opened("marking", event_id, marker)
        listed = json.loads(await marking.hears("marking_list"))["params"]
        assert listed["marking_list"] == [first.user_id]
        assert 0 < listed["asked_at"][0] < FAR_FUTURE_NS
        await (await idiom.opened("mark_me", event_id, second)).leaves()
        for message in ("user_joined", "user_left"):
            heard = json.loads(await marking.hears(message))
            assert heard["params"]["user_id"] == second.user_id
        for each in (waiting, marking):
            await each.leaves()

    async def test_nobody_opens_without_a_session_or_an_event(self, idiom: RunningIdiom) -> None:
        person = idiom.subject.people[0]
        (event_id,) = idiom.subject.new_events(1)
        with pytest.raises(Refused, match="403"):
            await idiom.opened("marking", event_id, Person(person.user_id, "made up"))
        with pytest.raises(Refused, match="403"):
            await idiom.opened("mark_me", event_id.replace("0", "1"), person)
