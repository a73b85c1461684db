"""The durable steps, a session of the ORM each, under locks of rows."""

from __future__ import annotations

from collections.abc import Sequence
from time import time_ns
from typing import Final, NamedTuple
from uuid import uuid4

from sqlalchemy import delete, insert, make_url, select
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from benchmarks.floors import sql
from benchmarks.floors.idiom.tables import (
    Base,
    Connection,
    Entry,
    Event,
    LoginSession,
    Month,
    Place,
)
from benchmarks.floors.steps import Socket, session_of

CONNECTIONS: Final = 10


class Refused(Exception):
    """The step is not to be had; nothing has changed."""


class Asker(NamedTuple):
    """Somebody who waits."""

    user_id: int
    since: int


class Opened(NamedTuple):
    """A socket that is stored, and for a marker who waits."""

    socket: Socket
    askers: Sequence[Asker]


async def opened_steps(database: str, people: int, events: int) -> IdiomSteps:
    """Opens steps over an empty database, which is filled."""
    url = make_url(database).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, pool_size=CONNECTIONS, max_overflow=0)
    async with engine.begin() as on:
        await on.run_sync(Base.metadata.create_all)
        await on.execute(
            insert(LoginSession),
            [{"session_id": key, "user_id": each} for key, each in sql.sessions(people)],
        )
        await on.execute(
            insert(Event), [{"event_id": key, "ends_at": ends} for key, ends in sql.events(events)]
        )
    return IdiomSteps(engine)


class IdiomSteps:
    """Each is durable when it is answered."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._begin = async_sessionmaker(engine, expire_on_commit=False).begin

    async def open(self, role: str, event_id: str, token: str) -> Opened:
        """Finds the session and the event, and stores a socket and a place. Raises Refused."""
        async with self._begin() as db:
            session = await db.get(LoginSession, session_of(token))
            if session is None or await db.get(Event, event_id) is None:
                raise Refused("There is no such session or event")
            user_id = session.user_id
            await db.execute(
                insert_or(Place)
                .values(event_id=event_id, user_id=user_id, version=0, last_n=0)
                .on_conflict_do_nothing()
            )
            (place,) = await _locked(db, event_id, [user_id])
            socket = Socket(uuid4().hex, event_id, user_id, role)
            db.add(Connection(**socket._asdict(), session_id=session.session_id))
            if role == "mark_me":
                place.since = time_ns()
                place.version += 1
                return Opened(socket, [])
            waiting = select(Place.user_id, Place.since).where(
                Place.event_id == event_id, Place.since.is_not(None)
            )
            rows = await db.execute(waiting.order_by(Place.since))
            return Opened(socket, [Asker(each, since or 0) for each, since in rows])

    async def hold(self, marker: Socket, target: int) -> None:
        """Gives a waiting person to a marker. Raises Refused."""
        try:
            async with self._begin() as db:
                places = await _locked(db, marker.event_id, [marker.user_id, target])
                await _check(db, marker)
                place = next((each for each in places if each.user_id == target), None)
                if place is None or place.since is None:
                    raise Refused("This person does not wait")
                place.since = None
                place.held_by, place.held_until = marker.user_id, time_ns()
                place.version += 1
        except IntegrityError as error:  # of places_held
            raise Refused("You have somebody already") from error

    async def confirm(self, marker: Socket) -> int:
        """Records a mark of whom they hold, and counts what it pays; answers who it is.

        Raises Refused.
        """
        async with self._begin() as db:
            held = select(Place).where(
                Place.event_id == marker.event_id, Place.held_by == marker.user_id
            )
            place = await db.scalar(held.with_for_update())
            await _check(db, marker)
            if place is None:
                raise Refused("You have nobody")
            place.held_by = place.held_until = None
            place.last_n += 1
            place.version += 1
            db.add(
                Entry(
                    event_id=place.event_id,
                    user_id=place.user_id,
                    n=place.last_n,
                    actor_id=marker.user_id,
                    at=time_ns(),
                )
            )
            await db.execute(
                insert_or(Month)
                .values(user_id=marker.user_id, month=sql.THIS_MONTH, paying=1)
                .on_conflict_do_update(
                    index_elements=[Month.user_id, Month.month],
                    set_={"paying": Month.paying + 1},
                )
            )
            return place.user_id

    async def leave(self, socket: Socket) -> bool:
        """Forgets a socket, and that its person waits; tells whether they did."""
        async with self._begin() as db:
            (place,) = await _locked(db, socket.event_id, [socket.user_id])
            await db.execute(
                delete(Connection).where(Connection.connection_id == socket.connection_id)
            )
            if socket.role != "mark_me" or place.since is None:
                return False
            place.since = None
            place.version += 1
            return True


async def _locked(db: AsyncSession, event_id: str, user_ids: list[int]) -> Sequence[Place]:
    """Reads places that nobody else changes meanwhile, always in one order."""
    places = select(Place).where(Place.event_id == event_id, Place.user_id.in_(user_ids))
    return (await db.scalars(places.order_by(Place.user_id).with_for_update())).all()


async def _check(db: AsyncSession, marker: Socket) -> None:
    """Looks whether a socket is still stored, and its event. Raises Refused."""
    connection = await db.get(Connection, marker.connection_id)
    if connection is None or await db.get(Event, marker.event_id) is None:
        raise Refused("You are not there any more")
