"""Every call is declared once, and programs can read how. Contract: 2-5 and 7."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from attendance_core.use_cases import UseCases
from attendance_web.http.exports import MEDIA_TYPES as FILE_TYPES
from attendance_web.routes import CALLS
from tests.support.described_answers import resolved
from tests.support.scopes import SCOPES
from tests.support.site import Site
from tests.support.site import site_in_memory as site

__all__ = ["site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

# Contract: 2, 3, 4, 5, 7, 8 and 9, the tables, in their order; "-": no arguments; "?": optional
PROMISED = """
POST /accounts/logout/ -
GET /api/auth/GetCurrentUserId -
POST /accounts/signup/ username password ?display_name
POST /accounts/login/ username password
POST /accounts/recovery/codes/ ?password
POST /accounts/recovery/ username code new_password
POST /accounts/reset/ token new_password
GET /api/profile/GetProfile user_id
POST /api/profile/UpdateProfilePicture image name
POST /api/profile/UpdateProfileInfo ?display_name ?bio
POST /api/profile/UploadProfileConfirmation image ?name
GET /api/profile/GetPendingConfirmations ?limit ?offset
POST /api/profile/TakeConfirmation scan
POST /api/profile/ReturnConfirmation scan
POST /api/profile/ResolveConfirmation scan approve ?reason ?note
GET /api/profile/GetConfirmationLog ?limit ?offset
GET /api/profile/FindByName display_name_part ?limit ?offset
GET /api/friends/GetFriendList -
POST /api/friends/SendFriendRequest user_id
GET /api/friends/GetFriendRequests ?limit ?offset
POST /api/friends/RemoveFriend user_id
POST /api/events/CreateEvent name time_from time_to ?who_marks
GET /api/events/GetEventByID event_id
GET /api/events/GetEvents ?name ?limit ?offset ?ends_after ?starts_before ?newest_first
POST /api/events/JoinEvent event_id
POST /api/events/LeaveEvent event_id
POST /api/events/DeleteEvent event_id
GET /api/events/GetCreatedEvents ?limit ?offset ?ends_after ?starts_before ?newest_first ?helping
GET /api/events/GetJoinedEvents ?limit ?offset ?ends_after ?starts_before ?newest_first
GET /api/events/GetAttendance event_id
GET /api/profile/GetMyAttendance ?limit ?offset
POST /api/events/UpdateEvent event_id ?name ?time_from ?time_to ?who_marks
POST /api/events/AddHelper event_id user_id
POST /api/events/RemoveHelper event_id user_id
GET /api/events/GetHelpers event_id
POST /api/events/MarkParticipant event_id user_id ?note
POST /api/events/AnnulMark event_id user_id n reason ?note
GET /api/events/GetLedger event_id ?user_id ?limit ?offset
GET /api/events/ExportAttendance event_id format ?tz
GET /api/events/WatchAttendance ?event_id
POST /api/events/MakeBoardLink event_id
POST /api/events/RemoveBoardLink event_id
POST /accounts/password/ new_password ?old_password
POST /accounts/delete/ ?password
POST /accounts/data/ ?password
GET /api/auth/GetSessions -
POST /api/auth/EndSession ?session ?others
POST /api/auth/CreateToken ?password name scopes ?expires_in_days
GET /api/auth/GetTokens -
POST /api/auth/RevokeToken token_id
POST /accounts/oidc/link/ ?password
POST /accounts/oidc/unlink/ link
""".strip().splitlines()
MEDIA_TYPES_OF_FILES = {
    "ExportAttendance": set(FILE_TYPES.values()),
    "DownloadData": {"application/zip", "application/json"},
}
WITHOUT_LOG_IN = {
    *("SignUp", "LogIn", "LogOut", "GetCurrentUserId", "GetEventByID", "GetEvents"),
    *("UseRecoveryCode", "ResetPassword"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def document(site: Site) -> dict[str, Any]:
    answer = await site.browser().get("/schema/openapi.json")
    described: dict[str, Any] = answer.json()
    return described


def references(value: Any) -> Iterator[str]:
    """Every $ref, however deep."""
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


class TestTheTable:
    async def test_there_are_these_calls_and_no_others(self) -> None:
        promised = {tuple(line.split()[:2]) for line in PROMISED}
        assert {(call.method, call.path) for call in CALLS} == promised

    async def test_each_has_a_name_of_its_own_and_a_use_case_behind_it(self) -> None:
        assert len({call.name for call in CALLS}) == len(CALLS)
        names = {field.replace("_", "") for field in UseCases.__dataclass_fields__}
        for call in CALLS:
            assert call.path.rstrip("/").rpartition("/")[2].lower() in call.name.lower()
            assert call.use_case.lower() in names

    async def test_those_who_have_not_logged_in_may_make_these(self) -> None:
        assert {call.name for call in CALLS if not call.needs_login} == WITHOUT_LOG_IN


class TestOpenApi:
    @pytest.mark.parametrize("line", PROMISED)
    async def test_every_call_is_described(self, document: dict[str, Any], line: str) -> None:
        method, path, *arguments = line.split()
        operation = document["paths"][path][method.lower()]
        expected = {name.removeprefix("?"): name[0] != "?" for name in arguments if name != "-"}
        if method == "GET":
            given = {each["name"]: each["required"] for each in operation["parameters"]}
            assert all(each["in"] == "query" for each in operation["parameters"])
        else:
            # One body, by reference: generators name a type for each that is written out
            ((media_type, body),) = operation["requestBody"]["content"].items()
            assert media_type == "application/json"
            assert body["schema"].keys() == {"$ref"}
            schema = resolved(body["schema"], document)
            needed = schema.get("required", [])
            given = {name: name in needed for name in schema["properties"]}
        assert given == expected
        assert operation["operationId"] in {call.name for call in CALLS}
        assert operation["summary"] and operation["tags"]

    async def test_every_answer_has_a_name(self, document: dict[str, Any]) -> None:
        """Else those who generate clients make up names, and change them with every call."""
        for item in document["paths"].values():
            for operation in item.values():
                for answer in operation["responses"].values():
                    if "text/event-stream" in answer["content"]:
                        assert answer["content"]["text/event-stream"]["schema"].keys() == {"$ref"}
                        continue
                    schema = answer["content"]["application/json"]["schema"]
                    for each in schema.get("anyOf", [schema]):
                        assert each.keys() == {"$ref"} or each == {"type": "object"}

    async def test_nothing_else_is_described(self, document: dict[str, Any]) -> None:
        described = {
            (method.upper(), path) for path, item in document["paths"].items() for method in item
        }
        assert described == {tuple(line.split()[:2]) for line in PROMISED}

    async def test_every_answer_is_an_envelope_but_one_that_is_a_file(
        self, document: dict[str, Any]
    ) -> None:
        for item in document["paths"].values():
            for operation in item.values():
                for status, answer in operation["responses"].items():
                    if "text/event-stream" in answer["content"]:
                        # Nothing else: of two kinds generators take the JSON, and hang
                        assert answer["content"].keys() == {"text/event-stream"}
                        assert (operation["operationId"], status) == ("WatchAttendance", "200")
                        continue
                    schema = answer["content"]["application/json"]["schema"]
                    if status == "200":
                        done, refused = schema["anyOf"]
                        done = resolved(done, document)
                        if (
                            kinds := MEDIA_TYPES_OF_FILES.get(operation["operationId"])
                        ) is not None:
                            assert set(answer["content"]) == kinds
                        else:
                            assert set(done["required"]) == {"error", "error_msg", "response"}
                        schema = refused
                    named = document["components"]["schemas"]["ErrorEnvelope"]["required"]
                    assert set(named) == {"error", "error_msg", "code"}
                    assert schema == {"$ref": "#/components/schemas/ErrorEnvelope"}

    async def test_who_calls_is_shown_only_by_what_a_call_gives_out(
        self, document: dict[str, Any]
    ) -> None:
        """A session by logging in, and a token by CreateToken; a call says of which scope."""
        schemes = set(document["components"]["securitySchemes"])
        assert schemes == {"session", "csrf", "board", "bearer"}
        for item in document["paths"].values():
            for method, operation in item.items():
                scope = SCOPES[operation["operationId"]]
                csrf: dict[str, Any] = {"csrf": []} if method == "post" else {}
                ways = [csrf] if operation["operationId"] in WITHOUT_LOG_IN else []
                # One who is logged in is told more by some of those that need no log-in
                ways.append({"session": [], **csrf})
                ways += [] if scope is None else [{"bearer": [scope]}]
                ways += [{"board": []}] if operation["operationId"] == "WatchAttendance" else []
                assert operation["security"] == ways
                assert set().union(*ways) <= schemes

    async def test_a_refusal_is_told_from_an_answer_and_by_its_code(
        self, document: dict[str, Any]
    ) -> None:
        properties = document["components"]["schemas"]["ErrorEnvelope"]["properties"]
        assert properties["error"]["enum"] == [-1, 1, 2, 3, 4, 5, 6, 7, 8]
        codes = set(properties["code"]["enum"])
        page = (Path(__file__).parents[2] / "docs" / "wire.md").read_text(encoding="utf-8")
        (table,) = re.findall(r"`code` of a refused call \|.+?\n\n", page, re.DOTALL)
        assert codes == set(re.findall(r"^`(\w+)`", table, re.MULTILINE)) - {"code"}
        assert {"event_name_taken", "unknown_path", "unavailable", "internal_error"} <= codes
        assert not {"not_held", "bad_frame", "refusal"} & codes

    async def test_the_page_of_the_wire_names_no_field_that_no_envelope_has(self) -> None:
        page = (Path(__file__).parents[2] / "docs" / "wire.md").read_text(encoding="utf-8")
        (tables,) = re.findall(r"^`error` \| HTTP status.+?^### ", page, re.DOTALL | re.MULTILINE)
        rows = re.findall(r"^.+ \| .+ \| (.+)$", tables, re.MULTILINE)
        named = {each for row in rows for each in re.findall(r"`([^`]+)`", row)}
        assert named == {"field", "Allow", "X-CSRFToken", "csrftoken"}

    async def test_whoever_is_to_wait_is_told_how_long(self, document: dict[str, Any]) -> None:
        for item in document["paths"].values():
            for operation in item.values():
                for status, answer in operation["responses"].items():
                    is_told = "Retry-After" in answer.get("headers", {})
                    assert is_told is (status in ("429", "503")), operation["operationId"]

    async def test_cookies_are_described_where_they_are_set(self, document: dict[str, Any]) -> None:
        """As the calls themselves say."""
        said = {
            operation["operationId"]: operation["responses"]["200"]["headers"]["Set-Cookie"]
            for item in document["paths"].values()
            for operation in item.values()
        }
        sources = {call.name: inspect.getsource(call.run) for call in CALLS}
        for name, source in sources.items():
            told = said[name]["description"]
            logs_in, logs_out = "call.set_log_in_cookies(", "call.remove_session_cookie()"
            assert ("whoever is logged in now" in told) is (logs_in in source), name
            assert ("has ended" in told) is (logs_out in source), name
            assert ("provider" in told) is ("call.cookies" in source), name
        assert "`csrftoken`" in said["GetCurrentUserId"]["description"]

    async def test_it_is_whole_and_of_this_version(self, document: dict[str, Any]) -> None:
        assert document["openapi"].startswith("3.1")
        schemas = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
        assert set(references(document)) == schemas
        assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name.rpartition("/")[2]) for name in schemas)

    async def test_it_leads_nowhere_else(self, site: Site) -> None:
        for path in ("/schema", "/schema/openapi.json"):
            answer = await site.browser().get(path)
            assert answer.headers["content-type"] == "application/json"
            assert "http://" not in answer.text and "https://" not in answer.text
