"""One's own profile: what is typed is not lost, and pictures come as phones make them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Request, Route, expect

from tests.browser.calls import get, user_id_of
from tests.browser.photographs import photograph
from tests.browser.visitor import LAPTOP, ON_ITS_SIDE, PHONE, Door

pytestmark = pytest.mark.asyncio(loop_scope="session")
# By how much what it shows is higher than it is
HEIGHT_BEYOND_DIALOG = "(dialog) => dialog.scrollHeight - dialog.clientHeight"
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1" + bytes(64)


async def test_what_is_typed_stays_while_picture_and_scan_change(
    door: Door, tmp_path: Path
) -> None:
    visitor = await door.let_student_in("Bio Keeper", "bio-keeper", language="en")
    await visitor.at("tab-me").click()
    bio = visitor.at("info").locator("[name=bio]")
    await bio.fill("Half a sent")
    picture = photograph(tmp_path / "small.jpg", 400, 400)
    await visitor.at("scan").set_input_files(picture)
    await expect(visitor.at("scan-state")).to_have_attribute("data-state", "pending")
    await expect(bio).to_have_value("Half a sent")
    await visitor.at("change-picture").click()
    await visitor.at("picture").set_input_files(picture)
    await visitor.at("save-picture").click()
    await expect(visitor.at("save-picture")).to_have_count(0)
    await expect(bio).to_have_value("Half a sent")


async def test_what_one_says_of_oneself_may_have_lines(door: Door) -> None:
    """Contract: 3.6."""
    visitor = await door.let_student_in("Line Breaker", "line-breaker", language="en")
    await visitor.at("tab-me").click()
    await visitor.at("info").locator("[name=bio]").fill("БПМИ-231\nФКН\n\n\n\nВШЭ")
    await visitor.at("save").click()
    await expect(visitor.at("notice")).to_contain_text("Saved")
    user_id = await user_id_of(visitor)
    seen = await get(visitor, f"/api/profile/GetProfile?user_id={user_id}")
    assert seen["bio"] == "БПМИ-231\nФКН\n\nВШЭ"


async def test_a_scan_is_made_smaller_before_it_goes(door: Door, tmp_path: Path) -> None:
    """Contract: 3.4."""
    visitor = await door.let_student_in("Scan Sender", "scan-sender", language="en")
    await visitor.at("tab-me").click()
    large = photograph(tmp_path / "large.jpg", 4000, 3000)
    sent: list[Request] = []
    visitor.page.on("request", lambda request: sent.append(request))

    async def slowly(route: Route) -> None:
        await expect(visitor.at("progress")).to_be_visible()
        await expect(visitor.page.get_by_alt_text("The scan being sent")).to_be_visible()
        await route.continue_()

    await visitor.page.route("**/UploadProfileConfirmation", slowly)
    await visitor.at("scan").set_input_files(large)
    await expect(visitor.at("scan-state")).to_have_attribute("data-state", "pending")
    await expect(visitor.at("progress")).to_be_hidden()
    (upload,) = [each for each in sent if "UploadProfileConfirmation" in each.url]
    sizes = await upload.sizes()
    assert sizes["requestBodySize"] < large.stat().st_size / 2
    await expect(visitor.at("notice")).to_contain_text("sent")
    await expect(visitor.at("scan")).to_have_js_property("value", "")


async def test_the_dialog_of_a_picture_needs_no_scrolling(door: Door, tmp_path: Path) -> None:
    visitor = await door.let_student_in("Вера Боком", "vera-on-her-side")
    await visitor.at("tab-me").click()
    await visitor.at("change-picture").click()
    picture = photograph(tmp_path / "square.jpg", 400, 400)
    for is_chosen in (False, True):
        if is_chosen:
            await visitor.at("picture").set_input_files(picture)
            await expect(visitor.at("save-picture")).to_be_visible()
        for width, height in (PHONE, ON_ITS_SIDE, (740, 360), (667, 375), LAPTOP):
            await visitor.page.set_viewport_size({"width": width, "height": height})
            beyond = await visitor.at("cropping").evaluate(HEIGHT_BEYOND_DIALOG)
            assert beyond <= 0, (is_chosen, width, height, beyond)


async def test_a_picture_of_an_iphone_is_told_from_no_picture(door: Door, tmp_path: Path) -> None:
    """Contract: 3.4. A browser says nothing of a file that is chosen again while a field has it:
    after a refusal the field is empty.
    """
    visitor = await door.let_student_in("Айфон", "iphone-heic")
    await visitor.at("tab-me").click()
    heic, text = tmp_path / "photo.jpg", tmp_path / "notes.png"
    heic.write_bytes(HEIC)
    text.write_bytes(b"no picture at all")
    await visitor.at("scan").set_input_files(heic)
    await expect(visitor.at("wrong-scan")).to_contain_text("HEIC")
    await expect(visitor.at("scan")).to_have_js_property("value", "")
    await visitor.at("scan").set_input_files(text)
    await expect(visitor.at("wrong-scan")).to_have_text("Нужен файл JPEG, PNG или WebP")
    await expect(visitor.at("scan")).to_have_js_property("value", "")
    await visitor.at("change-picture").click()
    await visitor.at("picture").set_input_files(heic)
    await expect(visitor.at("wrong-picture")).to_contain_text("HEIC")
    await expect(visitor.at("picture")).to_have_js_property("value", "")


async def test_the_photograph_is_large_enough_to_be_worth_it(tmp_path: Path) -> None:
    with Image.open(io.BytesIO(photograph(tmp_path / "x.jpg", 4000, 3000).read_bytes())) as made:
        assert made.size == (4000, 3000)
    assert (tmp_path / "x.jpg").stat().st_size > 2_000_000
