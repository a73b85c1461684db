"""A host that lets its people in, over a world in memory."""

from __future__ import annotations

from typing import Any

import pytest

from attendance_core import UseCases
from attendance_core.accounts import Actor
from attendance_core.marking.connections import Connection, Role
from attendance_core.testing.lectures import use_cases
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import ConnectionId
from tests.support.world import World

HOST = "https://lms.test"


@pytest.fixture
def world() -> World:
    return World(person_count=1)


@pytest.fixture
def do(world: World) -> UseCases:
    return use_cases(world.store, world.ids)


def admits(do: UseCases, subject: str = "7", name: str = "Anna", **more: Any) -> Actor:
    return drive(do.admit(issuer=HOST, subject=subject, display_name=name, **more))


def opens(world: World, actor: Actor, role: Role = Role.MARK_ME) -> Connection:
    """Opens a socket of theirs."""
    its_id = ConnectionId(world.ids.connection_id())
    connection = Connection(
        its_id, world.event_id, actor.user_id, role, world.process_id, actor.session_id
    )
    drive((world.mark_me if role is Role.MARK_ME else world.ready_to_mark)(connection=connection))
    return connection


def is_open(world: World, connection: Connection) -> bool:
    def look(unit: Any) -> bool:
        return unit.connections.find(connection.connection_id) is not None

    return drive(world.store.observe(look))


def note_transactions(world: World) -> list[Any]:
    """Notes the work of each transaction from now on, in a list that grows."""
    seen: list[Any] = []
    transact = world.store.transact

    async def noted(work: Any) -> Any:
        seen.append(work)
        return await transact(work)

    world.store.transact = noted  # type: ignore[method-assign]
    return seen
