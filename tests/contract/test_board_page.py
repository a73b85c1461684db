"""The page of an event's board, which loads nothing of the other one's. Contract: 8.5."""

from __future__ import annotations

import re

import pytest

from attendance_web.page import content_policy
from attendance_web.page_files import FILES
from attendance_web.static_files import FOLDER
from tests.support.served_page import MAX_FIRST_LOAD_BYTES, MODULES, REQUEST_OVERHEAD_BYTES, Tags
from tests.support.site import Site, refusal
from tests.support.site import site_in_memory as site

__all__ = ["site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestBoard:
    """The page of an event's board. Contract: 8.5."""

    PATH = "/board/27b6b8cf-a568-43d3-b5a6-6e374444b2ed"

    async def test_it_is_at_the_address_of_a_link_and_tells_nobody_of_it(self, site: Site) -> None:
        for address in (self.PATH, self.PATH.upper().replace("BOARD", "board")):
            answer = await site.browser().get(address)
            assert (answer.status_code, answer.content) == (200, FILES["/board"].content)
            assert answer.headers["referrer-policy"] == "no-referrer"
            expected = content_policy("attendance.test", secure=False)
            assert answer.headers["content-security-policy"] == expected
            assert answer.headers["cache-control"] == "private, no-cache"
        assert '<meta name="referrer" content="no-referrer">' in FILES["/board"].content.decode()

    @pytest.mark.parametrize("path", ["/board/K7QF2M", f"{PATH}/more", f"{PATH}0"])
    async def test_what_can_be_no_event_is_no_address(self, site: Site, path: str) -> None:
        refusal(await site.browser().get(path), 8, status=404)

    async def test_its_files_come_with_it_alone_and_all_of_them_are_announced(self) -> None:
        own = {each for each in FILES if "/board/" in each or each.endswith("/board.css")}
        own -= {"/board/sw.js"}
        with_page = set(Tags(FILES["/"].content.decode()).loads)
        with_board = set(Tags(FILES["/board"].content.decode()).loads)
        assert len(own) > 5 and own <= with_board and own.isdisjoint(with_page)
        sizes = [len(FILES[each].gzipped or FILES[each].content) for each in with_board]
        assert sum(sizes) + REQUEST_OVERHEAD_BYTES * len(sizes) < MAX_FIRST_LOAD_BYTES
        modules = {"/".join(each.split("/")[3:]) for each in with_board if each.endswith(".js")}
        for name in modules - {"first.js"}:
            for target in re.findall(r"^(?:import|\} from).*?\"(.+?)\";$", MODULES[name], re.M):
                needed = ((FOLDER / name).parent / target).resolve()
                assert needed.relative_to(FOLDER).as_posix() in modules
