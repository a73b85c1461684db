"""The calls that show a record, and correct it.

Contract: 7 and 8.5, 8.8, MarkParticipant, AnnulMark.
"""

from __future__ import annotations

from typing import Any

import pytest

from attendance_core.marking.ledger import MAX_ENTRY_N
from tests.support.site import Browser, Site, anna, boris, code, refusal, response, vera
from tests.support.site import site_in_folder as site

__all__ = ["anna", "boris", "site", "vera"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
BY_HAND = "/api/events/MarkParticipant"
ANNUL = "/api/events/AnnulMark"
LEDGER = "/api/events/GetLedger"
SHEET = "/api/events/GetAttendance"
MINE = "/api/profile/GetMyAttendance"
JOIN = "/api/events/JoinEvent"
LEAVE = "/api/events/LeaveEvent"
DELETE = "/api/events/DeleteEvent"
INFO = "/api/profile/UpdateProfileInfo"
PROFILE = "/api/profile/GetProfile"
NO_EVENT = "00000000-0000-4000-8000-000000000000"


async def entries(browser: Browser, **given: Any) -> list[Any]:
    found: list[Any] = response(await browser.get(LEDGER, **given))["entries"]
    return found


async def test_a_slip_is_undone_and_the_ledger_tells_all_of_it(
    site: Site, anna: Browser, boris: Browser, vera: Browser
) -> None:
    event_id = await anna.create_event()
    await site.mark(event_id, boris, vera)
    at = int(site.clock.at)
    annulled = await vera.post(
        ANNUL, event_id=event_id, user_id=boris.user_id, n=1, reason="wrong_person", note=" не тот "
    )
    assert response(annulled) == {"n": 2}
    by_hand = await anna.post(BY_HAND, event_id=event_id, user_id=boris.user_id)
    assert response(by_hand) == {"n": 3}
    everything = [
        {
            "user_id": boris.user_id,
            "n": 3,
            "kind": "marked",
            "actor_id": anna.user_id,
            "at": at,
            "origin": "hand",
            "grade": "organiser",
            "marked_as": None,
            "reason": None,
            "note": None,
        },
        {
            "user_id": boris.user_id,
            "n": 2,
            "kind": "annulled",
            "actor_id": vera.user_id,
            "at": at,
            "origin": None,
            "grade": None,
            "marked_as": None,
            "reason": "wrong_person",
            "note": "не тот",
        },
        {
            "user_id": boris.user_id,
            "n": 1,
            "kind": "marked",
            "actor_id": vera.user_id,
            "at": at,
            "origin": "hold",
            "grade": "peer",
            "marked_as": None,
            "reason": None,
            "note": None,
        },
    ]
    assert await entries(anna, event_id=event_id) == everything
    assert await entries(boris, event_id=event_id) == everything
    assert await entries(vera, event_id=event_id) == []
    assert await entries(anna, event_id=event_id, limit=1, offset=1) == everything[1:2]
    rows = response(await anna.get(SHEET, event_id=event_id))["participants"]
    shown = next(each for each in rows if each["user_id"] == boris.user_id)
    assert (shown["grade"], shown["origin"], shown["n"]) == ("organiser", "hand", 3)
    code(await anna.post(DELETE, event_id=event_id), 3)


async def test_my_own_list_says_why_a_mark_does_not_stand(
    site: Site, anna: Browser, vera: Browser
) -> None:
    gleb = await site.add_person("gleb", display_name="Глеб")
    event_id = await anna.create_event()
    await site.mark(event_id, gleb, vera)
    (mine,) = response(await gleb.get(MINE))
    assert (mine["marked_by"], mine["grade"], mine["n"]) == (vera.user_id, "peer", 1)
    assert mine["annulled"] is None
    response(await gleb.post(LEAVE, event_id=event_id))
    not_me = {"event_id": event_id, "user_id": gleb.user_id, "n": 1, "reason": "not_me"}
    assert response(await gleb.post(ANNUL, **not_me)) == {"n": 2}
    assert response(await gleb.post(ANNUL, **not_me)) == {"n": 2}
    (mine,) = response(await gleb.get(MINE))
    assert mine["annulled"] == {"at": int(site.clock.at), "reason": "not_me", "note": None}
    assert mine["marked_by"] is mine["marked_at"] is mine["grade"] is mine["n"] is None
    rows = response(await anna.get(SHEET, event_id=event_id))["participants"]
    assert next(each for each in rows if each["user_id"] == gleb.user_id)["state"] == "left"


async def test_the_list_of_an_event_says_of_which_group_somebody_is(
    site: Site, anna: Browser, vera: Browser
) -> None:
    """Contract: 7.1."""
    event_id = await anna.create_event()
    response(await vera.post(INFO, bio="БПМИ-231, ФКН\nа ещё шахматы"))
    await site.mark(event_id, vera, anna)
    rows = response(await anna.get(SHEET, event_id=event_id))["participants"]
    groups = {each["user_id"]: each["group"] for each in rows}
    assert groups == {anna.user_id: "", vera.user_id: "БПМИ-231, ФКН"}


async def test_yesterdays_name_is_told_beside_todays(
    site: Site, anna: Browser, vera: Browser
) -> None:
    """Contract: 8.4."""
    dasha = await site.add_person("dasha", display_name="Даша")
    event_id = await anna.create_event()
    await site.mark(event_id, dasha, vera)
    response(await dasha.post(INFO, display_name="Дарья"))
    rows = response(await anna.get(SHEET, event_id=event_id))["participants"]
    shown = next(each for each in rows if each["user_id"] == dasha.user_id)
    assert (shown["display_name"], shown["marked_as"]) == ("Дарья", "Даша")
    (line,) = await entries(anna, event_id=event_id, user_id=dasha.user_id)
    assert line["marked_as"] == "Даша"


async def test_refusals_of_a_mark_by_hand(
    site: Site, anna: Browser, boris: Browser, vera: Browser
) -> None:
    event_id, later = await anna.create_event(), await anna.create_event(starts=60)
    who = {"user_id": boris.user_id}
    for path in (BY_HAND, ANNUL):
        code(await site.browser().post(path, event_id=event_id, **who), 7, status=401)
        assert "event_id" in refusal(await anna.post(path, **who), 2)
        assert "user_id" in refusal(await anna.post(path, event_id=event_id), 2)
    assert code(await anna.post(BY_HAND, event_id=NO_EVENT, **who), 5) == "event_not_found"
    assert code(await vera.post(BY_HAND, event_id=event_id, user_id=10**9), 3) == "not_an_organiser"
    assert code(await anna.post(BY_HAND, event_id=event_id, user_id=10**9), 5) == "person_not_found"
    mine = await anna.post(BY_HAND, event_id=later, user_id=anna.user_id)
    assert code(mine, 3) == "yourself"
    assert code(await anna.post(BY_HAND, event_id=later, **who), 3) == "event_not_started"
    long = await anna.post(BY_HAND, event_id=event_id, note="ё" * 201, **who)
    assert code(long, 1) == "bad_length"


async def test_refusals_of_an_annulment(
    site: Site, anna: Browser, boris: Browser, vera: Browser
) -> None:
    event_id = await anna.create_event()
    response(await anna.post(BY_HAND, event_id=event_id, user_id=boris.user_id))
    given: dict[str, Any] = {"event_id": event_id, "user_id": boris.user_id, "n": 1}
    given["reason"] = "not_present"
    for field in ("n", "reason"):
        without = {name: value for name, value in given.items() if name != field}
        assert field in refusal(await anna.post(ANNUL, **without), 2)
    for field, value in (("n", 0), ("n", MAX_ENTRY_N + 1), ("n", "x"), ("reason", "because")):
        assert field in refusal(await anna.post(ANNUL, **{**given, field: value}), 1)
    assert code(await anna.post(ANNUL, **{**given, "event_id": NO_EVENT}), 5) == "event_not_found"
    for of_whom in (boris.user_id, 10**9):
        answer = await vera.post(ANNUL, **{**given, "user_id": of_whom})
        assert code(answer, 3) == "may_not_annul"
    assert code(await anna.post(ANNUL, **{**given, "reason": "not_me"}), 3) == "may_not_annul"
    assert code(await anna.post(ANNUL, **{**given, "user_id": 10**9}), 5) == "person_not_found"
    assert code(await anna.post(ANNUL, **{**given, "n": 3}), 3) == "changed"
    assert code(await boris.get(LEDGER, event_id=event_id, user_id=vera.user_id), 3)
    assert code(await anna.get(LEDGER, event_id=event_id, user_id=10**9), 5)
    assert code(await anna.get(LEDGER, event_id=NO_EVENT), 5) == "event_not_found"


class TestGetAttendance:
    async def test_everybody_with_their_state_by_name(self, site: Site, anna: Browser) -> None:
        event_id = await anna.create_event()
        joined, waiting, held, marked = [
            await site.add_person("row", display_name=name)
            for name in ("Вера", "Галя", "Даша", "Ева")
        ]
        response(await joined.post(JOIN, event_id=event_id))
        await site.wait(event_id, waiting)
        await site.mark(event_id, marked, anna)
        await site.hold(event_id, held, anna)
        rows = response(await anna.get(SHEET, event_id=event_id))["participants"]
        assert [(each["display_name"], each["state"]) for each in rows] == [
            ("Анна", "joined"),
            ("Вера", "joined"),
            ("Галя", "waiting"),
            ("Даша", "held"),
            ("Ева", "marked"),
        ]
        assert rows[-1] == {
            "user_id": marked.user_id,
            "display_name": "Ева",
            "confirmed": False,
            "state": "marked",
            "marked_by": anna.user_id,
            "marked_at": int(site.clock.at),
            "grade": "peer",
            "origin": "hold",
            "n": 1,
            "marked_as": None,
            "group": "",
            "annulled": None,
        }
        assert all(each["marked_by"] is each["marked_at"] is None for each in rows[:-1])

    async def test_why_a_mark_stands_no_more(self, site: Site, anna: Browser) -> None:
        """Contract: 8.8."""
        event_id = await anna.create_event()
        boris = await site.add_person("row", display_name="Борис")
        await site.mark(event_id, boris, anna)
        given = {"event_id": event_id, "user_id": boris.user_id}
        response(await anna.post(ANNUL, **given, n=1, reason="not_present", note="ушёл"))
        _, row = response(await anna.get(SHEET, event_id=event_id))["participants"]
        told = {"at": int(site.clock.at), "reason": "not_present", "note": "ушёл"}
        assert (row["annulled"], row["n"]) == (told, None)
        response(await anna.post(BY_HAND, **given))
        _, row = response(await anna.get(SHEET, event_id=event_id))["participants"]
        assert (row["annulled"], row["n"]) == (None, 3)

    async def test_it_is_for_organisers(self, site: Site, anna: Browser, boris: Browser) -> None:
        event_id = await anna.create_event()
        response(await boris.post(JOIN, event_id=event_id))
        refusal(await boris.get(SHEET, event_id=event_id), 3)
        refusal(await boris.get(SHEET, event_id=NO_EVENT), 5)
        refusal(await site.browser().get(SHEET, event_id=event_id), 7, status=401)


class TestGetMyAttendance:
    async def test_the_events_one_joined_and_who_marked_one_newest_first(self, site: Site) -> None:
        person, marker = await site.add_person("attending"), await site.add_person("marker")
        marked, joined = (
            await marker.create_event("Первая"),
            await marker.create_event("Вторая", starts=-30),
        )
        for event_id in (marked, joined):
            response(await person.post(JOIN, event_id=event_id))
        await site.mark(marked, person, marker)
        rows = response(await person.get(MINE))
        assert [row["event_id"] for row in rows] == [joined, marked]
        assert list(rows[0]) == [
            "event_id",
            "name",
            "time_from",
            "time_to",
            "marked_by",
            "marked_at",
            "grade",
            "n",
            "annulled",
        ]
        assert (rows[0]["marked_by"], rows[0]["marked_at"]) == (None, None)
        assert (rows[1]["marked_by"], rows[1]["marked_at"]) == (marker.user_id, int(site.clock.at))
        assert rows[1]["time_to"] - rows[1]["time_from"] == 3600
        assert response(await person.get(MINE, limit=1, offset=1)) == rows[1:]
        shown = response(await person.get(PROFILE, user_id=marker.user_id))
        assert shown["karma"] == 50

    async def test_bad_input_is_refused(self, site: Site) -> None:
        person = await site.add_person("nowhere")
        assert response(await person.get(MINE)) == []
        assert "limit" in refusal(await person.get(MINE, limit="0"), 1)
        assert "offset" in refusal(await person.get(MINE, offset="-1"), 1)
        refusal(await site.browser().get(MINE), 7, status=401)
