"""Pictures for everybody's `<img>`. Contract: 3."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from attendance_core.ports import FilePart, NoSuchFile
from attendance_web import pictures
from attendance_web.http.files import PIECE_BYTES
from tests.support.asgi_client import AsgiClient
from tests.support.eventually import eventually
from tests.support.pictures import picture
from tests.support.site import Site, code, response
from tests.support.site import site_in_folder as site

__all__ = ["site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestPictures:
    """Contract: 3.2."""

    async def uploaded(self, site: Site) -> str:
        person = await site.add_person("pictured")
        files = {"image": ("a.png", picture(), "image/png")}
        path = "/api/profile/UpdateProfilePicture"
        response(await person.send(path, files=files, data={"name": "a.png"}))
        profile = await person.get("/api/profile/GetProfile", user_id=person.user_id)
        address: str = response(profile)["pic"]
        return address

    async def test_one_is_loaded_without_log_in_and_kept_for_ever(self, site: Site) -> None:
        loaded = await site.browser().get(await self.uploaded(site))
        assert loaded.status_code == 200 and loaded.content.startswith(b"\x89PNG")
        assert loaded.headers["content-type"] == "image/png"
        assert loaded.headers["x-content-type-options"] == "nosniff"
        assert loaded.headers["cache-control"] == "public, max-age=31536000, immutable"
        policy = loaded.headers["content-security-policy"]
        assert policy == pictures.PICTURE_POLICY
        assert {"default-src 'none'", "frame-ancestors 'none'", "sandbox"} <= {*policy.split("; ")}

    async def test_who_set_none_has_a_silhouette_of_our_own(self, site: Site) -> None:
        loaded = await site.browser().get("/pictures/default.svg")
        assert loaded.headers["content-type"] == "image/svg+xml"
        assert loaded.text.startswith("<svg ") and "href" not in loaded.text
        assert loaded.headers["content-security-policy"] == pictures.PICTURE_POLICY
        assert "immutable" not in loaded.headers["cache-control"]

    async def test_what_others_may_keep_gives_nobody_a_token(self, site: Site) -> None:
        for address in ("/pictures/default.svg", await self.uploaded(site)):
            assert "set-cookie" not in (await site.browser().get(address)).headers

    @pytest.mark.parametrize(
        "key",
        [
            "",
            "nothing.png",
            "default.png",
            "default.svg.png",
            "../nothing/a.png",
            "..%2f..%2fattendance.db",
            "%2e%2e%2fattendance.db",
            "..\\attendance.db",
            "a.svg",
            "a.png%00",
            "a.png\n",
            "x" * 5000 + ".png",
            ".png",
            "%ff.png",
        ],
    )
    async def test_nothing_else_is_there(self, site: Site, key: str) -> None:
        answer = await site.browser().client.get(f"/pictures/{key}".replace("\n", "%0a"))
        assert answer.status_code == 404


class HeldFiles:
    """Files whose reading ends when it may."""

    def __init__(self) -> None:
        self.reading_count = 0
        self.may_go_on = asyncio.Event()

    async def get_part(self, path: str, start: int, limit: int) -> FilePart:
        self.reading_count += 1
        await self.may_go_on.wait()
        self.reading_count -= 1
        return FilePart(b"\x89PNG", 4)


class PartedFiles:
    """A picture that is read piece by piece, of which it is known how many were."""

    def __init__(self, piece_count: int) -> None:
        self.content = os.urandom(piece_count * PIECE_BYTES - 1)
        self.reads: list[int] = []  # from where on
        self.read_bytes = 0

    async def get_part(self, path: str, start: int, limit: int) -> FilePart:
        self.reads.append(start)
        part = FilePart(self.content[start : start + limit], len(self.content))
        self.read_bytes += len(part.content)
        return part


def has_read(files: PartedFiles, count: int) -> bool:
    return len(files.reads) >= count


class TestReading:
    """Whoever reads slowly keeps next to nothing in memory. Contract: 1.22."""

    def serve_parted_files(
        self, site: Site, monkeypatch: pytest.MonkeyPatch, piece_count: int
    ) -> PartedFiles:
        files = PartedFiles(piece_count)
        kept: Any = files
        monkeypatch.setattr(site.app, "services", replace(site.app.services, files=kept))
        return files

    async def test_no_more_is_read_than_is_taken(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        files = self.serve_parted_files(site, monkeypatch, 3)
        slow = AsgiClient(site.app, "/pictures/a.png").ask(reads=0)
        for expected in ([0], [0, PIECE_BYTES], [0, PIECE_BYTES, 2 * PIECE_BYTES]):
            await eventually(partial(has_read, files, len(expected)))
            await asyncio.sleep(0.05)
            assert files.reads == expected
            slow.read(2)  # a piece, and that it was taken
        slow.read(1)
        assert (await slow.ended()).is_whole
        assert slow.body == files.content
        assert slow.headers["content-length"] == str(len(files.content))

    async def test_the_rest_is_not_read_for_one_who_has_gone(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        files = self.serve_parted_files(site, monkeypatch, 9)
        slow = AsgiClient(site.app, "/pictures/a.png").ask(reads=2)
        await eventually(lambda: len(files.reads) == 2)
        slow.say_no_more()
        await asyncio.sleep(0.05)
        slow.read(1000)
        await slow.ended()
        assert len(files.reads) <= 3 and not slow.is_whole

    async def test_a_byte_is_read_for_a_head(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Contract: 1.6."""
        files = self.serve_parted_files(site, monkeypatch, 9)
        head = await site.browser().client.head("/pictures/a.png")
        assert head.headers["content-length"] == str(len(files.content)) and not head.content
        assert (files.reads, files.read_bytes) == ([0], 1)

    async def test_one_that_has_gone_meanwhile_has_no_end(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        files = self.serve_parted_files(site, monkeypatch, 2)
        slow = AsgiClient(site.app, "/pictures/a.png").ask(reads=0)
        await eventually(lambda: len(files.reads) == 1)

        async def gone(path: str, start: int, limit: int) -> FilePart:
            raise NoSuchFile(path)

        monkeypatch.setattr(files, "get_part", gone)
        slow.read(1000)
        await slow.ended()
        assert slow.status == 200 and not slow.is_whole


class TestTurns:
    """Each read takes a thread. Contract: 1.11."""

    async def test_pictures_are_read_a_few_at_a_time_and_in_turns(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held: Any = HeldFiles()
        monkeypatch.setattr(
            site.app,
            "services",
            replace(site.app.services, files=held, picture_turns=pictures.picture_turns()),
        )
        ask = site.browser().get
        many = [asyncio.create_task(ask(f"/pictures/a{each}.png")) for each in range(30)]
        await eventually(lambda: held.reading_count == pictures.MAX_OF_ONE)
        anna = await site.add_person("anna")
        await anna.get("/api/auth/GetCurrentUserId")  # from now on they are known by their session
        hers = asyncio.create_task(anna.get("/pictures/b.png"))
        await eventually(lambda: held.reading_count == pictures.MAX_OF_ONE + 1)
        held.may_go_on.set()
        assert {each.status_code for each in await asyncio.gather(hers, *many)} == {200}

    async def test_the_turns_of_whoever_has_taken_much_rest(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Contract: 1.22. Others have theirs meanwhile."""
        held: Any = HeldFiles()
        held.may_go_on.set()
        resting = {"FREE_SECONDS": 0.0, "REST_FACTOR": 1e9, "MAX_REST_SECONDS": 3600}
        for name, value in resting.items():
            monkeypatch.setattr(pictures, name, value)
        monkeypatch.setattr(pictures, "MAX_OF_ONE", 1)
        monkeypatch.setattr(pictures, "TURN_WAIT_SECONDS", 0.01)
        monkeypatch.setattr(
            site.app,
            "services",
            replace(site.app.services, files=held, picture_turns=pictures.picture_turns()),
        )
        anna = await site.add_person("anna")
        await anna.get("/api/auth/GetCurrentUserId")  # from now on they are known by their session
        nobody = site.browser()
        answers = [await each.get("/pictures/a.png") for each in (nobody, nobody, anna)]
        assert [each.status_code for each in answers] == [200, 429, 200]

    async def test_whoever_has_no_turn_in_time_is_told_to_come_again(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held: Any = HeldFiles()
        monkeypatch.setattr(pictures, "MAX_OF_ONE", 1)
        monkeypatch.setattr(pictures, "TURN_WAIT_SECONDS", 0.01)
        monkeypatch.setattr(
            site.app,
            "services",
            replace(site.app.services, files=held, picture_turns=pictures.picture_turns()),
        )
        ask = site.browser().get
        first = asyncio.create_task(ask("/pictures/a.png"))
        await eventually(lambda: held.reading_count == 1)
        refused = await ask("/pictures/b.png")
        assert code(refused, 8, status=429) == "too_many_requests"
        assert refused.headers["retry-after"] == "1"
        held.may_go_on.set()
        assert (await first).status_code == 200
