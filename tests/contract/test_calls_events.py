"""The calls about events. Contract: 5."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest

from attendance_core.events import Event, event_code_of
from attendance_core.testing.clock import NOON
from attendance_core.testing.stand_ins import any_code
from attendance_core.vocabulary import EventId, UserId
from tests.support.site import (
    Browser,
    Site,
    anna,
    as_escaped_json,
    boris,
    envelope,
    event_ids,
    refusal,
    response,
)
from tests.support.site import site_in_folder as site

__all__ = ["anna", "boris", "site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
CREATE = "/api/events/CreateEvent"
BY_ID = "/api/events/GetEventByID"
EVENTS = "/api/events/GetEvents"
JOIN = "/api/events/JoinEvent"
LEAVE = "/api/events/LeaveEvent"
DELETE = "/api/events/DeleteEvent"
CREATED = "/api/events/GetCreatedEvents"
JOINED = "/api/events/GetJoinedEvents"
SHEET = "/api/events/GetAttendance"
NOW = int(NOON)


class TestCreateEvent:
    """Contract: 5.1, 5.2 and 5.3."""

    async def test_times_are_whole_seconds_or_their_digits(self, anna: Browser) -> None:
        given = {"name": "  Матан  ", "time_from": str(NOW - 60), "time_to": NOW + 60}
        made = response(await anna.post(CREATE, **given))
        event_id = made["event_id"]
        assert str(UUID(event_id)) == event_id
        assert response(await anna.get(BY_ID, event_id=event_id)) == {
            "name": "Матан",
            "event_id": event_id,
            "time_from": NOW - 60,
            "time_to": NOW + 60,
            "creator_id": anna.user_id,
            "code": made["code"],
            "who_marks": "everybody",
            "organiser": True,
            "may_mark": True,
        }

    async def test_the_creator_has_joined(self, anna: Browser) -> None:
        event_id = await anna.create_event()
        refusal(await anna.post(JOIN, event_id=event_id), 3)

    async def test_a_name_is_taken_in_whatever_case(self, anna: Browser, boris: Browser) -> None:
        given = {"name": "Единственная", "time_from": NOW, "time_to": NOW + 60}
        response(await anna.post(CREATE, **given))
        for name in ("Единственная", "ЕДИНСТВЕННАЯ", " единственная "):
            refusal(await boris.post(CREATE, **{**given, "name": name}), 6)

    async def test_of_many_who_want_one_name_one_gets_it(self, anna: Browser) -> None:
        given = {"name": "На всех", "time_from": NOW, "time_to": NOW + 60}
        answers = await asyncio.gather(*(anna.post(CREATE, **given) for _ in range(8)))
        assert sorted(envelope(each)["error"] for each in answers) == [0] + [6] * 7

    @pytest.mark.parametrize(("start", "end"), [(0, 0), (60, 0), (-60, 0), (-60, -1), (60, 30)])
    async def test_times_in_the_wrong_order_are_named(
        self, anna: Browser, start: int, end: int
    ) -> None:
        given = {"name": "Задом наперёд", "time_from": NOW + start, "time_to": NOW + end}
        told = refusal(await anna.post(CREATE, **given), 1)
        assert "«time_from» (the start)" in told and "«time_to» (the end)" in told

    async def test_bad_input_is_refused(self, site: Site, anna: Browser) -> None:
        good = {"name": "Хорошая", "time_from": NOW, "time_to": NOW + 60}
        for name in good:
            told = refusal(await anna.post(CREATE, **{**good, name: None}), 2)
            assert name in told
            odd = "\ud800" if name == "name" else "1e9"
            bad: list[object] = [[], {}, True, 1.5, "\x00", odd]
            for given in bad:
                told = refusal(await anna.send(CREATE, **as_escaped_json({**good, name: given})), 1)
                assert name in told
        for given in ("", "  ", "x" * 129, "a\nb", "\u202e"):
            assert "name" in refusal(await anna.post(CREATE, **{**good, "name": given}), 1)
        for given in (-1, 2**63, 253_402_300_800):
            assert "time_to" in refusal(await anna.post(CREATE, **{**good, "time_to": given}), 1)
        refusal(await site.browser().post(CREATE, **good), 7, status=401)


class TestGetEvents:
    async def test_by_a_part_of_the_name_in_whatever_case_without_log_in(
        self, site: Site, anna: Browser
    ) -> None:
        """Contract: 5.8."""
        event_id = await anna.create_event("Топология")
        for part in ("топол", "ЛОГИЯ", "  поло "):
            assert await event_ids(site.browser(), EVENTS, name=part) == [event_id]
        assert await event_ids(site.browser(), EVENTS, name="нету такого") == []
        assert event_id in await event_ids(site.browser(), EVENTS)

    async def test_each_has_the_five_fields(self, site: Site, anna: Browser) -> None:
        event_id = await anna.create_event("Пятиборье")
        (event,) = response(await site.browser().get(EVENTS, name="пятиборье"))
        by_id = response(await site.browser().get(BY_ID, event_id=event_id))
        assert {**event, "code": by_id["code"], "who_marks": "everybody"} == by_id
        assert sorted(event) == ["creator_id", "event_id", "name", "time_from", "time_to"]

    async def test_its_code_is_in_the_answers_about_one_and_in_my_lists(
        self, site: Site, anna: Browser
    ) -> None:
        """Contract: 5.11, 8.10."""
        given = {"name": "С кодом", "time_from": NOW - 60, "time_to": NOW + 60}
        response(await anna.post(CREATE, **{**given, "name": "С другим кодом"}))
        made = response(await anna.post(CREATE, **given))
        assert event_code_of(made["code"]) == made["code"]
        assert response(await site.browser().get(BY_ID, event_id=made["event_id"])).items() >= (
            made.items()
        )
        for path in (CREATED, JOINED):
            listed = response(await anna.get(path))
            assert [each["code"] for each in listed if each["event_id"] == made["event_id"]] == [
                made["code"]
            ]
            assert len({each["code"] for each in listed}) == len(listed) > 1

    async def test_by_start_then_name_and_by_pages(self, site: Site, anna: Browser) -> None:
        """Contract: 5.9."""
        later = await anna.create_event("Порядок б", starts=60)
        first = await anna.create_event("Порядок а", starts=-60)
        second = await anna.create_event("Порядок б", starts=-60)
        expected = [first, second, later]
        assert await event_ids(anna, EVENTS, name="порядок") == expected
        assert await event_ids(anna, EVENTS, name="порядок", limit=2) == expected[:2]
        assert await event_ids(anna, EVENTS, name="порядок", limit=2, offset=1) == expected[1:]
        assert await event_ids(anna, EVENTS, name="порядок", offset=3) == []

    async def test_by_their_times_and_the_newest_first(self, site: Site) -> None:
        """Contract: 5.10."""
        maker = await site.add_person("maker")
        now = int(site.clock.now())
        early = await maker.create_event("Расписание а", starts=-60)
        late = await maker.create_event("Расписание б", starts=60)
        for path, more in ((EVENTS, {"name": "расписание"}), (CREATED, {}), (JOINED, {})):
            both = {**more, "newest_first": "true"}
            assert await event_ids(maker, path, **both) == [late, early]
            assert await event_ids(maker, path, **more, newest_first="false") == [early, late]
            assert await event_ids(maker, path, **both, limit=1, offset=1) == [early]
            assert await event_ids(maker, path, **more, starts_before=now + 60) == [early]
            assert await event_ids(maker, path, **more, starts_before=now + 61) == [early, late]
            (event,) = response(await maker.get(path, **more, starts_before=now + 60))
            assert await event_ids(maker, path, **more, ends_after=event["time_to"]) == [late]
            assert await event_ids(maker, path, **more, ends_after=event["time_to"] - 1) == [
                early,
                late,
            ]
            for wrong in ({"ends_after": "-1"}, {"starts_before": "x"}, {"newest_first": "yes"}):
                assert next(iter(wrong)) in refusal(await maker.get(path, **wrong), 1)

    async def test_wildcards_are_letters_like_others(self, site: Site, anna: Browser) -> None:
        event_id = await anna.create_event("50%_\\ скидка")
        assert await event_ids(anna, EVENTS, name="%%%") == []
        assert await event_ids(anna, EVENTS, name="___") == []
        assert await event_ids(anna, EVENTS, name="0%_\\") == [event_id]

    async def test_bad_input_is_refused(self, site: Site) -> None:
        browser = site.browser()
        for given in ("", "аб", "  аб ", "a\x00bc"):
            assert "name" in refusal(await browser.get(EVENTS, name=given), 1)
        for more in ({"limit": "0"}, {"limit": "-1"}, {"offset": "1.0"}, {"offset": ""}):
            assert next(iter(more)) in refusal(await browser.get(EVENTS, **more), 1)


class TestGetEventByID:
    """Contract: 5.7 and 5.8."""

    async def test_the_id_is_taken_in_either_case_and_answered_in_lower(
        self, site: Site, anna: Browser
    ) -> None:
        event_id = await anna.create_event()
        event = response(await site.browser().get(BY_ID, event_id=event_id.upper()))
        assert event["event_id"] == event_id

    async def test_bad_input_is_refused(self, site: Site, anna: Browser) -> None:
        event_id = await anna.create_event()
        browser = site.browser()
        assert "event_id" in refusal(await browser.get(BY_ID), 2)
        for given in ("", "12", event_id.replace("-", ""), f"{{{event_id}}}", event_id[:-1] + "g"):
            assert "event_id" in refusal(await browser.get(BY_ID, event_id=given), 1)
        refusal(await browser.get(BY_ID, event_id=str(uuid4())), 5)


class TestJoinEvent:
    """Contract: 5.3."""

    async def test_one_is_in_it(self, anna: Browser, boris: Browser) -> None:
        event_id = await anna.create_event()
        assert response(await boris.post(JOIN, event_id=event_id)) == {}
        assert event_id in await event_ids(boris, JOINED)

    async def test_twice_is_refused(self, anna: Browser, boris: Browser) -> None:
        event_id = await anna.create_event()
        response(await boris.post(JOIN, event_id=event_id))
        refusal(await boris.post(JOIN, event_id=event_id), 3)

    async def test_people_may_come_late_but_not_after_the_end(
        self, site: Site, anna: Browser, boris: Browser
    ) -> None:
        creator = UserId(anna.user_id)
        over = Event(EventId(uuid4()), "Over", creator, NOON - 120, NOON, any_code())
        await site.attendance.use_cases.join_event.transact(lambda unit: unit.events.add(over))
        refusal(await boris.post(JOIN, event_id=str(over.event_id)), 3)
        response(await boris.post(JOIN, event_id=await anna.create_event()))


class TestLeaveEvent:
    async def test_one_is_out_of_it_also_as_its_creator(
        self, anna: Browser, boris: Browser
    ) -> None:
        """Contract: 5.3."""
        event_id = await anna.create_event()
        response(await boris.post(JOIN, event_id=event_id))
        for browser in (boris, anna):
            assert response(await browser.post(LEAVE, event_id=event_id)) == {}
            assert event_id not in await event_ids(browser, JOINED)
            refusal(await browser.post(LEAVE, event_id=event_id), 3)
        assert event_id in await event_ids(anna, CREATED)

    async def test_one_who_was_marked_leaves_and_the_mark_stays(
        self, site: Site, anna: Browser
    ) -> None:
        """Contract: 5.4."""
        person, event_id = await site.add_person("leaving"), await anna.create_event()
        await site.mark(event_id, person, anna)
        assert response(await person.post(LEAVE, event_id=event_id)) == {}
        assert event_id not in await event_ids(person, JOINED)
        people = response(await anna.get(SHEET, event_id=event_id))["participants"]
        (row,) = [each for each in people if each["user_id"] == person.user_id]
        assert row["state"] == "marked"


class TestDeleteEvent:
    """Contract: 5.6."""

    async def test_it_is_gone(self, anna: Browser) -> None:
        event_id = await anna.create_event()
        assert response(await anna.post(DELETE, event_id=event_id)) == {}
        refusal(await anna.get(BY_ID, event_id=event_id), 5)
        assert event_id not in await event_ids(anna, JOINED)
        refusal(await anna.post(DELETE, event_id=event_id), 5)

    async def test_only_its_creator_deletes(self, anna: Browser, boris: Browser) -> None:
        event_id = await anna.create_event()
        response(await boris.post(JOIN, event_id=event_id))
        refusal(await boris.post(DELETE, event_id=event_id), 3)

    async def test_a_record_does_not_vanish(self, site: Site, anna: Browser) -> None:
        person, event_id = await site.add_person("marked"), await anna.create_event()
        await site.mark(event_id, person, anna)
        refusal(await anna.post(DELETE, event_id=event_id), 3)
        assert response(await anna.get(BY_ID, event_id=event_id))["event_id"] == event_id


class TestMyEvents:
    async def test_created_and_joined_ones_with_their_fields(
        self, site: Site, boris: Browser
    ) -> None:
        person = await site.add_person("busy")
        theirs, mine = await boris.create_event(starts=-90), await person.create_event()
        response(await person.post(JOIN, event_id=theirs))
        created = response(await person.get(CREATED))
        fields = ["code", "event_id", "name", "time_from", "time_to"]
        assert [sorted(each) for each in created] == [fields]
        joined = response(await person.get(JOINED))
        assert [(each["event_id"], each["creator"]) for each in joined] == [
            (theirs, False),
            (mine, True),
        ]
        assert [each["organiser"] for each in joined] == [False, True]
        fields = ["code", "creator", "event_id", "name", "organiser", "time_from", "time_to"]
        assert sorted(joined[0]) == fields
        assert response(await person.get(JOINED, limit=1, offset=1)) == joined[1:]
        assert response(await person.get(CREATED, offset=1)) == []

    @pytest.mark.parametrize("path", [CREATED, JOINED])
    async def test_bad_input_is_refused(self, site: Site, anna: Browser, path: str) -> None:
        assert "limit" in refusal(await anna.get(path, limit="0"), 1)
        assert "offset" in refusal(await anna.get(path, offset="x"), 1)
        refusal(await site.browser().get(path), 7, status=401)


@pytest.mark.parametrize("path", [JOIN, LEAVE, DELETE])
async def test_a_bad_or_unknown_event_id_is_refused(site: Site, anna: Browser, path: str) -> None:
    assert "event_id" in refusal(await anna.post(path), 2)
    bad: list[object] = ["", 12, True, [], {}, "0" * 36]
    for given in bad:
        assert "event_id" in refusal(await anna.post(path, event_id=given), 1)
    refusal(await anna.post(path, event_id=str(uuid4())), 5)
    refusal(await site.browser().post(path, event_id=str(uuid4())), 7, status=401)
