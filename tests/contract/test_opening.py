"""Opening a socket: what refuses it, and in which order. Contract: 6.17, 6.18."""

from __future__ import annotations

from uuid import uuid4

import pytest

from attendance_core.vocabulary import EventId
from attendance_web.live import person_sockets
from tests.support.eventually import eventually
from tests.support.houses import ROLES, has_joined, has_lost_one, is_over
from tests.support.houses import house_in_folder as house
from tests.support.live_house import House, Visitor
from tests.support.wires import Wire

__all__ = ["house"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestRefusals:
    @ROLES
    async def test_a_foreign_origin_is_refused_first(self, house: House, role: str) -> None:
        wire = await house.opens(f"/ws/{role}?event_id=x", Origin="https://evil.example")
        assert await wire.turns_away() == ("foreign_origin", 4403)

    @pytest.mark.parametrize(
        "origin",
        [
            "null",
            "http://127.0.0.1",
            "http://127.0.0.1:{other}",
            "http://127.0.0.1:{port}.evil.example",
            "http://evil.example:{port}",
            "http://127.0.0.1:{port}@evil.example",
            "127.0.0.1:{port}",
            "file://127.0.0.1:{port}",
        ],
    )
    async def test_another_host_or_port_is_foreign(self, house: House, origin: str) -> None:
        (anna,) = await house.add_people(1)
        event_id = await house.create_event(anna)
        spelt = origin.format(port=house.port, other=house.port + 1)
        wire = await anna.mark_me(event_id, Origin=spelt)
        assert await wire.turns_away() == ("foreign_origin", 4403)
        assert await house.state_of(event_id, anna) is None

    @ROLES
    async def test_so_is_what_a_browser_calls_another_site(self, house: House, role: str) -> None:
        headers = {"Sec-Fetch-Site": "cross-site"}
        wire = await house.opens(f"/ws/{role}?event_id=x", **headers)
        assert await wire.turns_away() == ("foreign_origin", 4403)

    async def test_our_own_origin_is_welcome(self, house: House) -> None:
        (anna,) = await house.add_people(1)
        event_id = await house.create_event(anna)
        wire = await anna.mark_me(event_id, Origin=f"http://127.0.0.1:{house.port}")
        await wire.hears_nothing()

    @ROLES
    @pytest.mark.parametrize("cookie", [None, "sessionid=", "sessionid=chosen-by-me", "other=1"])
    async def test_without_a_session_one_is_sent_to_log_in(
        self, house: House, role: str, cookie: str | None
    ) -> None:
        headers = {} if cookie is None else {"Cookie": cookie}
        wire = await house.opens(f"/ws/{role}?event_id=x", **headers)
        assert await wire.turns_away() == ("not_logged_in", 4401)

    @ROLES
    @pytest.mark.parametrize(
        ("whose", "turned_away"),
        [
            ("{other}", ("other_person", 4401)),
            ("x", ("bad_params", 4400)),
            ("", ("bad_params", 4400)),
            ("{anna}&as={anna}", ("bad_params", 4400)),
        ],
    )
    async def test_a_socket_for_somebody_else_is_refused(
        self, house: House, role: str, whose: str, turned_away: tuple[str, int]
    ) -> None:
        """Contract: 1.8."""
        anna, other = await house.add_people(2)
        event_id = await house.create_event(anna)
        spelt = whose.format(anna=anna.user_id, other=other.user_id)
        wire = await anna.house.opens(
            f"/ws/{role}?event_id={event_id}&as={spelt}", Cookie=f"sessionid={anna.token}"
        )
        assert await wire.turns_away() == turned_away
        assert await house.state_of(event_id, anna) is None
        wire = await anna.house.opens(  # whom it is for is looked at before where it goes
            f"/ws/{role}?event_id=x&as={spelt}", Cookie=f"sessionid={anna.token}"
        )
        assert await wire.turns_away() == turned_away

    async def test_a_socket_for_oneself_is_not(self, house: House) -> None:
        (anna,) = await house.add_people(1)
        wire = await anna.mark_me(f"{await house.create_event(anna)}&as={anna.user_id}")
        await wire.hears_nothing()
        nobody = await house.opens(f"/ws/mark_me?event_id=x&as={anna.user_id}")
        assert await nobody.turns_away() == ("not_logged_in", 4401)

    @ROLES
    @pytest.mark.parametrize(
        "query",
        [
            "",
            "event_id=",
            "event_id=1234",
            "event_id={event}&event_id={event}",
            "event_id={bare}",
            "event_id={{{event}}}",
            "event_id=%00",
            "event_id={event}%20",
            "other={event}",
        ],
    )
    async def test_one_well_formed_event_id_is_needed(
        self, house: House, role: str, query: str
    ) -> None:
        (anna,) = await house.add_people(1)
        event_id = await house.create_event(anna)
        spelt = query.format(event=event_id, bare=event_id.hex)
        wire = await house.opens(f"/ws/{role}?{spelt}", Cookie=f"sessionid={anna.token}")
        assert await wire.turns_away() == ("bad_event_id", 4400)

    @ROLES
    async def test_an_unknown_event_is_not_found(self, house: House, role: str) -> None:
        (anna,) = await house.add_people(1)
        wire = await house.opens(f"/ws/{role}?event_id={uuid4()}", Cookie=f"sessionid={anna.token}")
        assert await wire.turns_away() == ("event_not_found", 4404)

    @ROLES
    async def test_an_event_that_is_over_lets_nobody_in(self, house: House, role: str) -> None:
        (anna,) = await house.add_people(1)
        event_id = await house.create_event(anna, lasts=60.2)
        await eventually(lambda: is_over(house, event_id))
        wire = await house.opens(
            f"/ws/{role}?event_id={event_id}", Cookie=f"sessionid={anna.token}"
        )
        assert await wire.turns_away() == ("event_over", 4410)

    async def test_marking_begins_with_the_event_and_waiting_before(self, house: House) -> None:
        anna, boris = await house.add_people(2)
        event_id = await house.create_event(anna, starts=600)
        wire = await anna.marking(event_id)
        assert await wire.turns_away() == ("event_not_started", 4425)
        waiting = await boris.mark_me(event_id)
        await waiting.hears_nothing()

    async def test_one_who_waits_does_not_mark(self, house: House) -> None:
        (anna,) = await house.add_people(1)
        event_id = await house.create_event(anna)
        await anna.mark_me(event_id)
        wire = await anna.marking(event_id)
        assert await wire.turns_away() == ("you_are_waiting", 4409)

    async def test_one_who_holds_somebody_does_not_wait(self, house: House) -> None:
        anna, boris = await house.add_people(2)
        event_id = await house.create_event(anna)
        await anna.mark_me(event_id)
        marker = await boris.comes_to_mark(event_id)
        await marker.says("prepare_to_mark", user_id=anna.user_id)
        await marker.hears("prepared")
        wire = await boris.mark_me(event_id)
        assert await wire.turns_away() == ("holding_somebody", 4409)
        assert await house.state_of(event_id, boris) is None
        assert await house.has_sockets(event_id, boris, 1)

    @ROLES
    async def test_one_person_has_sixteen_sockets_in_an_event(
        self, house: House, role: str
    ) -> None:
        """Contract: 1.10."""
        anna, boris = await house.add_people(2)
        event_id, other_event_id = await house.create_event(boris), await house.create_event(boris)
        other_role = "mark_me" if role == "marking" else "marking"

        async def opens(visitor: Visitor, at: EventId = event_id, in_role: str = role) -> Wire:
            return await (visitor.marking(at) if in_role == "marking" else visitor.mark_me(at))

        wires = [await opens(anna) for _ in range(16)]
        assert await (await opens(anna)).turns_away() == ("too_many_sockets", 4429)
        assert await house.has_sockets(event_id, anna, 16)
        await opens(anna, other_event_id)
        await opens(boris)
        if other_role == "marking":  # decided last
            refused = await opens(anna, event_id, other_role)
            assert await refused.turns_away() == ("you_are_waiting", 4409)
        wires[0].cut()
        await eventually(lambda: has_lost_one(house, event_id, anna))
        back = await opens(anna)
        assert (await back.asks("ping"))["message"] in {"pong", "marking_list"}
        assert await (await opens(anna)).turns_away() == ("too_many_sockets", 4429)

    async def test_one_person_has_sixty_four_sockets_in_all(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Contract: 1.10, counted by each process."""
        assert person_sockets.MAX_IN_ALL == 64
        monkeypatch.setattr(person_sockets, "MAX_IN_ALL", 3)
        anna, boris = await house.add_people(2)
        event_ids = [await house.create_event(boris) for _ in range(4)]
        wires = [await anna.comes_to_mark(event_id) for event_id in event_ids[:2]]
        wires.append(await anna.mark_me(event_ids[2]))
        for event_id in (event_ids[3], event_ids[0], str(uuid4())):
            assert await (await anna.marking(event_id)).turns_away() == ("too_many_sockets", 4429)
        assert await house.state_of(event_ids[3], anna) is None
        assert await house.has_no_socket(event_ids[3], anna)
        assert (await (await boris.comes_to_mark(event_ids[3])).asks("ping"))["message"] == "pong"
        wires[1].cut()
        await eventually(lambda: has_lost_one(house, event_ids[1], anna))
        assert (await (await anna.comes_to_mark(event_ids[3])).asks("ping"))["message"] == "pong"
        assert await (await anna.marking(event_ids[1])).turns_away() == ("too_many_sockets", 4429)

    @pytest.mark.parametrize(
        ("role", "starts", "lasts", "refused"),
        [
            ("mark_me", -60, 60.2, ("event_over", 4410)),
            ("marking", -60, 60.2, ("event_over", 4410)),
            ("marking", 600, 3600, ("event_not_started", 4425)),
        ],
    )
    async def test_a_refused_opening_joins_nobody(
        self, house: House, role: str, starts: float, lasts: float, refused: tuple[str, int]
    ) -> None:
        anna, boris = await house.add_people(2)
        event_id = await house.create_event(anna, starts, lasts)
        if refused[0] == "event_over":
            await eventually(lambda: is_over(house, event_id))
        wire = await house.opens(
            f"/ws/{role}?event_id={event_id}", Cookie=f"sessionid={boris.token}"
        )
        assert await wire.turns_away() == refused
        assert await has_joined(house, anna, event_id)  # by making it
        assert not await has_joined(house, boris, event_id)

    @pytest.mark.parametrize(
        ("language", "word"), [("en", "log in"), ("ru", "Войдите"), ("", "Войд")]
    )
    async def test_the_text_is_in_the_persons_language(
        self, house: House, language: str, word: str
    ) -> None:
        wire = await house.opens("/ws/mark_me?event_id=x", Accept_Language=language)
        assert word in (await wire.heard())["message"]
