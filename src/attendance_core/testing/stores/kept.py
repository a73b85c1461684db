"""What is put is what is got: letter by letter, instant by instant, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from attendance_core.accounts import CredentialKind, Session
from attendance_core.accounts.sessions import MAX_CLIENT_LENGTH
from attendance_core.attendance import MAX_NOTE_LENGTH
from attendance_core.events import Event
from attendance_core.events.event import MAX_EVENT_NAME_LENGTH
from attendance_core.friends import Friend, Friendship
from attendance_core.marking.ledger import NewEntry, Origin
from attendance_core.marking.places import Held, Place, Waiting
from attendance_core.pieces import ListQuery
from attendance_core.profiles import ConfirmationScan, Profile
from attendance_core.profiles.profile import MAX_BIO_LENGTH, MAX_DISPLAY_NAME_LENGTH
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT
from attendance_core.testing.people import add_event_with_places, add_people, an_event
from attendance_core.testing.stand_ins import any_code
from attendance_core.vocabulary import EventId, FileKey, ScanId, SessionId, UserId

# No form of Unicode leaves it as it is, nor does whoever strips, folds or counts in UTF-16
ODD = "e\u0301 \u00e9 \ufb01 \u212b A\u030a \u0451 \u0435\u0308 \U0001f393 'q\" \\ %_ "
MICROSECOND = 0.000001  # to which an instant is kept
OTHER = EventId(UUID(int=77))


def odd_text(length: int) -> str:
    """Makes a text as long as it may be, odd from the first letter to the last."""
    return (ODD * length)[: length - 1] + "\u0301"


class TestKeptAsItIs:
    @pytest.mark.parametrize(
        ("field", "text"),
        [
            ("display_name", odd_text(MAX_DISPLAY_NAME_LENGTH)),
            ("bio", odd_text(MAX_BIO_LENGTH)),
            ("bio", "two\nlines\n\nand a tab\t"),
        ],
        ids=["a name", "a bio", "lines"],
    )
    async def test_a_profile_is_kept_letter_by_letter(
        self, store: Any, field: str, text: str
    ) -> None:
        """The core has brought it into its form, and has said how long it may be."""
        (anna,) = await add_people(store, "Анна")
        given = Profile(anna, **{"display_name": "Анна", field: text})  # type: ignore[arg-type]
        await store.transact(lambda u: u.profiles.put(given))
        kept = getattr(await store.observe(lambda u: u.profiles.get(anna)), field)
        assert kept == text, f"{len(text)} characters were put, {len(kept)} are there"

    async def test_other_texts_are_kept_letter_by_letter(self, store: Any) -> None:
        """The name of an event, what a session was opened with, and the note of an entry."""
        anna, boris = await add_event_with_places(store, odd_text(40), "Борис")
        session = Session(
            SessionId("a" * 64),
            anna,
            CredentialKind.COOKIE,
            NOON,
            NOON,
            odd_text(MAX_CLIENT_LENGTH),
        )
        event = an_event(odd_text(MAX_EVENT_NAME_LENGTH), OTHER)

        def work(unit: Any) -> None:
            unit.sessions.add(session)
            unit.events.add(event)
            unit.places.make(OTHER, anna)
            marked = unit.places.lock(OTHER, [anna])[anna].marked_by_hand(boris, NOON)
            unit.places.put(marked)
            entry = NewEntry(
                OTHER, anna, 1, boris, NOON, Origin.HAND, note=odd_text(MAX_NOTE_LENGTH)
            )
            unit.ledger.add(entry)

        def look(unit: Any) -> dict[str, str]:
            (line,) = unit.ledger.of(OTHER, anna, ListQuery())
            return {
                "client": unit.sessions.find(session.session_id).client,
                "event": unit.events.get(OTHER).name,
                "note": line.notes.note,
                "marked as": line.notes.marked_as,
            }

        await store.transact(work)
        assert await store.observe(look) == {
            "client": session.client,
            "event": event.name,
            "note": odd_text(MAX_NOTE_LENGTH),
            "marked as": odd_text(40),
        }

    async def test_instants_are_kept_to_the_microsecond(self, store: Any) -> None:
        anna, boris, vera = await add_event_with_places(store, "Анна", "Борис", "Вера")
        # With 11 from each to the next the last digits are of every kind
        instants = iter(round(NOON + (11 * number + 1) * MICROSECOND, 6) for number in range(20))
        session = Session(
            SessionId("a" * 64), anna, CredentialKind.COOKIE, next(instants), next(instants)
        )
        event = Event(OTHER, "Other", anna, next(instants), next(instants), any_code())
        waits = Place(EVENT, anna, True, Waiting(next(instants)), 1)
        held = Place(EVENT, boris, True, Held(next(instants), vera, next(instants)), 1)
        request = Friendship(boris, anna, next(instants))
        scan = ConfirmationScan(
            anna,
            FileKey("s"),
            next(instants),
            judged_at=next(instants),
            scan_id=ScanId(UUID(int=5)),
        )
        entry = NewEntry(EVENT, vera, 1, anna, next(instants), Origin.HAND)

        def work(unit: Any) -> None:
            unit.sessions.add(session)
            unit.events.add(event)
            unit.places.put(waits)
            unit.places.put(held)
            unit.friendships.add(request)
            unit.scans.put(scan)
            marked = unit.places.lock(EVENT, [vera])[vera].marked_by_hand(anna, entry.at)
            unit.places.put(marked)
            unit.ledger.add(entry)

        def look(unit: Any) -> dict[str, Any]:
            found = unit.scans.find(anna)
            return {
                "session": unit.sessions.find(session.session_id),
                "event": unit.events.get(OTHER),
                "places": sorted(
                    unit.places.waiting_or_held(EVENT), key=lambda each: int(each.user_id)
                ),
                "friendship": list(unit.friendships.requests_to(anna, ListQuery())),
                "scan": (found.uploaded_at, found.judged_at),
                "entry": unit.ledger.find(EVENT, vera, 1).at,
                "mark": unit.places.of(EVENT, [vera])[0].state.at,
            }

        await store.transact(work)
        kept = await store.observe(look)
        given = {
            "session": session,
            "event": event,
            "places": [waits, held],
            "friendship": [request],
            "scan": (scan.uploaded_at, scan.judged_at),
            "entry": entry.at,
            "mark": entry.at,
        }
        assert kept == given, [name for name, value in given.items() if kept[name] != value]

    async def test_friends_stay_friends_when_one_is_called_otherwise(self, store: Any) -> None:
        anna, boris, vera = await add_people(store, "Анна", "Борис", "Вера")

        def work(unit: Any) -> None:
            unit.friendships.add(Friendship(boris, anna, NOON, accepted=True))
            unit.friendships.add(Friendship(anna, vera, NOON))

        def renames(unit: Any) -> None:
            for each, name in ((anna, "Анна Каренина"), (boris, "Яков")):
                unit.profiles.put(replace(unit.profiles.lock(each), display_name=name))

        def friends(user_id: UserId) -> Any:
            return store.observe(lambda u: list(u.friendships.friends_of(user_id, ListQuery())))

        await store.transact(work)
        await store.transact(renames)
        assert await friends(anna) == [
            Friend(vera, "Вера", pending=True),
            Friend(boris, "Яков", pending=False),
        ]
        assert await friends(boris) == [Friend(anna, "Анна Каренина", pending=False)]
