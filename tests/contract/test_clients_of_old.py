"""Clients that were written for the original service find here what they found there.

Each is a story of the original API document, or of what its server promised, told in requests to a
real process. Where the contract has decided otherwise the story says by which rule.
"""

from __future__ import annotations

import base64
import re
import time
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import pytest

from tests.support.http_browser import CallFailed
from tests.support.people import Person, create_event, marks, sign_up_people
from tests.support.pictures import picture
from tests.support.service_process import Service, service
from tests.support.wires import Wire

__all__ = ["service"]
EVENTS, PROFILE, FRIENDS = "/api/events/", "/api/profile/", "/api/friends/"
NO_ID = "none"  # as the tests of the original call what names nothing
SECONDS_LEFT = 1.5  # until an event ends that was made by a call


@pytest.fixture
def anna(service: Service) -> Person:
    return sign_up_people(service, 1)[0]


@pytest.fixture
def boris(service: Service) -> Person:
    return sign_up_people(service, 1)[0]


def error_of(who: Person, path: str, **given: object) -> int:
    """Answers the number that a POST is refused with; 0 where it is done."""
    try:
        who.browser.post(path, **given)
    except CallFailed as refused:
        return number_in(refused)
    return 0


def error_of_get(who: Person, path: str, **given: object) -> int:
    try:
        who.browser.get(path, **given)
    except CallFailed as refused:
        return number_in(refused)
    return 0


def number_in(refused: CallFailed) -> int:
    found = re.search(r"\(error (-?\d+)\)$", str(refused))
    assert found, refused
    return int(found[1])


def name_of_its_own(name: str) -> str:
    return f"{name} {uuid4().hex}"


def error_of_making(who: Person, name: str, starts: float = 43200, lasts: float = 3600) -> int:
    """Makes an event that starts in so many seconds and lasts as many; answers as `error_of`."""
    start = int(time.time() + starts)
    return error_of(who, f"{EVENTS}CreateEvent", name=name, time_from=start, time_to=start + lasts)


def event_ids(who: Person, call: str) -> list[str]:
    return [each["event_id"] for each in who.browser.get(EVENTS + call)]


def an_ended_event(who: Person, *others: Person) -> str:
    """Makes one that they are in, and waits until it is over."""
    end = int(time.time() + SECONDS_LEFT)
    given: dict[str, Any] = {"time_from": end - 60, "time_to": end}
    made = who.browser.post(f"{EVENTS}CreateEvent", name=name_of_its_own("past"), **given)
    for each in others:
        each.browser.post(f"{EVENTS}JoinEvent", event_id=made["event_id"])
    time.sleep(max(0.0, end - time.time()))
    return str(made["event_id"])


class TestAccounts:
    def test_one_learns_who_one_is_and_logs_out(self, anna: Person) -> None:
        path = "/api/auth/GetCurrentUserId"
        assert anna.browser.get(path) == {"user_id": anna.user_id}
        assert error_of(anna, "/accounts/logout/") == 0
        assert anna.browser.get(path) == {"user_id": None}  # Contract: GetCurrentUserId


class TestProfile:
    def test_what_is_changed_is_shown(self, anna: Person) -> None:
        for given in ({"display_name": "new display name"}, {"bio": "new bio, a very cool one"}):
            anna.browser.post(f"{PROFILE}UpdateProfileInfo", **given)
            shown = anna.browser.get(f"{PROFILE}GetProfile", user_id=anna.user_id)
            assert shown.items() >= given.items()
        assert shown["confirmed"] is False and shown["karma"] == 0 and shown["pic"]
        assert error_of(anna, f"{PROFILE}UpdateProfileInfo") == 2
        assert error_of_get(anna, f"{PROFILE}GetProfile", user_id=NO_ID) == 1

    def test_people_are_found_by_a_part_of_their_name(self, anna: Person) -> None:
        """Contract: 3.8, FindByName: `users` as in the document, an error without a part."""
        name = f"Я {uuid4().hex}"
        anna.browser.post(f"{PROFILE}UpdateProfileInfo", display_name=name)
        find = f"{PROFILE}FindByName"
        (found,) = anna.browser.get(find, display_name_part=name[2:12])["users"]
        assert found == {"user_id": anna.user_id, "display_name": name}
        assert anna.browser.get(find, display_name_part="noexisting")["users"] == []
        assert error_of_get(anna, find, display_name_part=name[:3]) == 1
        assert error_of_get(anna, find) == 2

    def test_a_picture_and_a_scan_are_sent_as_base64_in_lines(self, anna: Person) -> None:
        """Contract: 3.2, 3.3: the address of a picture is our own."""
        image = base64.encodebytes(picture("JPEG", (300, 200))).decode()
        assert "\n" in image.strip()
        before = anna.browser.get(f"{PROFILE}GetProfile", user_id=anna.user_id)["pic"]
        given = {"name": "avatar.jpg", "image": image}
        assert error_of(anna, f"{PROFILE}UpdateProfilePicture", **given) == 0
        assert error_of(anna, f"{PROFILE}UploadProfileConfirmation", image=image) == 0
        shown = anna.browser.get(f"{PROFILE}GetProfile", user_id=anna.user_id)
        assert shown["pic"] != before and shown["confirmed"] is False


class TestFriends:
    def test_a_request_is_seen_accepted_and_ended(self, anna: Person, boris: Person) -> None:
        """Contract: 4.1."""
        anna.browser.post(f"{FRIENDS}SendFriendRequest", user_id=boris.user_id)
        (asked,) = anna.browser.get(f"{FRIENDS}GetFriendList")["friends"]
        assert (asked["user_id"], asked["pending"]) == (boris.user_id, True)
        requests = boris.browser.get(f"{FRIENDS}GetFriendRequests")["requests"]
        assert requests == [anna.user_id]
        boris.browser.post(f"{FRIENDS}SendFriendRequest", user_id=anna.user_id)
        for who in (anna, boris):
            (friend,) = who.browser.get(f"{FRIENDS}GetFriendList")["friends"]
            assert friend["pending"] is False
        anna.browser.post(f"{FRIENDS}RemoveFriend", user_id=boris.user_id)
        assert boris.browser.get(f"{FRIENDS}GetFriendList")["friends"] == []


class TestEvents:
    def test_one_is_made_found_left_joined_and_deleted(self, anna: Person) -> None:
        """Contract: 5.3."""
        name = name_of_its_own("testevent")
        assert error_of_making(anna, name) == 0
        assert error_of_making(anna, name) == 6  # Contract: 5.2
        (made,) = anna.browser.get(f"{EVENTS}GetEvents", name=name)
        event_id, of_it = made["event_id"], {"event_id": made["event_id"]}
        assert (made["name"], made["creator_id"]) == (name, anna.user_id)
        assert anna.browser.get(f"{EVENTS}GetEventByID", **of_it).items() >= made.items()
        (joined,) = anna.browser.get(f"{EVENTS}GetJoinedEvents")
        assert joined["creator"] is True and joined["name"] == name
        assert error_of(anna, f"{EVENTS}JoinEvent", **of_it) == 3
        assert error_of(anna, f"{EVENTS}LeaveEvent", **of_it) == 0
        assert (event_ids(anna, "GetJoinedEvents"), event_ids(anna, "GetCreatedEvents")) == (
            [],
            [event_id],
        )
        assert error_of(anna, f"{EVENTS}JoinEvent", **of_it) == 0
        assert error_of(anna, f"{EVENTS}DeleteEvent", **of_it) == 0
        assert error_of_get(anna, f"{EVENTS}GetEventByID", **of_it) == 5

    def test_two_are_told_apart_by_a_part_of_the_name(self, anna: Person) -> None:
        mine = uuid4().hex
        names = {f"{mine}testevent", f"{mine}tesevent"}
        assert [error_of_making(anna, each) for each in names] == [0, 0]
        for part, expected in (
            (f"{mine}test", {f"{mine}testevent"}),
            (f"{mine}tes".upper(), names),
        ):
            events = anna.browser.get(f"{EVENTS}GetEvents", name=part)
            assert {each["name"] for each in events} == expected

    def test_what_is_not_one_s_own_stays(self, anna: Person, boris: Person) -> None:
        """Contract: 5.6."""
        event_id = create_event(boris)
        assert error_of(anna, f"{EVENTS}DeleteEvent", event_id=event_id) == 3
        assert error_of(anna, f"{EVENTS}LeaveEvent", event_id=event_id) == 3
        for call in ("DeleteEvent", "LeaveEvent", "JoinEvent"):
            assert error_of(anna, EVENTS + call, event_id=NO_ID) == 1

    def test_times_in_the_past_or_reversed_are_refused(self, anna: Person) -> None:
        """Contract: 5.1."""
        assert error_of_making(anna, name_of_its_own("past"), starts=-43200, lasts=60) == 1
        assert error_of_making(anna, name_of_its_own("reversed"), starts=60, lasts=-30) == 1

    def test_after_the_end_nobody_joins_leaves_or_deletes(
        self, service: Service, anna: Person, boris: Person
    ) -> None:
        """Contract: 5.3, 5.5: one that has begun is joined."""
        event_id = an_ended_event(anna, boris)
        (late,) = sign_up_people(service, 1)
        assert error_of(late, f"{EVENTS}JoinEvent", event_id=event_id) == 3
        assert error_of(boris, f"{EVENTS}LeaveEvent", event_id=event_id) == 3
        assert error_of(anna, f"{EVENTS}LeaveEvent", event_id=event_id) == 3
        assert error_of(anna, f"{EVENTS}DeleteEvent", event_id=event_id) == 3
        assert error_of(late, f"{EVENTS}JoinEvent", event_id=create_event(anna)) == 0


class TestSockets:
    @pytest.mark.parametrize("role", ["mark_me", "marking"])
    async def test_no_event_and_one_that_is_over_are_an_error_and_the_end(
        self, anna: Person, role: str
    ) -> None:
        """Contract: 6.17."""
        for event_id, code in ((NO_ID, 4400), ("", 4400), (an_ended_event(anna), 4410)):
            async with anna.opens(role, event_id) as wire:
                assert (await wire.turns_away()).close == code

    async def test_nobody_marks_before_the_start_or_while_waiting(
        self, anna: Person, boris: Person
    ) -> None:
        """Contract: 6.2, 6.6: one may wait on a second socket."""
        name = name_of_its_own("future")
        assert error_of_making(anna, name) == 0
        (event,) = anna.browser.get(f"{EVENTS}GetEvents", name=name)
        async with anna.opens("marking", event["event_id"]) as wire:
            assert await wire.turns_away() == ("event_not_started", 4425)
        event_id = create_event(anna)
        async with boris.opens("mark_me", event_id), boris.opens("marking", event_id) as wire:
            assert await wire.turns_away() == ("you_are_waiting", 4409)
            async with boris.opens("mark_me", event_id) as second:
                assert (await second.asks("ping"))["message"] == "pong"

    async def test_a_marker_who_was_there_first_marks_whoever_comes(
        self, anna: Person, boris: Person
    ) -> None:
        """Contract: 6.3, 6.16."""
        event_id = create_event(anna)
        async with anna.opens("marking", event_id) as marking:
            await marking.hears("marking_list", marking_list=[])
            async with boris.opens("mark_me", event_id) as waiting:
                await marking.hears("user_joined", user_id=boris.user_id)
                await marks(marking, waiting, boris.user_id)
        assert anna.karma() == 50

    async def test_one_of_two_is_refused_and_both_are_marked(
        self, service: Service, anna: Person
    ) -> None:
        first, second = sign_up_people(service, 2)
        event_id = create_event(anna)
        async with AsyncExitStack() as stack:
            wires: dict[int, Wire] = {}
            for each in (first, second):
                wires[each.user_id] = await stack.enter_async_context(
                    each.opens("mark_me", event_id)
                )
            marking = await stack.enter_async_context(anna.opens("marking", event_id))
            await marking.hears("marking_list", marking_list=[*wires])
            chosen = await marking.asks("prepare_to_mark", user_id=first.user_id)
            assert chosen["message"] == "prepared"
            # The client of old says whom it means, and more than it has to
            refused = await marking.asks("refuse_to_mark", user_id=first.user_id)
            assert (refused["result"], refused["message"]) == ("ok", "refused")
            for user_id in (second.user_id, first.user_id):
                await marks(marking, wires[user_id], user_id)
        assert anna.karma() == 100
