"""The page as it is served: types, caching, what it may load, and how heavy it is."""

from __future__ import annotations

import gzip
import json
import re
import struct
from pathlib import Path

import pytest

from attendance_web.page import content_policy
from attendance_web.page_files import FILES, files_of
from attendance_web.static_files import FOLDER, MEDIA_TYPES
from tests.support.served_page import (
    MAX_FIRST_LOAD_BYTES,
    MODULES,
    REQUEST_OVERHEAD_BYTES,
    VERSION,
    Tags,
)
from tests.support.site import Site, refusal
from tests.support.site import site_in_memory as site

__all__ = ["site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
KEPT_FOR_EVER = "public, max-age=31536000, immutable"
NOTHING_ALLOWED = "default-src 'none'; frame-ancestors 'none'"


class TestFiles:
    @pytest.mark.parametrize("address", sorted(FILES))
    async def test_each_has_its_type_its_policy_and_no_guessing(
        self, site: Site, address: str
    ) -> None:
        answer = await site.browser().get(address)
        assert answer.status_code == 200
        media_type = answer.headers["content-type"]
        assert media_type.removesuffix("; charset=utf-8") == FILES[address].media_type
        assert answer.headers["x-content-type-options"] == "nosniff"
        # Of what only runs where the page has asked for it the page's own policy is heeded
        runs_by_itself = not address.startswith("/static/")
        expected = (
            content_policy("attendance.test", secure=False) if runs_by_itself else NOTHING_ALLOWED
        )
        assert answer.headers["content-security-policy"] == expected
        assert answer.content == FILES[address].content

    async def test_one_with_a_version_is_kept_for_ever_and_the_first_page_is_asked_for(
        self, site: Site
    ) -> None:
        browser = site.browser()
        for address in FILES:
            kept = (await browser.get(address)).headers["cache-control"]
            assert kept == (
                KEPT_FOR_EVER if address.startswith("/static/") else "private, no-cache"
            )
        assert {each for each in FILES if not each.startswith("/static/")} == {
            "/",
            "/board",
            "/board/sw.js",
            "/sw.js",
            "/app.webmanifest",
        }

    async def test_a_browser_that_has_it_gets_it_no_second_time(self, site: Site) -> None:
        browser = site.browser()
        first = await browser.get("/")
        again = await browser.client.get("/", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        other = await browser.client.get("/", headers={"If-None-Match": '"another"'})
        assert other.status_code == 200

    async def test_it_is_packed_for_who_can_unpack(self, site: Site) -> None:
        browser = site.browser()
        plain = await browser.client.get("/", headers={"Accept-Encoding": "identity"})
        packed = await browser.client.get("/", headers={"Accept-Encoding": "gzip"})
        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == "gzip"
        assert plain.content == packed.content  # httpx has unpacked it
        assert int(packed.headers["content-length"]) < len(plain.content)
        assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"

    async def test_the_first_page_gives_the_token_that_calls_need(self, site: Site) -> None:
        assert "csrftoken" in (await site.browser().get("/")).headers["set-cookie"]
        static = next(address for address in FILES if address.endswith("app.js"))
        assert "set-cookie" not in (await site.browser().get(static)).headers

    @pytest.mark.parametrize(
        "path",
        [
            "/static/000000000000/app.js",
            f"/static/{VERSION}/elements/elements.d.ts",
            f"/static/{VERSION}/../page.py",
            f"/static/{VERSION}/%2e%2e/page.py",
            "/static/",
            "/index.html",
        ],
    )
    async def test_nothing_else_is_served(self, site: Site, path: str) -> None:
        refusal(await site.browser().get(path), 8, status=404)

    async def test_head_is_answered_as_get_is(self, site: Site) -> None:
        """Contract: 1.6."""
        browser = site.browser()
        answer = await browser.client.head("/")
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["etag"] == (await browser.get("/")).headers["etag"]

    async def test_a_link_whose_sign_was_miswritten_on_its_way_leads_where_it_should(
        self, site: Site
    ) -> None:
        browser = site.browser()
        for path in ("/event/27b6b8cf-a568-43d3-b5a6-6e374444b2ed", "/event/27b6b8cf/wait", "/me"):
            answer = await browser.client.get(f"/%23{path}")
            assert (answer.status_code, answer.headers["location"]) == (302, f"/#{path}")
        for path in ("//evil.test/%0d%0aa", "/%3Cscript%3E", "/a?b", f"/{'a' * 100}"):
            answer = await browser.client.get(f"/%23{path}")
            assert answer.status_code == 404 or answer.headers["location"] == "/#/a"

    async def test_a_change_anywhere_changes_every_address(self, tmp_path: Path) -> None:
        (tmp_path / "app.js").write_text("1")
        (tmp_path / "other.js").write_text("1")
        (before,) = (each for each in files_of(tmp_path) if each.endswith("app.js"))
        (tmp_path / "other.js").write_text("2")
        (after,) = (each for each in files_of(tmp_path) if each.endswith("app.js"))
        assert before != after


class TestPolicy:
    async def test_nothing_but_our_own_and_nothing_inline(self) -> None:
        said = dict(
            each.split(" ", 1) for each in content_policy("a.test", secure=True).split("; ")
        )
        assert said == {
            "default-src": "'none'",
            "script-src": "'self'",
            "style-src": "'self'",
            "img-src": "'self' data: blob:",
            "connect-src": "'self' wss://a.test",
            "manifest-src": "'self'",
            "worker-src": "'self'",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": "'none'",
        }

    @pytest.mark.parametrize("host", ["", "a.test; script-src *", "a.test evil.test", "a\ttest"])
    async def test_a_host_that_is_none_adds_nothing_to_it(self, host: str) -> None:
        assert "connect-src 'self'; " in content_policy(host, secure=True)

    @pytest.mark.parametrize("page", ["/", "/board"])
    async def test_the_page_has_nothing_that_it_forbids(self, page: str) -> None:
        tags = Tags(FILES[page].content.decode())
        assert not tags.inline
        assert tags.loads and set(tags.loads) <= set(FILES)

    async def test_no_module_writes_markup_style_or_code_from_text(self) -> None:
        forbidden = re.compile(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
            r"|setAttribute\(\"style|https?://(?!www\.w3\.org/2000/svg)"
        )
        found = {name for name, text in MODULES.items() if forbidden.search(text)}
        assert not found

    async def test_a_password_is_masked_and_may_come_from_a_manager_or_be_pasted(self) -> None:
        fields = re.findall(r"passwordField\(\"([a-z-]+)\"", MODULES["screens/welcome.js"])
        assert sorted(fields) == ["current-password", "new-password"]
        assert 'type: "password"' in MODULES["forms.js"]
        assert not any(re.search(r"[\"']paste|onpaste", text) for text in MODULES.values())

    async def test_modules_import_only_what_is_there(self) -> None:
        for name, text in MODULES.items():
            for imported in re.findall(r"^(?:import|\} from).*?\"(.+?)\";$", text, re.MULTILINE):
                assert imported.startswith("."), f"{name}: {imported}"
                assert ((FOLDER / name).parent / imported).resolve().is_file(), (
                    f"{name}: {imported}"
                )


class TestWeight:
    async def test_the_first_load_is_light(self) -> None:
        loaded = ["/", *Tags(FILES["/"].content.decode()).loads]
        sizes = [len(FILES[each].gzipped or FILES[each].content) for each in set(loaded)]
        assert sum(sizes) + REQUEST_OVERHEAD_BYTES * len(sizes) < MAX_FIRST_LOAD_BYTES

    async def test_what_the_first_module_imports_is_announced_so_that_none_waits(self) -> None:
        announced = {
            each.removeprefix(f"/static/{VERSION}/")
            for each in Tags(FILES["/"].content.decode()).loads
            if each.endswith(".js")
        }
        assert {"app.js", "screens/welcome.js", "words.js"} <= announced
        for name in announced:
            for imported in re.findall(r"^(?:import|\} from).*?\"(.+?)\";$", MODULES[name], re.M):
                needed = (FOLDER / name).parent / imported
                assert needed.resolve().relative_to(FOLDER).as_posix() in announced

    async def test_a_screen_that_is_not_seen_yet_is_loaded_later(self) -> None:
        announced = Tags(FILES["/"].content.decode()).loads
        assert not any(each.endswith("/mark.js") for each in announced)
        assert any(each.endswith("/screens/mark.js") for each in FILES)

    async def test_each_style_comes_first_or_with_the_screens_that_are_seen_in_it(self) -> None:
        loads = Tags(FILES["/"].content.decode()).loads
        first = {Path(each).stem for each in loads if each.endswith(".css")}
        with_screens = re.findall(
            r"withStyles\(import\([^)]*\)((?:, \"\w+\")+)\)", MODULES["app.js"]
        )
        later = {each for names in with_screens for each in re.findall(r"\w+", names)}
        assert first.isdisjoint(later)
        later.add("board")  # of which that is a page of its own
        assert first | later == {path.stem for path in (FOLDER / "style").iterdir()}

    async def test_what_is_packed_is_what_there_is(self) -> None:
        for file in FILES.values():
            assert file.gzipped is None or gzip.decompress(file.gzipped) == file.content

    async def test_a_file_is_packed_when_it_is_first_asked_for(self) -> None:
        files = files_of(FOLDER).values()
        assert not any("gzipped" in vars(each) for each in files)
        page = next(each for each in files if each.address == "/")
        assert page.gzipped is page.gzipped
        assert gzip.decompress(page.gzipped or b"") == page.content


class TestInstalling:
    async def test_the_manifest_names_icons_that_are_there(self) -> None:
        manifest = json.loads(FILES["/app.webmanifest"].content)
        assert manifest["start_url"] == "/" and manifest["display"] == "standalone"
        sizes = set()
        for icon in manifest["icons"]:
            assert FILES[icon["src"]].media_type == icon["type"]
            sizes.add(icon["sizes"])
        assert {"192x192", "512x512"} <= sizes

    async def test_what_an_installer_shows_is_as_large_as_it_says_and_all_of_it_is_shown(
        self,
    ) -> None:
        manifest = json.loads(FILES["/app.webmanifest"].content)
        shown = manifest["icons"] + manifest["screenshots"]
        pictures = {each["src"]: each["sizes"] for each in shown if each["type"] == "image/png"}
        assert pictures == {
            address: "{}x{}".format(*struct.unpack(">II", file.content[16:24]))  # the first chunk
            for address, file in FILES.items()
            if file.media_type == "image/png"
        }
        assert {each["form_factor"] for each in manifest["screenshots"]} == {"narrow", "wide"}

    async def test_a_shortcut_leads_to_a_screen(self) -> None:
        manifest = json.loads(FILES["/app.webmanifest"].content)
        paths = [each["url"].removeprefix("/#") for each in manifest["shortcuts"]]
        assert paths == ["/", "/me"]
        for path in paths:
            pattern = path.replace("/", r"\/")
            assert f"route(/^{pattern}$/" in MODULES["app.js"]

    async def test_the_worker_keeps_the_page_and_never_an_answer_to_a_call(self) -> None:
        text = FILES["/sw.js"].content.decode()
        (listed,) = re.findall(r"JSON\.parse\(`(.*)`\)", text)
        shown_before = {each for each in FILES if "/screenshots/" in each}
        of_board = {each for each in FILES if re.search(r"/board(/|\.css|$)", each)}
        assert set(json.loads(listed)) == set(FILES) - shown_before - of_board - {"/sw.js"}
        assert VERSION in text and "{{" not in text
        board_text = FILES["/board/sw.js"].content.decode()
        (kept,) = re.findall(r"JSON\.parse\(`(.*)`\)", board_text)
        assert set(json.loads(kept)) == {"/board", *Tags(FILES["/board"].content.decode()).loads}
        assert f'"board-{VERSION}"' in board_text and "{{" not in board_text
        assert not any(each.startswith(("/api", "/accounts", "/pictures")) for each in FILES)


async def test_every_file_of_the_folder_is_served_or_a_declaration() -> None:
    unserved = {
        path.name for path in FOLDER.rglob("*") if path.is_file() and path.suffix not in MEDIA_TYPES
    }
    assert unserved == {"elements.d.ts"}
