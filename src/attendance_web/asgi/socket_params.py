"""What goes with the address of a socket. Contract: 6, Opening."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs
from uuid import UUID

from attendance_core.vocabulary import EventId
from attendance_web.wire.refusals import BadEventId

MAX_FIELDS: Final = 100  # of an address


@dataclass(frozen=True, slots=True)
class SocketParams:
    """Holds what the address of a socket asks for, as it was given."""

    event_ids: Sequence[str]
    acts_for: Sequence[str]  # empty: it does not say
    hears_news: bool  # that clients of old do not know

    @classmethod
    def of_query(cls, query: bytes) -> SocketParams:
        """Reads the query of an address."""
        try:
            given = parse_qs(
                query.decode("latin-1"), keep_blank_values=True, max_num_fields=MAX_FIELDS
            )
        except ValueError:  # nobody needs so many, which take 4 ms
            given = {}
        return cls(given.get("event_id", ()), given.get("as", ()), given.get("news") == ["1"])

    @property
    def person_text(self) -> str | None:
        """For whom it is opened, where it says so; two are no id."""
        return ", ".join(self.acts_for) if self.acts_for else None

    def event_id(self) -> EventId:
        """Reads the one event id. Raises BadEventId."""
        try:
            (text,) = self.event_ids
            event_id = UUID(text)
        except ValueError:
            raise BadEventId(field="event_id") from None
        if str(event_id) != text.lower():
            raise BadEventId(field="event_id")
        return EventId(event_id)
