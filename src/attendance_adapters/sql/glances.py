"""Glances at rooms in SQL: what a reading is made of, spelt by the engine. Decision 0023."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    Uuid,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)

from attendance_adapters.sql.executor import WITH_TIME
from attendance_adapters.sql.tables import IS_MARKING, connections, events, places, processes
from attendance_core.marking.frames import EventUpdated
from attendance_core.marking.glances import RoomGlance
from attendance_core.vocabulary import EventId


def _spell(id_: ColumnElement[Any], version: ColumnElement[Any]) -> ColumnElement[str]:
    """Puts all rows of a room in one text, each as an id and the version of a place."""
    return func.aggregate_strings(cast(id_, String) + ":" + cast(version, String), ",")


_process_id = bindparam("process_id", type_=Uuid())
_in_room = connections.c.event_id == events.c.event_id
_listed = (
    select(_spell(places.c.user_id, places.c.version))
    .where(places.c.event_id == events.c.event_id, places.c.since.is_not(None))
    .correlate(events)
    .scalar_subquery()
)
_place_of_socket = (places.c.event_id == connections.c.event_id) & (
    places.c.user_id == connections.c.user_id
)
# The event in both halves, so that SQLite finds each by its index
_sockets = (
    select(_spell(connections.c.connection_id, func.coalesce(places.c.version, -1)))
    .select_from(connections.outerjoin(places, _place_of_socket))
    .where(or_(_in_room & (connections.c.process_id == _process_id), _in_room & IS_MARKING))
    .correlate(events)
    .scalar_subquery()
)
_has_lost_marker = (
    exists().where(_in_room, IS_MARKING, connections.c.lost_at.is_not(None)).correlate(events)
)
_earliest_renewal = (
    select(func.min(processes.c.renewed_at))
    .where(exists().where(connections.c.process_id == processes.c.process_id))
    .scalar_subquery()
)
GLANCE_COLUMNS = (
    func.coalesce(_listed, ""),
    func.coalesce(_sockets, ""),
    case((_has_lost_marker, literal(1)), else_=literal(0)),
    _earliest_renewal,
)
GLANCE_AT_ROOMS = (
    select(events.c.event_id, events.c.name, events.c.starts_at, events.c.ends_at, *GLANCE_COLUMNS)
    .where(events.c.event_id.in_(bindparam("event_ids", expanding=True, type_=Uuid())))
    .execution_options(**{WITH_TIME: True})
)


def glance_from(event_id: EventId, event: EventUpdated, row: Sequence[Any]) -> RoomGlance:
    """Makes a glance of `GLANCE_COLUMNS`."""
    listed, sockets, has_lost_marker, earliest_renewal = row
    return RoomGlance(
        event_id,
        event,
        listed,
        sockets,
        bool(has_lost_marker),
        inf if earliest_renewal is None else earliest_renewal,
    )
