"""The calls about what people show of themselves. Contract: 3."""

from __future__ import annotations

import base64
from typing import Any

import pytest
import pytest_asyncio

from attendance_core.vocabulary import UserId
from tests.support.pictures import picture
from tests.support.site import Browser, Site, refusal, response
from tests.support.site import site_in_folder as site

__all__ = ["site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
PROFILE = "/api/profile/GetProfile"
PICTURE = "/api/profile/UpdateProfilePicture"
INFO = "/api/profile/UpdateProfileInfo"
SCAN = "/api/profile/UploadProfileConfirmation"
FIND = "/api/profile/FindByName"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def anna(site: Site) -> Browser:
    return await site.add_person("anna", display_name="Анна Каренина")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def boris(site: Site) -> Browser:
    return await site.add_person("boris", display_name="Борис Годунов")


async def profile(browser: Browser, user_id: int | None = None) -> dict[str, Any]:
    answer = await browser.get(PROFILE, user_id=browser.user_id if user_id is None else user_id)
    shown: dict[str, Any] = response(answer)
    return shown


class TestGetProfile:
    async def test_of_somebody_else_it_tells_what_everybody_may_know(
        self, anna: Browser, boris: Browser
    ) -> None:
        """Contract: 3.1."""
        assert await profile(anna, boris.user_id) == {
            "user_id": boris.user_id,
            "pic": "/pictures/default.svg",
            "display_name": "Борис Годунов",
            "confirmed": False,
            "bio": "",
            "karma": 0,
        }

    async def test_of_oneself_it_tells_how_far_the_confirmation_is(self, anna: Browser) -> None:
        """Contract: 3.1."""
        assert (await profile(anna))["confirmation"] == "none"

    async def test_bad_input_is_refused(self, site: Site, anna: Browser) -> None:
        assert "user_id" in refusal(await anna.get(PROFILE), 2)
        for given in ("x", "0", "-1", "1.0", str(2**63), ""):
            assert "user_id" in refusal(await anna.get(PROFILE, user_id=given), 1)
        refusal(await anna.get(PROFILE, user_id=2**63 - 1), 5)
        refusal(await site.browser().get(PROFILE, user_id=anna.user_id), 7, status=401)


class TestUpdateProfileInfo:
    """Contract: 3.6."""

    async def test_each_can_be_changed_by_itself(self, site: Site) -> None:
        person = await site.add_person("changing", display_name="Первое имя")
        assert response(await person.post(INFO, bio=" Группа 101, мехмат ")) == {}
        assert response(await person.post(INFO, display_name="Второе имя", bio=None)) == {}
        shown = await profile(person)
        assert (shown["display_name"], shown["bio"]) == ("Второе имя", "Группа 101, мехмат")
        assert response(await person.post(INFO, bio="")) == {}
        assert (await profile(person))["bio"] == ""

    async def test_names_are_kept_composed(self, site: Site) -> None:
        person = await site.add_person("composed")
        response(await person.post(INFO, display_name="Йод"))
        assert (await profile(person))["display_name"] == "Йод"

    async def test_bad_input_is_refused(self, site: Site, anna: Browser) -> None:
        refusal(await anna.post(INFO), 2)
        refusal(await anna.post(INFO, display_name=None, bio=None), 2)
        refusal(await anna.post(INFO, strange=1), 2)
        for given in ("", "  ", "a\nb", "a\u202eb", "\u200b", 7, ["a"]):
            assert "display_name" in refusal(await anna.post(INFO, display_name=given), 1)
        for given in ("x" * 501, "a\x00", "\x1b[31m", True):
            assert "bio" in refusal(await anna.post(INFO, bio=given), 1)
        refusal(await site.browser().post(INFO, bio="a"), 7, status=401)
        assert (await profile(anna))["display_name"] == "Анна Каренина"

    async def test_lengths_are_counted_in_characters(self, anna: Browser) -> None:
        assert response(await anna.post(INFO, bio="😀" * 500)) == {}
        refusal(await anna.post(INFO, bio="😀" * 501), 1)


class TestUpdateProfilePicture:
    async def test_the_address_changes_and_is_a_picture_for_everybody(self, site: Site) -> None:
        """Contract: 3.2 and 3.3."""
        person = await site.add_person("pictured")
        seen = [(await profile(person))["pic"]]
        for kind, media_type in (("PNG", "png"), ("JPEG", "jpeg"), ("WEBP", "webp")):
            files = {"image": ("me.txt", picture(kind), "text/plain")}
            answer = await person.send(PICTURE, files=files, data={"name": "me.txt"})
            assert response(answer) == {}
            seen.append((await profile(person))["pic"])
            loaded = await site.browser().get(seen[-1])
            assert (loaded.status_code, loaded.headers["content-type"]) == (
                200,
                f"image/{media_type}",
            )
        assert len(set(seen)) == 4
        assert (await site.browser().get(seen[1])).status_code == 404  # replaced

    async def test_base64_is_taken_with_and_without_a_data_url(self, site: Site) -> None:
        """Contract: 3.3."""
        person = await site.add_person("encoded")
        written = base64.b64encode(picture()).decode()
        for image in (written, f"data:image/png;base64,{written}"):
            for how in ("json", "data"):
                given = {"image": image, "name": "a.png"}
                assert response(await person.send(PICTURE, **{how: given})) == {}

    async def test_ten_mebibytes_in_base64_fit(self, site: Site) -> None:
        large = picture() + bytes(10 * 1024 * 1024 - len(picture()))
        person = await site.add_person("large")
        given = {"image": base64.b64encode(large).decode(), "name": "a.png"}
        assert response(await person.post(PICTURE, **given)) == {}
        given["image"] = base64.b64encode(large + b"\0").decode()
        assert "image" in refusal(await person.post(PICTURE, **given), 1)

    async def test_bad_input_is_refused(self, site: Site) -> None:
        person = await site.add_person("wrong")
        image = base64.b64encode(picture()).decode()
        assert "name" in refusal(await person.post(PICTURE, image=image), 2)
        assert "image" in refusal(await person.post(PICTURE, name="a.png"), 2)
        for given in ("nonsense", "", 7, base64.b64encode(b"<svg/>").decode(), image[:40]):
            assert "image" in refusal(await person.post(PICTURE, image=given, name="a.png"), 1)
        for content in (b"text", picture("GIF"), picture("BMP"), picture()[:40]):
            files = {"image": ("a.png", content, "image/png")}
            told = refusal(await person.send(PICTURE, files=files, data={"name": "a.png"}), 1)
            assert "image" in told
        text = {"image": (None, "a text where a file is expected"), "name": (None, "a.png")}
        assert "image" in refusal(await person.send(PICTURE, files=text), 1)
        assert (await profile(person))["pic"] == "/pictures/default.svg"
        refusal(await site.browser().post(PICTURE, image=image, name="a.png"), 7, status=401)


class TestUploadProfileConfirmation:
    async def test_a_new_scan_waits_and_takes_the_tick_away(self, site: Site) -> None:
        person = await site.add_person("student")
        use_cases = site.attendance.use_cases
        for _ in range(2):
            files = {"image": ("scan.png", picture(), "image/png")}
            assert response(await person.send(SCAN, files=files)) == {}
            shown = await profile(person)
            assert (shown["confirmed"], shown["confirmation"]) == (False, "pending")
            scan, _ = await use_cases.read_scan(user_id=UserId(person.user_id))
            await use_cases.judge_scan(user_id=scan.user_id, file=scan.file, approve=True)
            shown = await profile(person)
            assert (shown["confirmed"], shown["confirmation"]) == (True, "approved")

    async def test_a_scan_is_no_picture_for_everybody(self, site: Site) -> None:
        """Contract: 3.5."""
        person = await site.add_person("private")
        image = base64.b64encode(picture()).decode()
        assert response(await person.post(SCAN, image=image, name="scan.png")) == {}
        scan, _ = await site.attendance.use_cases.read_scan(user_id=UserId(person.user_id))
        for path in (f"/pictures/{scan.file}", f"/pictures/..%2fscans%2f{scan.file}"):
            for browser in (person, site.browser()):
                assert (await browser.get(path)).status_code == 404

    async def test_a_rejected_scan_is_told(self, site: Site) -> None:
        person = await site.add_person("rejected")
        use_cases = site.attendance.use_cases
        response(await person.post(SCAN, image=base64.b64encode(picture()).decode()))
        scan, _ = await use_cases.read_scan(user_id=UserId(person.user_id))
        await use_cases.judge_scan(user_id=scan.user_id, file=scan.file, approve=False)
        shown = await profile(person)
        assert (shown["confirmed"], shown["confirmation"]) == (False, "rejected")

    async def test_bad_input_is_refused(self, site: Site, anna: Browser) -> None:
        assert "image" in refusal(await anna.post(SCAN, name="a.png"), 2)
        assert "image" in refusal(await anna.post(SCAN, image="nonsense"), 1)
        refusal(await site.browser().post(SCAN, image="YQ=="), 7, status=401)


class TestFindByName:
    """Contract: 3.8."""

    async def found(self, browser: Browser, **given: Any) -> list[str]:
        users = response(await browser.get(FIND, **given))["users"]
        assert all(list(each) == ["user_id", "display_name"] for each in users)
        return [each["display_name"] for each in users]

    async def test_a_part_in_whatever_case_in_every_script(
        self, anna: Browser, boris: Browser
    ) -> None:
        for part in ("годун", "ГОДУН", "ИС ГОД", "  орис  "):
            assert await self.found(anna, display_name_part=part) == ["Борис Годунов"]
        assert await self.found(anna, display_name_part="никого") == []

    async def test_wildcards_are_letters_like_others(self, site: Site, anna: Browser) -> None:
        await site.add_person("wild", display_name="100%%__ sure")
        assert await self.found(anna, display_name_part="%%%%") == []
        assert await self.found(anna, display_name_part="____") == []
        assert await self.found(anna, display_name_part="0%%__") == ["100%%__ sure"]

    async def test_by_name_then_id_and_by_pages(self, site: Site, anna: Browser) -> None:
        twins = [await site.add_person("twin", display_name="Близнецы А") for _ in range(2)]
        await site.add_person("twin", display_name="Близнецы Б")
        given = {"display_name_part": "близнец"}
        users = response(await anna.get(FIND, **given))["users"]
        assert [each["user_id"] for each in users[:2]] == [each.user_id for each in twins]
        assert len(users) == 3
        assert response(await anna.get(FIND, **given, limit=1, offset=1))["users"] == users[1:2]
        assert await self.found(anna, **given, limit=1000) == await self.found(anna, **given)

    async def test_bad_input_is_refused(self, site: Site, anna: Browser) -> None:
        assert "display_name_part" in refusal(await anna.get(FIND), 2)
        for given in ("", "абв", "  аб  ", "ab\u202ecd", "a\x00bcd"):
            assert "display_name_part" in refusal(await anna.get(FIND, display_name_part=given), 1)
        for more in ({"limit": 0}, {"limit": "x"}, {"offset": -1}, {"offset": 2**63}):
            told = refusal(await anna.get(FIND, display_name_part="abcd", **more), 1)
            assert next(iter(more)) in told
        refusal(await site.browser().get(FIND, display_name_part="abcd"), 7, status=401)

    async def test_the_length_counts_after_folding(self, anna: Browser) -> None:
        assert await self.found(anna, display_name_part="ﬃx") == []  # four letters: f, f, i, x
        refusal(await anna.get(FIND, display_name_part="й" + "а" + "и\u0306"), 1)  # three
