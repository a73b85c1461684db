"""The description of the sockets is made of what they say and hear. Contract: 6, 8.9, 9.3."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from attendance_core import errors
from attendance_core.marking import frames
from attendance_core.marking.connections import Role
from attendance_core.profiles import ProfileSummary
from attendance_core.version import __version__
from attendance_core.vocabulary import UserId
from attendance_web.live import close_codes
from attendance_web.live.asyncapi import document
from attendance_web.live.commands import COMMANDS, decode
from attendance_web.live.messages import PONG, encode, encode_error, spell_person
from attendance_web.live.service_frames import SERVICE_FRAMES
from attendance_web.socket_descriptions import FOLDER
from tests.support.described_answers import fits, resolved
from tests.support.site import Site
from tests.support.site import site_in_memory as site

__all__ = ["site"]

CONTRACT = (Path(__file__).parents[2] / "docs" / "contract.md").read_text(encoding="utf-8")
DOCUMENT = document()
MESSAGES = DOCUMENT["components"]["messages"]
ANNA, BORIS = UserId(7), UserId(12)
PEOPLE = {ANNA: spell_person(ProfileSummary(ANNA, "Анна", None, confirmed=True))}
EXAMPLES: list[Any] = [
    frames.MarkingList((frames.Listed(ANNA, 1.25), frames.Listed(BORIS, 2.5))),
    frames.UserJoined(ANNA, 1.25),
    frames.UserJoined(BORIS, 2.5),
    frames.UserLeft(ANNA),
    frames.Prepared(ANNA, 90.0),
    frames.Confirmed(ANNA, 1, 50),
    frames.GivenBack(),
    frames.ReservationExpired(ANNA),
    frames.WasMarked(BORIS),
    frames.HeldBy(ANNA, 90.0),
    frames.HeldBy(BORIS, 90.0),
    frames.LetGo(),
    frames.YourPosition(3, 40, 5),
    frames.EventUpdated("Физика", 1.5, 3.5),
]


def references(value: Any) -> Iterator[str]:
    """Finds every $ref, however deep."""
    if isinstance(value, dict):
        yield from (value["$ref"],) if "$ref" in value else ()
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def message_names(role: Role, action: str) -> set[str]:
    """Reads what may be said on a socket, in this direction."""
    operation = DOCUMENT["operations"][f"{action}_{role.value}"]
    assert operation["action"] == action
    return {resolved(each, DOCUMENT)["name"] for each in operation["messages"]}


class TestWhatIsDescribed:
    def test_every_frame_has_a_name_of_its_own(self) -> None:
        kinds = set(get_args(frames.Frame)) - {frames.Closing}
        assert set(SERVICE_FRAMES) == kinds
        assert len({each.message for each in SERVICE_FRAMES.values()}) == len(kinds)
        assert {type(each) for each in EXAMPLES} == kinds

    @pytest.mark.parametrize("role", Role)
    def test_each_socket_takes_the_commands_that_its_decoder_takes(self, role: Role) -> None:
        taken = {each.message for each in COMMANDS.values() if role in each.roles}
        assert message_names(role, "receive") == taken

    @pytest.mark.parametrize("role", Role)
    def test_each_socket_says_what_is_declared_for_it(self, role: Role) -> None:
        said = {each.message for each in SERVICE_FRAMES.values() if role in each.roles}
        assert message_names(role, "send") == said | {"pong", "error"}

    def test_every_reference_leads_somewhere(self) -> None:
        for each in set(references(DOCUMENT)):
            assert resolved({"$ref": each}, DOCUMENT)

    @pytest.mark.parametrize("role", Role)
    def test_every_code_that_closes_a_socket_is_there(self, role: Role) -> None:
        ours = {*close_codes.OPENING_CODES.values(), *close_codes.ENDING_CODES.values()}
        ours |= {each for each in vars(close_codes).values() if isinstance(each, int)}
        ours -= {1000} if role is Role.MARKING else {4425}
        codes = DOCUMENT["channels"][role.value]["x-close-codes"]
        assert {int(each) for each in codes} == ours
        assert {"1002", "1007"} < codes.keys()
        assert codes["4410"] == {"after": ["event_over"], "place": "ends", "come_back": False}
        assert codes["1012"] == {"after": [], "place": "kept", "come_back": True}
        assert codes["1013"] == {"after": ["unavailable"], "place": "none", "come_back": True}
        assert codes["4404"] == {"after": ["event_not_found"], "place": "none", "come_back": False}
        assert "final" not in str(codes)

    def test_each_socket_has_those_that_it_can_be_closed_with(self) -> None:
        mark_me, marking = (DOCUMENT["channels"][each.value]["x-close-codes"] for each in Role)
        assert "1000" in mark_me and "1000" not in marking
        assert "4425" in marking and "4425" not in mark_me
        assert mark_me["4409"]["after"] == ["holding_somebody"]
        assert marking["4409"]["after"] == ["you_are_waiting"]
        assert set(marking["4403"]["after"]) - set(mark_me["4403"]["after"]) == {"may_not_mark"}

    def test_they_are_those_of_the_page_of_the_wire(self) -> None:
        page = (Path(__file__).parents[2] / "docs" / "wire.md").read_text(encoding="utf-8")
        rows = re.findall(r"^([0-9]{4}) \| .+ \| (.+) \| (no|after a pause)$", page, re.MULTILINE)
        said = {
            code: (each["place"], each["come_back"])
            for channel in DOCUMENT["channels"].values()
            for code, each in channel["x-close-codes"].items()
        }
        places = {"ends": "ends", "is kept for the grace": "kept", "it had none": "none"}
        assert said == {
            code: (places[place], come_back == "after a pause") for code, place, come_back in rows
        }

    def test_every_type_has_a_name(self) -> None:
        """Else those who generate clients number them."""
        titles = [each["payload"]["title"] for each in MESSAGES.values()]
        names = {each.get("title") for each in DOCUMENT["components"]["schemas"].values()}
        assert len({*titles, *names}) == len(titles) + len(names) and None not in names
        assert {"MarkingListFrame", "PrepareToMarkFrame", "ErrorFrame"} < {*titles}

    def test_a_refusal_has_one_of_the_codes_of_the_contract(self) -> None:
        (said,) = re.findall(r'`"params": \{"code": ...\}`, one of\n`([^`]+)`', CONTRACT)
        described = DOCUMENT["components"]["schemas"]["ErrorParams"]["properties"]["code"]
        assert described["enum"] == sorted(said.split())

    def test_the_addresses_are_those_of_the_sockets(self) -> None:
        found = {name: each["address"] for name, each in DOCUMENT["channels"].items()}
        assert found == {"mark_me": "/ws/mark_me", "marking": "/ws/marking"}

    def test_it_is_of_this_version(self) -> None:
        assert DOCUMENT["asyncapi"] == "3.0.0"
        assert DOCUMENT["info"]["version"] == __version__


class TestWhatIsSaid:
    @pytest.mark.parametrize("frame", EXAMPLES, ids=str)
    def test_a_frame_is_as_it_is_described(self, frame: Any) -> None:
        said = json.loads(encode(frame, "ru", PEOPLE).text)
        payload = MESSAGES[said["message"]]["payload"]
        assert fits(said, payload, DOCUMENT)
        assert said.keys() == payload["properties"].keys()
        params = resolved(payload["properties"].get("params", {}), DOCUMENT)
        assert said.get("params", {}).keys() <= params.get("properties", {}).keys()

    def test_so_are_the_answer_to_a_ping_and_refusals(self) -> None:
        assert fits(json.loads(PONG.text), MESSAGES["pong"]["payload"], DOCUMENT)
        for error in (errors.Taken(), errors.TooSoon(seconds=9), errors.Unavailable()):
            said = json.loads(encode_error(error, "en").text)
            assert fits(said, MESSAGES["error"]["payload"], DOCUMENT), said

    @pytest.mark.parametrize("message", COMMANDS)
    def test_a_command_as_it_is_described_is_read(self, message: str) -> None:
        said: dict[str, Any] = {"message": message}
        payload = MESSAGES[message]["payload"]
        if "params" in payload["properties"]:
            said["params"] = {"user_id": 7}
        assert fits(said, payload, DOCUMENT)
        assert decode(json.dumps(said), Role.MARKING).command is COMMANDS[message]

    def test_what_is_described_otherwise_is_found(self) -> None:
        said = json.loads(encode(frames.Prepared(ANNA, 90.0), "en").text)
        del said["params"]["expires_in"]
        assert not fits(said, MESSAGES["prepared"]["payload"], DOCUMENT)


async def test_it_is_served_and_loads_nothing_from_elsewhere(site: Site) -> None:
    answer = await site.browser().get("/asyncapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == DOCUMENT
    assert "http://" not in answer.text and "https://" not in answer.text


async def test_the_vectors_are_served(site: Site) -> None:
    served = (await site.browser().get("/schema/vectors.json")).json()
    assert served == {each.stem: json.loads(each.read_text()) for each in FOLDER.iterdir()}
