"""No argument ends in our fault: it is taken, or refused by its name. Contract: 1.13."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import msgspec
import pytest

from attendance_web.http.call import Call
from attendance_web.routes import CALLS
from tests.support.bad_input import (
    FIELDS,
    NASTY,
    SOME_ID,
    UNSTORABLE,
    arguments,
    error_number,
    fields_of,
    make,
    named,
    nothing_counted_and_a_moderator,
)
from tests.support.site import Browser, Site, anna, refusal, response
from tests.support.site import site_in_folder as site

__all__ = ["anna", "nothing_counted_and_a_moderator", "site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
BAD_NUMBERS: list[Any] = [
    *(0, -1, 2**63, 2**64, 10**400, -(2**63), 1.5, 1e308, True, False, [], [1], {}),
    *(
        {"user_id": 1},
        "",
        " ",
        "x",
        "1.0",
        "+1",
        "-1",
        "1e3",
        " 1",
        "1 ",
        "0",
        "9" * 19,
        "٣",
        "1\x00",
    ),
]
BAD_UUIDS: list[Any] = [
    *(0, 1, 1.5, True, [], {}, "", "x", "0" * 36, SOME_ID[:-1], SOME_ID + "0", SOME_ID + "\n"),
    *(SOME_ID.replace("-", ""), f"{{{SOME_ID}}}", f"urn:uuid:{SOME_ID}", "٠" * 36, "\ud800" * 36),
]
BAD_SCOPES: list[Any] = [
    *("", ",", "read,", "read mark", "READ", "all", "read,all", "read,mark," * 40),
    *(
        [],
        ["all"],
        ["read", "all"],
        [1],
        [None],
        [["read"]],
        ["read"] * 101,
        {},
        {"read": 1},
        1,
        True,
    ),
]
TEXT_FIELDS = {
    "session",
    "username",
    "code",
    "token",
    "password",
    "old_password",
    "new_password",
    "display_name",
    "bio",
    "display_name_part",
    "name",
    "note",
}
PROOF_FIELDS = {
    ("MakeRecoveryCodes", "password"),
    ("DeleteAccount", "password"),
    ("DownloadData", "password"),
    ("LinkProvider", "password"),
}  # needed of whoever has one
ID_FIELDS = {"event_id", "scan", "token_id"}
NUMBER_FIELDS = {
    *("user_id", "time_from", "time_to", "limit", "offset", "ends_after", "starts_before"),
    "expires_in_days",
}


class TestTexts:
    @pytest.mark.parametrize(
        ("call", "field"), [each for each in FIELDS if each[1] in TEXT_FIELDS], ids=named
    )
    async def test_every_nasty_text_is_kept_or_refused(
        self, site: Site, anna: Browser, call: Call, field: str
    ) -> None:
        browser = anna if call.needs_login else site.browser()
        await browser.csrf_token()
        # Nothing is done with the name of a picture, and looking at pictures takes its time; and
        # whoever guesses a password that proves who they are so often has to wait
        is_proof = field == "old_password" or (call.name, field) in PROOF_FIELDS
        tried = UNSTORABLE if "image" in fields_of(call) or is_proof else NASTY
        for text in tried:
            given = arguments(call, **{field: text})
            if given.get("old_password") is not None and field != "old_password":
                given["old_password"] = None  # looking at one takes its time
            if "password" in given and call.name != "SignUp" and text not in UNSTORABLE:
                given["password"] = None  # looking at a password takes its time, on purpose
            if call.name == "UseRecoveryCode" and text not in UNSTORABLE:
                given["code" if field == "new_password" else "new_password"] = None  # so do codes
            for answer in await make(browser, call, given, in_forms=text in UNSTORABLE):
                error = error_number(answer)
                if text in UNSTORABLE:
                    assert error == 1 and field in answer.json()["error_msg"], (text, answer.text)
        if call.method == "POST" and call.needs_login:
            shown = await anna.get("/api/profile/GetProfile", user_id=anna.user_id)
            assert response(shown)["display_name"].isprintable()


class TestNumbers:
    @pytest.mark.parametrize(
        ("call", "field"), [each for each in FIELDS if each[1] in NUMBER_FIELDS], ids=named
    )
    async def test_every_bad_number_is_refused_by_its_name(
        self, anna: Browser, call: Call, field: str
    ) -> None:
        may_be_zero = field not in {"user_id", "limit", "expires_in_days"}
        for number in BAD_NUMBERS:
            if may_be_zero and number in (0, "0") and number is not False:
                continue
            if call.method == "GET" and not isinstance(number, str | int | float):
                continue
            for answer in await make(anna, call, arguments(call, **{field: number})):
                assert error_number(answer) == 1, (number, answer.text)
                text = answer.json()["error_msg"]
                assert field in text or "body" in text

    @pytest.mark.parametrize(
        "call", [call for call, field in FIELDS if field == "offset"], ids=named
    )
    async def test_no_list_is_read_far_down(self, anna: Browser, call: Call) -> None:
        """Contract: 1.19."""
        for offset, error in ((10_000, 0), (10_001, 1), (2_000_000_000, 1)):
            (answer,) = await make(anna, call, arguments(call, offset=offset))
            found = error_number(answer)
            assert found == error or {found, error} == {0, 5}, answer.text  # of no event
            assert "offset" in answer.json()["error_msg"] or not error

    @pytest.mark.parametrize("language", ["en", "ru"])
    async def test_a_refused_one_is_told_its_unit_and_range(
        self, anna: Browser, language: str
    ) -> None:
        """Of a time in milliseconds nobody would see what is wrong with it."""
        headers = {"Accept-Language": language}
        event = {"name": "Algebra", "time_from": 1_800_000_000_000, "time_to": 1_800_000_005}
        answer = await anna.client.post(
            "/api/events/CreateEvent",
            json=event,
            headers={**headers, "X-CSRFToken": await anna.csrf_token()},
        )
        said = refusal(answer, 1)
        assert "time_from" in said and "UNIX" in said and "253402300799" in said
        assert ("milliseconds" if language == "en" else "миллисекундах") in said
        for given, least, most in (({"offset": 10_001}, 0, 10_000), ({"limit": 0}, 1, 2**31 - 1)):
            path = "/api/events/GetEvents"
            answer = await anna.client.get(path, params=given, headers=headers)
            said = refusal(answer, 1)
            assert all(str(each) in said for each in (*given, least, most)), said
            assert answer.json()["code"] == "invalid_argument"

    @pytest.mark.parametrize(
        ("call", "field"), [each for each in FIELDS if each[1] in ID_FIELDS], ids=named
    )
    async def test_every_malformed_id_of_36_characters_is_refused_by_its_name(
        self, anna: Browser, call: Call, field: str
    ) -> None:
        for malformed in BAD_UUIDS:
            for answer in await make(anna, call, arguments(call, **{field: malformed})):
                assert error_number(answer) == 1, (malformed, answer.text)
                assert field in answer.json()["error_msg"]

    @pytest.mark.parametrize("scopes", BAD_SCOPES, ids=str)
    async def test_every_bad_list_of_scopes_is_refused_by_its_name(
        self, anna: Browser, scopes: Any
    ) -> None:
        (call,) = (each for each in CALLS if each.name == "CreateToken")
        for answer in await make(anna, call, arguments(call, scopes=scopes)):
            assert error_number(answer) == 1, answer.text
            assert "scopes" in answer.json()["error_msg"]


class TestMissing:
    @pytest.mark.parametrize(
        ("path", "fields"),
        [
            ("/api/events/UpdateEvent", ["name", "time_from", "time_to", "who_marks"]),
            ("/api/profile/UpdateProfileInfo", ["display_name", "bio"]),
            ("/api/auth/EndSession", ["session", "others"]),
        ],
    )
    async def test_where_one_of_some_is_needed_all_are_named(
        self, anna: Browser, path: str, fields: list[str]
    ) -> None:
        answer = await anna.post(path, event_id=str(uuid4()))
        said = refusal(answer, 2)
        assert all(each in said for each in fields), said
        assert answer.json()["code"] == "missing_argument" and "field" not in answer.json()

    # Of what one signs up and logs in with, the rest is as good where it is not given; an event
    # that was made has its name
    @pytest.mark.parametrize(
        ("call", "field"),
        [
            (call, field)
            for call, field in FIELDS
            if (call.name not in {"LogIn", "SignUp"} or field in {"username", "password"})
            and (call.name, field) != ("CreateEvent", "who_marks")
            and (call.name, field) != ("CreateToken", "password")  # of whoever has one
            and call.name != "WatchAttendance"  # which needs it, or a secret
            and (call.name, field) != ("ChangePassword", "old_password")  # whoever has one
            and (call.name, field) not in PROOF_FIELDS
            and (call.name, field) != ("EndSession", "session")  # or others
        ],
        ids=named,
    )
    async def test_null_is_as_if_it_were_not_there(
        self, anna: Browser, call: Call, field: str
    ) -> None:
        without = {name: value for name, value in arguments(call).items() if name != field}
        answers = await make(anna, call, without, in_forms=True)
        if call.method == "POST":
            answers += await make(anna, call, {**without, field: None})
        told = {(each.json()["error"], each.json()["error_msg"]) for each in answers}
        assert len(told) == 1
        ((error, text),) = told
        needed = field in {each.name for each in required_fields(call)}
        assert (error == 2) is needed and (field in text or not needed)


def required_fields(call: Call) -> list[Any]:
    return [each for each in msgspec.structs.fields(call.arguments) if each.required]
