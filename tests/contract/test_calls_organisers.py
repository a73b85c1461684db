"""The calls about who organises an event, and what organisers change. Contract: 5.11, 8.5."""

from __future__ import annotations

from typing import Any

import pytest

from attendance_core.events import MAX_HELPERS
from attendance_core.testing.clock import NOON
from tests.support.site import Browser, Site, anna, boris, code, event_ids, refusal, response, vera
from tests.support.site import site_in_folder as site

__all__ = ["anna", "boris", "site", "vera"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
CREATE = "/api/events/CreateEvent"
UPDATE = "/api/events/UpdateEvent"
ADD = "/api/events/AddHelper"
REMOVE = "/api/events/RemoveHelper"
HELPERS = "/api/events/GetHelpers"
BY_ID = "/api/events/GetEventByID"
EVENTS = "/api/events/GetEvents"
CREATED = "/api/events/GetCreatedEvents"
JOINED = "/api/events/GetJoinedEvents"
NOW = int(NOON)
NO_EVENT = "00000000-0000-4000-8000-000000000000"


class TestUpdateEvent:
    async def test_organisers_change_what_they_give(self, anna: Browser, boris: Browser) -> None:
        event_id = await anna.create_event(starts=60)
        response(await anna.post(ADD, event_id=event_id, user_id=boris.user_id))
        before = response(await anna.get(BY_ID, event_id=event_id))
        changes: dict[str, Any] = {"name": f"  Новая лекция {event_id[:8]} "}
        assert response(await boris.post(UPDATE, event_id=event_id, **changes)) == {}
        expected = {**before, "name": changes["name"].strip()}
        assert response(await anna.get(BY_ID, event_id=event_id)) == expected
        more: list[dict[str, Any]] = [
            {"time_from": NOW + 30},
            {"time_to": NOW + 31},
            {"time_from": NOW - 10, "time_to": str(NOW + 1)},
            {"time_to": NOW + 50, "who_marks": "confirmed"},
            {"who_marks": "organisers"},
        ]
        for changes in more:
            response(await anna.post(UPDATE, event_id=event_id, **changes))
            expected |= changes | {"time_to": int(changes.get("time_to", expected["time_to"]))}
            assert response(await anna.get(BY_ID, event_id=event_id)) == expected

    async def test_it_is_found_by_its_new_name_alone(self, anna: Browser) -> None:
        event_id = await anna.create_event("Бетоноведение")
        response(await anna.post(UPDATE, event_id=event_id, name="Металловедение"))
        assert await event_ids(anna, EVENTS, name="металлов") == [event_id]
        assert await event_ids(anna, EVENTS, name="бетонов") == []

    async def test_a_name_is_taken_but_by_itself(self, anna: Browser) -> None:
        event_id = await anna.create_event("Своё имя")
        name = response(await anna.get(BY_ID, event_id=event_id))["name"]
        other = await anna.create_event("Чужое имя")
        taken = await anna.post(UPDATE, event_id=other, name=name.upper())
        assert code(taken, 6) == "event_name_taken"
        response(await anna.post(UPDATE, event_id=event_id, name=name.upper()))

    async def test_refusals_in_their_order(self, site: Site, anna: Browser, boris: Browser) -> None:
        event_id = await anna.create_event()
        given = {"event_id": event_id, "name": "Чужая"}
        assert code(await site.browser().post(UPDATE, **given), 7, status=401)
        for wrong in ("name", "time_from", "time_to", "who_marks"):
            told = await boris.post(UPDATE, event_id=event_id, **{wrong: "\x00"})
            assert wrong in refusal(told, 1)
        assert "name" in refusal(await boris.post(UPDATE, event_id=event_id), 2)
        assert "event_id" in refusal(await boris.post(UPDATE, name="x"), 2)
        assert "name" in refusal(await boris.post(UPDATE, event_id=event_id, name=" "), 1)
        bad: list[object] = ["", "Everybody", "nobody", 1, [], True]
        for who_marks in bad:
            told = await anna.post(UPDATE, event_id=event_id, who_marks=who_marks)
            assert "who_marks" in refusal(told, 1)
        assert code(await boris.post(UPDATE, event_id=NO_EVENT, name="x"), 5)
        assert code(await boris.post(UPDATE, **given), 3) == "not_an_organiser"
        moved = {"event_id": event_id, "time_from": NOW - 90, "time_to": NOW - 99}
        assert code(await anna.post(UPDATE, **moved), 3) == "event_started"
        late = {"event_id": event_id, "time_to": NOW}
        assert code(await anna.post(UPDATE, **late), 1) == "bad_times"

    async def test_a_start_that_is_given_as_it_was_is_no_change(self, anna: Browser) -> None:
        event_id = await anna.create_event(starts=-60)
        given = {"event_id": event_id, "time_from": NOW - 60, "time_to": NOW + 60}
        response(await anna.post(UPDATE, **given))
        assert response(await anna.get(BY_ID, event_id=event_id))["time_to"] == NOW + 60

    async def test_after_the_end_nothing_changes(self, site: Site) -> None:
        anna = await site.add_person("late")
        event_id = await anna.create_event(lasts=61)
        before = response(await anna.get(BY_ID, event_id=event_id))
        site.clock.pass_(2)
        try:
            late: list[dict[str, Any]] = [{"name": "x"}, {"time_to": NOW + 60}]
            for changes in (*late, {"who_marks": "confirmed"}):
                told = await anna.post(UPDATE, event_id=event_id, **changes)
                assert code(told, 3) == "event_over"
        finally:
            site.clock.pass_(-2)
        assert response(await anna.get(BY_ID, event_id=event_id)) == before


class TestAddHelper:
    async def test_they_need_not_have_joined_and_stay_when_they_leave(
        self, anna: Browser, boris: Browser, vera: Browser
    ) -> None:
        event_id = await anna.create_event()
        helper = {"event_id": event_id, "user_id": boris.user_id}
        for _ in range(2):
            assert response(await anna.post(ADD, **helper)) == {}
        response(await anna.post(ADD, event_id=event_id, user_id=str(vera.user_id)))
        assert await event_ids(boris, JOINED) == []
        response(await boris.post("/api/events/JoinEvent", event_id=event_id))
        (joined,) = response(await boris.get(JOINED))
        assert (joined["creator"], joined["organiser"]) == (False, True)
        response(await boris.post("/api/events/LeaveEvent", event_id=event_id))
        seen = response(await boris.get(BY_ID, event_id=event_id))
        assert (seen["organiser"], seen["may_mark"]) == (True, True)
        assert response(await boris.get(HELPERS, event_id=event_id)) == {
            "helpers": [
                {"user_id": boris.user_id, "display_name": "Борис"},
                {"user_id": vera.user_id, "display_name": "Вера"},
            ]
        }

    async def test_events_one_helps_in_are_among_ones_own_if_asked_for(
        self, site: Site, anna: Browser
    ) -> None:
        gleb = await site.add_person("gleb")
        theirs, mine = await anna.create_event(starts=-90), await gleb.create_event()
        response(await anna.post(ADD, event_id=theirs, user_id=gleb.user_id))
        assert (
            await event_ids(gleb, CREATED)
            == await event_ids(gleb, CREATED, helping="false")
            == [mine]
        )
        assert await event_ids(gleb, CREATED, helping="true") == [theirs, mine]
        assert await event_ids(gleb, CREATED, helping="true", newest_first="true", limit=1) == [
            mine
        ]
        assert "helping" in refusal(await gleb.get(CREATED, helping="yes"), 1)

    async def test_refusals_in_their_order(self, site: Site, anna: Browser, boris: Browser) -> None:
        event_id = await anna.create_event()
        given = {"event_id": event_id, "user_id": boris.user_id}
        assert code(await site.browser().post(ADD, **given), 7, status=401)
        for missing in given:
            assert missing in refusal(await boris.post(ADD, **{**given, missing: None}), 2)
            assert missing in refusal(await boris.post(ADD, **{**given, missing: "x"}), 1)
        assert code(await boris.post(ADD, **{**given, "event_id": NO_EVENT}), 5)
        nobody = {**given, "user_id": 10**9}
        assert code(await boris.post(ADD, **nobody), 3) == "not_the_creator"
        myself = {**given, "user_id": anna.user_id}
        assert code(await anna.post(ADD, **myself), 3) == "helper_of_oneself"
        assert code(await anna.post(ADD, **nobody), 5) == "person_not_found"

    async def test_a_helper_names_no_helpers(self, anna: Browser, boris: Browser) -> None:
        event_id = await anna.create_event()
        given = {"event_id": event_id, "user_id": boris.user_id}
        response(await anna.post(ADD, **given))
        assert code(await boris.post(ADD, **given), 3) == "not_the_creator"

    async def test_there_are_twenty_at_most(
        self, site: Site, anna: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert MAX_HELPERS == 20
        monkeypatch.setattr("attendance_core.events.organisers.MAX_HELPERS", 2)
        event_id = await anna.create_event()
        people = [await site.add_person("many") for _ in range(3)]
        for person in people[:2]:
            response(await anna.post(ADD, event_id=event_id, user_id=person.user_id))
        third = {"event_id": event_id, "user_id": people[2].user_id}
        assert code(await anna.post(ADD, **third), 3) == "too_many_helpers"
        first = {"event_id": event_id, "user_id": people[0].user_id}
        response(await anna.post(ADD, **first))
        response(await anna.post(REMOVE, **first))
        response(await anna.post(ADD, **third))


class TestRemoveHelper:
    async def test_by_the_creator_or_themselves_and_again(
        self, anna: Browser, boris: Browser, vera: Browser
    ) -> None:
        event_id = await anna.create_event()
        for helper, by in ((boris, anna), (vera, vera)):
            given = {"event_id": event_id, "user_id": helper.user_id}
            response(await anna.post(ADD, **given))
            for _ in range(2):
                assert response(await by.post(REMOVE, **given)) == {}
            assert response(await helper.get(BY_ID, event_id=event_id))["organiser"] is False
        assert response(await anna.get(HELPERS, event_id=event_id)) == {"helpers": []}

    async def test_refusals_in_their_order(
        self, site: Site, anna: Browser, boris: Browser, vera: Browser
    ) -> None:
        event_id = await anna.create_event()
        for helper in (boris, vera):
            response(await anna.post(ADD, event_id=event_id, user_id=helper.user_id))
        given = {"event_id": event_id, "user_id": vera.user_id}
        assert code(await site.browser().post(REMOVE, **given), 7, status=401)
        for missing in given:
            assert missing in refusal(await boris.post(REMOVE, **{**given, missing: None}), 2)
        assert code(await boris.post(REMOVE, **{**given, "event_id": NO_EVENT}), 5)
        assert code(await boris.post(REMOVE, **given), 3) == "not_the_creator"
        assert response(await anna.post(REMOVE, **{**given, "user_id": 10**9})) == {}


class TestGetHelpers:
    async def test_organisers_alone_see_them(
        self, site: Site, anna: Browser, boris: Browser
    ) -> None:
        event_id = await anna.create_event()
        assert response(await anna.get(HELPERS, event_id=event_id)) == {"helpers": []}
        assert code(await site.browser().get(HELPERS, event_id=event_id), 7, status=401)
        assert "event_id" in refusal(await boris.get(HELPERS), 2)
        assert "event_id" in refusal(await boris.get(HELPERS, event_id="x"), 1)
        assert code(await boris.get(HELPERS, event_id=NO_EVENT), 5)
        assert code(await boris.get(HELPERS, event_id=event_id), 3) == "not_an_organiser"


class TestWhoMarks:
    """Contract: CreateEvent, GetEventByID, 8.6."""

    async def test_one_sees_what_one_may_do(
        self, site: Site, anna: Browser, boris: Browser, vera: Browser
    ) -> None:
        scan = {"image": "data:image/png;base64," + ONE_PIXEL_PNG}
        response(await vera.post("/api/profile/UploadProfileConfirmation", **scan))
        do = site.attendance.use_cases
        (pending,) = await do.get_pending_scans()
        await do.judge_scan(user_id=pending.user_id, file=pending.file, approve=True)
        for number, (who_marks, may) in enumerate(
            (
                ("everybody", (True, True, True)),
                ("confirmed", (True, False, True)),
                ("organisers", (True, False, False)),
            )
        ):
            times = {"time_from": NOW, "time_to": NOW + 60}
            given = {"name": f"Кто {number} {vera.username}", "who_marks": who_marks, **times}
            event_id = response(await anna.post(CREATE, **given))["event_id"]
            for person, may_mark in zip((anna, boris, vera), may, strict=True):
                seen = response(await person.get(BY_ID, event_id=event_id))
                told = (seen["who_marks"], seen["organiser"], seen["may_mark"])
                assert told == (who_marks, person is anna, may_mark)
            nobody = response(await site.browser().get(BY_ID, event_id=event_id))
            assert nobody["who_marks"] == who_marks
            assert not nobody.keys() & {"organiser", "may_mark"}

    async def test_bad_input_is_refused(self, anna: Browser) -> None:
        good = {"name": "Хорошая", "time_from": NOW, "time_to": NOW + 60}
        bad: list[object] = ["", "EVERYBODY", 0, [], {}, True]
        for given in bad:
            assert "who_marks" in refusal(await anna.post(CREATE, **good, who_marks=given), 1)


ONE_PIXEL_PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)
