"""The client's calls: each as it is declared, by cookies or a token.

Over the whole application in this process. Contract: 1.
"""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from attendance_web.client import Client, NotAttendance, Refused, calling
from attendance_web.http.csrf import CSRF_COOKIE, CSRF_HEADER
from attendance_web.routes import CALLS
from attendance_web.structs.events import EventCreated
from tests.support.pictures import picture
from tests.support.site import PASSWORD, Site, numbers
from tests.support.site import site_in_memory as site
from tests.support.site_client import add_person, at_the_site, client, create_event, quick

__all__ = ["quick", "site"]
ROOT = Path(__file__).resolve().parents[2]
SERVICE_ONLY = [
    "litestar",
    "sqlalchemy",
    "punq",
    "uvicorn",
    "structlog",
    "multipart",
    "attendance_adapters",
]


class TestMethods:
    def test_they_are_what_make_docs_prints_from_the_declarations(self) -> None:
        spec = importlib.util.spec_from_file_location("print_client", ROOT / "docs/print_client.py")
        assert spec is not None and spec.loader is not None
        printer = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(printer)
        printed = dict(printer.files())
        kept = {each.name: each.read_text("utf-8") for each in printer.FOLDER.glob("*.py")}
        assert kept == printed

    def test_every_call_has_one(self) -> None:
        for call in CALLS:
            assert callable(getattr(Client, call.run.__name__))

    def test_what_may_be_said_twice_is_what_the_page_of_the_wire_says(self) -> None:
        page = (ROOT / "docs" / "wire.md").read_text("utf-8")
        (said,) = re.findall(r"answered as\s+the first time by (.*?)\. Of others", page, re.DOTALL)
        named = set(re.findall(r"[A-Z][a-z]+[A-Z]\w+", said))
        assert {each.path for each in CALLS if each.name in named} == calling.SAFE_AGAIN
        assert len(named) == 5

    def test_it_spells_the_token_of_forms_as_the_service_does(self) -> None:
        assert (calling.CSRF_COOKIE, calling.CSRF_HEADER) == (CSRF_COOKIE, CSRF_HEADER)

    def test_nothing_of_the_service_is_needed(self) -> None:
        without = "\n".join(f"sys.modules[{each!r}] = None" for each in SERVICE_ONLY)
        program = f"import sys\n{without}\nfrom attendance_web.client import Client\nprint(Client)"
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True
        )
        assert (done.stderr, done.stdout[:6]) == ("", "<class")

    @pytest.mark.parametrize(
        "url", ["", "attendance.test", "ftp://x", "http://x/path", "http://x:port", "http://x?a=b"]
    )
    def test_what_is_no_address_is_told(self, url: str) -> None:
        with pytest.raises(NotAttendance, match=r"is not like http://127\.0\.0\.1:8000"):
            Client(url)


@at_the_site
class TestWhoAsks:
    async def test_a_person_signs_up_and_is_known_by_cookies(self, site: Site) -> None:
        async with client(site) as anna:
            assert (await anna.get_current_user_id()).user_id is None
            made = await anna.sign_up(username=f"anna{next(numbers)}", password=PASSWORD)
            assert (await anna.get_current_user_id()).user_id == made.user_id
            await anna.log_out()
            assert (await anna.get_current_user_id()).user_id is None

    async def test_logs_in_without_having_asked_anything(self, site: Site) -> None:
        name = f"anna{next(numbers)}"
        made = await client(site).sign_up(username=name, password=PASSWORD)
        anna = client(site)
        assert await anna.log_in(username=name, password=PASSWORD) == made

    async def test_and_on_https_by_those_of_https(self, site: Site) -> None:
        app: Any = site.app
        by_https = httpx.ASGITransport(app=app)
        async with Client("https://attendance.test", transport=by_https) as anna:
            made = await anna.sign_up(username=f"anna{next(numbers)}", password=PASSWORD)
            assert (await anna.get_current_user_id()).user_id == made.user_id
            assert "__Host-sessionid=" in anna.socket_headers()["cookie"]

    async def test_a_token_of_forms_that_the_service_has_forgotten_is_fetched_anew(
        self, site: Site
    ) -> None:
        anna = await add_person(site)
        hooks = anna._http.event_hooks["request"]

        async def spoil(request: httpx.Request) -> None:
            hooks.remove(spoil)
            request.headers["x-csrftoken"] = "of yesterday"

        hooks.append(spoil)
        await anna.update_profile_info(bio="Here")
        assert spoil not in hooks
        me = (await anna.get_current_user_id()).user_id
        assert me is not None
        assert (await anna.get_profile(user_id=me)).bio == "Here"

    async def test_a_program_shows_its_token(self, site: Site) -> None:
        anna = await add_person(site)
        made = await anna.create_token(name="bot", scopes=["read"], password=PASSWORD)
        bot = client(site, token=made.token)
        assert await bot.get_current_user_id() == await anna.get_current_user_id()
        with pytest.raises(Refused) as refused:
            await create_event(bot)
        assert (refused.value.code, refused.value.number) == ("missing_scope", 3)


@at_the_site
class TestAnswers:
    async def test_are_structs_of_the_wire(self, site: Site) -> None:
        anna = await add_person(site)
        made = await create_event(anna)
        assert isinstance(made, EventCreated) and isinstance(made.event_id, UUID)
        seen = await anna.get_event_by_id(event_id=made.event_id)
        assert (seen.event_id, seen.code, seen.may_mark) == (made.event_id, made.code, True)
        (listed,) = await anna.get_joined_events(newest_first=True, limit=1)
        assert (listed.event_id, listed.creator) == (made.event_id, True)
        assert (await anna.get_attendance(event_id=made.event_id)).participants[0].state == "joined"

    async def test_what_is_none_is_left_out_and_a_picture_arrives(self, site: Site) -> None:
        anna = await add_person(site)
        await anna.update_profile_picture(image=picture(), name="me.png")
        found = await anna.find_by_name(display_name_part="Anna")
        assert found.users
        profile = await anna.get_profile(user_id=found.users[0].user_id)
        assert profile.pic.startswith("/pictures/")

    async def test_a_refusal_has_its_code_number_text_and_field(self, site: Site) -> None:
        anna = await add_person(site)
        with pytest.raises(Refused) as refused:
            await anna.create_event(name="x", time_from=5, time_to=2**62)
        said = refused.value
        assert (said.code, said.number, said.field) == ("invalid_argument", 1, "time_to")
        assert said.text in str(said)

    async def test_texts_are_in_the_language_asked_for(self, site: Site) -> None:
        with pytest.raises(Refused, match="Войдите") as refused:
            await client(site, language="ru").get_friend_list()
        assert (refused.value.code, refused.value.number) == ("not_logged_in", 7)

    async def test_files_come_with_their_names(self, site: Site) -> None:
        anna = await add_person(site)
        made = await create_event(anna)
        file = await anna.export_attendance(event_id=made.event_id, format="json")
        assert file.name.endswith(".json") and file.media_type == "application/json"
        assert json.loads(file.content)
        data = await anna.download_data(password=PASSWORD)
        assert data.media_type == "application/zip"
        assert zipfile.ZipFile(BytesIO(data.content)).namelist()
        with pytest.raises(Refused) as refused:
            await anna.export_attendance(event_id=UUID(int=1), format="json")
        assert refused.value.code == "event_not_found"
