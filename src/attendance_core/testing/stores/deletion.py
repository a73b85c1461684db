"""People who delete their account, and what is left of them, on every store. Contract: 9.1."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from attendance_core.browsers import KnownBrowser
from attendance_core.errors import (
    NobodyHeld,
    NotLoggedIn,
    PersonNotFound,
    WrongPassword,
)
from attendance_core.events import Event
from attendance_core.friends import Friendship
from attendance_core.marking.announcements import ConnectionsEnded, PlaceChanged
from attendance_core.marking.endings import Ending
from attendance_core.marking.ledger import AnnulReason
from attendance_core.marking.places import Marked, Waiting
from attendance_core.pieces import ListQuery
from attendance_core.profiles import Confirmation, ConfirmationScan, Profile
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT, Lecture, session_of
from attendance_core.testing.people import add_people, mark
from attendance_core.testing.stand_ins import any_code
from attendance_core.vocabulary import BrowserId, EventId, FileKey, ScanId, UserId

CREATOR, MARKER, ANNA, BORIS = map(UserId, range(1, 5))
SECRET = "secret"


def numbered_event(number: int, creator: UserId, name: str = "") -> Event:
    """Makes one whose id is told from others by its number; puts it nowhere."""
    name = name or f"Event {number}"
    event_id = EventId(UUID(int=100 + number))
    return Event(event_id, name, creator, NOON - 60, NOON + 3600, any_code())


async def deletes(lecture: Lecture, user_id: UserId, password: str | None = SECRET) -> None:
    """Deletes the account of somebody, by their own session."""
    session_id = session_of(user_id)
    await lecture.do.delete_account(actor=user_id, session_id=session_id, password=password)


async def give_everything(lecture: Lecture, user_id: UserId) -> list[Event]:
    """Gives somebody something of each kind; answers two events of theirs, the first with help."""
    mine = [numbered_event(1, user_id), numbered_event(2, user_id)]

    def work(unit: Any) -> None:
        unit.profiles.put(Profile(user_id, "Анна Каренина", "Group 1", FileKey("a.png")))
        scan = ConfirmationScan(
            user_id,
            FileKey("s.png"),
            NOON,
            Confirmation.APPROVED,
            NOON,
            scan_id=ScanId(UUID(int=9)),
        )
        unit.scans.put(scan)
        unit.known_browsers.put(KnownBrowser(user_id, BrowserId("b" * 64), NOON))
        for event in mine:
            unit.events.add(event)
            unit.places.make(event.event_id, user_id)
        unit.helpers.add(mine[0].event_id, MARKER, NOON + 1)
        unit.helpers.add(mine[0].event_id, BORIS, NOON)
        unit.helpers.add(EVENT, user_id, NOON)
        other = numbered_event(3, CREATOR)
        unit.events.add(other)
        mark(unit, user_id, BORIS, event_id=other.event_id)
        mark(unit, BORIS, user_id, event_id=other.event_id)

    await lecture.store.transact(work)
    for actor, user in ((user_id, BORIS), (BORIS, user_id), (MARKER, user_id)):
        await lecture.do.send_friend_request(actor=actor, user_id=user)
    await lecture.do.prepare_to_mark(connection=lecture.markers[1], target=user_id)
    return mine


async def give_many(lecture: Lecture) -> int:
    """Gives Anna six friends and four notes, and Boris one more of each; counts those of Anna."""
    requests = [Friendship(BORIS, MARKER, NOON, accepted=True), Friendship(BORIS, ANNA, NOON)]
    others = await add_people(lecture.store, *(f"Friend {number}" for number in range(3)))
    requests += [Friendship(each, ANNA, NOON, accepted=True) for each in others]
    requests += [Friendship(ANNA, each, NOON) for each in (CREATOR, MARKER)]

    def work(unit: Any) -> int:
        for request in requests:
            unit.friendships.add(request)
        for number in range(4):
            event = numbered_event(number, CREATOR)
            unit.events.add(event)
            mark(unit, ANNA, MARKER, event_id=event.event_id)
        mark(unit, BORIS, MARKER, event_id=event.event_id)
        return sum(many_of(unit, ANNA))

    counted: int = await lecture.store.transact(work)
    return counted


def many_of(unit: Any, user_id: UserId) -> tuple[int, int]:
    """Counts somebody's friendships, asked for or not, and the notes of their entries."""
    friends = unit.friendships.friends_of(user_id, ListQuery())
    requests = unit.friendships.requests_to(user_id, ListQuery())
    lines = [
        line
        for number in range(4)
        for line in unit.ledger.of(numbered_event(number, CREATOR).event_id, user_id, ListQuery())
    ]
    return len(friends) + len(requests), sum(line.notes.marked_as is not None for line in lines)


async def traces_of(lecture: Lecture, user_id: UserId) -> dict[str, Any]:
    """Reads what the store still has of somebody, by what it is."""

    def look(unit: Any) -> dict[str, Any]:
        return {
            "account": unit.accounts.find_by_id(user_id),
            "name": unit.accounts.find(f"u{user_id}"),
            "profile": replace(unit.profiles.get_even_deleted(user_id), user_id=UserId(0)),
            "scan": unit.scans.find(user_id),
            "sessions": unit.sessions.by_cookie_of(user_id),
            "browsers": unit.known_browsers.of(user_id),
            "friends": unit.friendships.friends_of(user_id, ListQuery()),
            "requests": unit.friendships.requests_to(user_id, ListQuery()),
            "tokens": unit.tokens.of(user_id),
            "moderates": unit.moderators.has(user_id),
            "created": [each.name for each in unit.events.created_by(user_id)],
            "organised_with_others": unit.leavers.organised_with_others(user_id, 10),
            "more_than_entries": unit.leavers.with_more_than_entries(user_id, 10),
            "sockets": unit.connections.of(EVENT, user_id),
            "helps": unit.helpers.has(EVENT, user_id),
        }

    found: dict[str, Any] = await lecture.store.observe(look)
    return found


NOTHING: dict[str, Any] = {
    "account": None,
    "name": None,
    "profile": Profile(UserId(0), ""),
    "scan": None,
    **{each: [] for each in ("sessions", "browsers", "friends", "requests", "sockets")},
    "more_than_entries": [],
    "organised_with_others": [],
    "created": [],
    "helps": False,
    "tokens": [],
    "moderates": False,
}


class _Fixtures:
    @pytest_asyncio.fixture
    async def lecture(self, store: Any) -> Lecture:
        return await Lecture.begun(store, waiting=3)


class TestDeleteAccount(_Fixtures):
    async def test_all_that_is_theirs_alone_goes_and_the_ledger_stays(
        self, lecture: Lecture
    ) -> None:
        mine = await give_everything(lecture, ANNA)
        karma = await lecture.karma(BORIS)
        await deletes(lecture, ANNA)
        # It goes to no helper, having none
        assert await traces_of(lecture, ANNA) == {**NOTHING, "created": ["Event 2"]}
        other = numbered_event(3, CREATOR).event_id

        def look(unit: Any) -> Any:
            creators = [unit.events.get(each.event_id).creator_id for each in mine]
            helping = [each.user_id for each in unit.helpers.of(mine[0].event_id)]
            lines = unit.ledger.of(other, None, ListQuery())
            return creators, helping, {line.entry.user_id: line.notes for line in lines}

        creators, helping, notes = await lecture.store.observe(look)
        assert (creators, helping) == ([BORIS, ANNA], [MARKER])
        assert (notes[ANNA].marked_as, notes[ANNA].note) == (None, "")
        assert notes[BORIS].marked_as == "Person 4"
        assert await lecture.karma(BORIS) == karma
        participants = await lecture.do.get_attendance(actor=CREATOR, event_id=other)
        assert [each.person.display_name for each in participants] == ["Person 4", ""]
        assert isinstance(participants[-1].person.state, Marked)
        seen = await lecture.do.get_profile(actor=BORIS, user_id=ANNA)
        assert (seen.profile.is_deleted, seen.karma, seen.confirmed) == (True, 0, False)

    async def test_with_an_account_a_hold_on_its_person_ends_and_whom_they_hold_is_given_back(
        self, lecture: Lecture, notifier: Any
    ) -> None:
        await give_everything(lecture, ANNA)
        heard: list[Any] = []
        await notifier.subscribe(EVENT, heard.append)
        await lecture.do.prepare_to_mark(connection=lecture.markers[0], target=BORIS)
        heard.clear()
        await deletes(lecture, ANNA)
        await deletes(lecture, CREATOR)
        changes = [each.place for each in heard if isinstance(each, PlaceChanged)]
        assert [(each.user_id, each.member, each.state) for each in changes[:1]] == [
            (ANNA, False, None)
        ]
        assert isinstance((await lecture.place(BORIS)).state, Waiting)
        closed = [each for each in heard if isinstance(each, ConnectionsEnded)]
        assert {each.why for each in closed} == {Ending.LOGGED_OUT}
        ended = {each for one in closed for each in one.connection_ids or ()}
        theirs = (lecture.waiting[0], lecture.markers[0])
        assert ended == {each.connection_id for each in theirs}
        with pytest.raises(NobodyHeld):
            await lecture.do.confirm_marking(connection=lecture.markers[1], target=ANNA)

    async def test_no_account_is_deleted_without_a_proof(self, lecture: Lecture) -> None:
        for password in ("wrong", "hash of secret"):
            with pytest.raises(WrongPassword):
                await deletes(lecture, ANNA, password)
        assert isinstance((await lecture.place(ANNA)).state, Waiting)
        await deletes(lecture, ANNA)
        with pytest.raises(NotLoggedIn):
            await deletes(lecture, ANNA)

    async def test_files_of_one_who_is_deleted_are_gone_at_once(self, lecture: Lecture) -> None:
        do: Any = lecture.do
        files = do.delete_account.files
        for user_id in (ANNA, BORIS):
            await do.update_profile_picture(actor=user_id, image=b"picture")
            await do.upload_profile_confirmation(actor=user_id, image=b"scan")
        await deletes(lecture, ANNA)
        assert sorted(path.partition("/")[0] for path in files.kept) == ["pictures", "scans"]

    async def test_the_user_name_is_free_again(self, lecture: Lecture) -> None:
        await deletes(lecture, ANNA)
        came = await lecture.do.sign_up(username="U3", password="tea at five")
        assert came.user_id > 5
        await deletes(lecture, BORIS)

    async def test_deleted_people_are_nobody_to_be_asked_marked_or_helped_by(
        self, lecture: Lecture
    ) -> None:
        do = lecture.do
        await do.mark_participant(actor=CREATOR, event_id=EVENT, user_id=ANNA)
        await deletes(lecture, ANNA)
        for call in (
            do.send_friend_request(actor=BORIS, user_id=ANNA),
            do.send_friend_request(actor=ANNA, user_id=BORIS),
            do.add_helper(actor=CREATOR, event_id=EVENT, user_id=ANNA),
            do.mark_participant(actor=CREATOR, event_id=EVENT, user_id=ANNA),
            do.create_event(actor=ANNA, name="x", starts_at=NOON, ends_at=NOON + 1),
            do.update_profile_info(actor=ANNA, bio="x"),
            do.upload_profile_confirmation(actor=ANNA, image=b"x"),
        ):
            with pytest.raises(PersonNotFound):
                await call
        assert await do.find_by_name(display_name_part="Person 3") == []

    async def test_a_mark_of_somebody_deleted_is_annulled_without_a_note(
        self, lecture: Lecture
    ) -> None:
        do = lecture.do
        await do.mark_participant(actor=CREATOR, event_id=EVENT, user_id=ANNA, note="by hand")
        await deletes(lecture, ANNA)
        reason = AnnulReason.NOT_PRESENT
        about = {"actor": CREATOR, "event_id": EVENT, "user_id": ANNA}
        assert await do.annul_mark(**about, n=1, reason=reason, note="Anna") == 2  # type: ignore[arg-type]
        lines = await do.get_ledger(**about)  # type: ignore[arg-type]
        assert [(line.entry.n, line.notes.note, line.marked_as) for line in lines] == [
            (2, "", None),
            (1, "", None),
        ]
        seen = await do.get_attendance(actor=CREATOR, event_id=EVENT)
        assert (seen[-1].person.user_id, seen[-1].state) == (ANNA, "joined")

    async def test_no_transaction_erases_more_than_some_rows(
        self, lecture: Lecture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Or whoever has ten thousands of friends would keep everybody waiting."""
        monkeypatch.setattr("attendance_core.accounts.deletion.ROWS_ERASED_AT_ONCE", 2)
        counts = [await give_many(lecture)]
        do: Any = lecture.do

        async def transact(work: Any) -> Any:
            answer = await lecture.store.transact(work)
            counts.append(await lecture.store.observe(lambda unit: sum(many_of(unit, ANNA))))
            return answer

        deletes_slowly = replace(do.delete_account, transact=transact)
        await deletes_slowly(actor=ANNA, session_id=session_of(ANNA), password=SECRET)
        assert (counts[0], counts[-1]) == (10, 0)
        assert max(before - after for before, after in pairwise(counts)) == 2

    async def test_some_at_a_time_are_theirs(self, lecture: Lecture) -> None:
        """Friendships and notes together, and nobody else's."""
        await give_many(lecture)
        others = await lecture.store.observe(lambda unit: many_of(unit, BORIS))
        assert others == (2, 1)
        erased = [
            await lecture.store.transact(lambda unit: unit.leavers.erase_some(ANNA, 3))
            for _ in range(5)
        ]
        assert erased == [3, 3, 3, 1, 0]

        def look(unit: Any) -> Any:
            return many_of(unit, ANNA), many_of(unit, BORIS)

        # Of the two friends of Boris one was Anna
        assert await lecture.store.observe(look) == ((0, 0), (1, 1))

    async def test_deleted_people_are_last_in_a_list_that_is_read_in_pieces(
        self, lecture: Lecture
    ) -> None:
        do = lecture.do
        for user_id in (ANNA, BORIS):
            await do.mark_participant(actor=CREATOR, event_id=EVENT, user_id=user_id)
            await deletes(lecture, user_id)

        def look(unit: Any) -> list[int]:
            found = list(unit.participants.listed(EVENT, ListQuery(1)))
            while piece := unit.participants.listed(EVENT, ListQuery(1, after=found[-1])):
                found += piece
            return [each.user_id for each in found]

        assert await lecture.store.observe(look) == [1, 2, 5, ANNA, BORIS]
