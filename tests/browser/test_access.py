"""What people do with their own access: passwords, recovery codes, links of an operator, devices.

And how they take along what is kept of them, or delete their account. Contract: 9.1.
"""

from __future__ import annotations

import json
import re
from zipfile import ZipFile

import pytest
from playwright.async_api import expect

from tests.browser.keys import tab_to_and_press
from tests.browser.visitor import LAPTOP, PASSWORD, Door, Visitor
from tests.support.service_process import Service, attendance

pytestmark = pytest.mark.asyncio(loop_scope="session")

OTHER_PASSWORD = "coffee at nine"
RESET_LINK = re.compile(r"\S*/#/reset/[0-9a-f]{64}")


async def log_in(visitor: Visitor, username: str, password: str) -> None:
    """Logs in by the form, from the first screen."""
    await visitor.at("to-log-in").click()
    form = visitor.at("log-in")
    await form.locator("[name=username]").fill(username)
    await form.locator("[type=password]").fill(password)
    await form.get_by_test_id("submit").click()


async def open_access(visitor: Visitor) -> None:
    await visitor.at("tab-me").click()
    await visitor.at("to-access").click()
    await expect(visitor.at("this-device")).to_be_visible()


async def expect_logged_out(visitor: Visitor) -> None:
    """Looks that it is so once the page is loaded anew; what it asked before was refused."""
    await visitor.page.reload()
    await expect(visitor.at("sign-up")).to_be_visible()
    visitor.watch.wrong = [each for each in visitor.watch.wrong if "401" not in each]


async def make_codes(visitor: Visitor) -> list[str]:
    """Makes new ones, which are on the screen now."""
    await visitor.at("make-codes").click()
    proof = visitor.at("codes-proof")
    await proof.locator("[type=password]").fill(PASSWORD)
    await proof.get_by_test_id("submit").click()
    shown = visitor.at("code-list").locator("li")
    await expect(shown).to_have_count(10)
    return await shown.all_inner_texts()


async def test_a_changed_password_ends_other_devices(door: Door) -> None:
    phone = await door.let_student_in("Two Devices", "two-devices", language="en")
    laptop = await door.enter("Two Devices", language="en", size=LAPTOP)
    await laptop.open()
    await log_in(laptop, "two-devices", PASSWORD)
    await expect(laptop.at("tab-me")).to_be_visible()
    await open_access(phone)
    await expect(phone.at("device")).to_have_count(1)
    form = phone.at("change-password")
    await form.locator("[name=old_password]").fill("not that one")
    await form.locator("[name=new_password]").fill(OTHER_PASSWORD)
    await form.get_by_test_id("submit").click()
    await expect(phone.at("wrong-old_password")).to_have_text("Wrong password")
    await form.locator("[name=old_password]").fill(PASSWORD)
    await form.get_by_test_id("submit").click()
    await expect(phone.at("notice")).to_contain_text("The password is changed")
    await expect(phone.at("device")).to_have_count(0)
    await expect_logged_out(laptop)
    await log_in(laptop, "two-devices", PASSWORD)
    await expect(laptop.at("wrong-password")).to_have_text("Wrong login or password")
    await laptop.at("log-in").locator("[type=password]").fill(OTHER_PASSWORD)
    await laptop.at("log-in").get_by_test_id("submit").click()
    await expect(laptop.at("tab-me")).to_be_visible()


async def test_a_lost_phone_is_logged_out(door: Door) -> None:
    phone = await door.let_student_in("Phone Loser", "phone-loser", language="en")
    laptop = await door.enter("Phone Loser", language="en", size=LAPTOP)
    await laptop.open()
    await log_in(laptop, "phone-loser", PASSWORD)
    await open_access(laptop)
    await expect(laptop.at("device")).to_contain_text("Chrome")
    await tab_to_and_press(laptop, "end")
    await expect(laptop.at("notice")).to_contain_text("logged out")
    await expect(laptop.at("device")).to_have_count(0)
    await expect_logged_out(phone)


async def test_all_others_are_logged_out_once_one_has_said_so(door: Door) -> None:
    laptop = await door.let_student_in("Many Devices", "many-devices", language="en", size=LAPTOP)
    for _ in range(2):
        other = await door.enter("Many Devices", language="en")
        await other.open()
        await log_in(other, "many-devices", PASSWORD)
        await expect(other.at("tab-me")).to_be_visible()
    await open_access(laptop)
    await expect(laptop.at("device")).to_have_count(2)
    await laptop.at("end-others").click()
    await laptop.at("yes").click()
    await expect(laptop.at("device")).to_have_count(0)
    await expect(laptop.at("end-others")).to_have_count(0)
    await expect_logged_out(other)


async def test_codes_are_offered_once_one_has_signed_up(door: Door) -> None:
    visitor = await door.enter("Newly Here", language="en")
    await visitor.open()
    await visitor.sign_up("newly-here")
    await visitor.at("offer").click()
    await expect(visitor.at("access")).to_be_visible()


async def test_a_forgotten_password_is_restored_by_a_code(door: Door) -> None:
    old_device = await door.let_student_in("Forgetful", "forgetful", language="en")
    await open_access(old_device)
    codes = await make_codes(old_device)
    assert len(set(codes)) == len(codes)
    await old_device.page.keyboard.press("Escape")
    await expect(old_device.at("code-list")).to_be_visible()  # they are not shown again
    await old_device.at("codes-kept").click()
    await expect(old_device.at("code-list")).to_have_count(0)
    new_device = await door.enter("Forgetful", language="en")
    await new_device.open()
    await new_device.at("to-log-in").click()
    await new_device.at("forgotten").click()
    form = new_device.at("recovery")
    await form.locator("[name=username]").fill("forgetful")
    await form.locator("[name=code]").fill("XX-NOT-A-CODE")
    await form.locator("[name=new_password]").fill(OTHER_PASSWORD)
    await form.get_by_test_id("submit").click()
    await expect(new_device.at("wrong-code")).to_have_text("Wrong login or code")
    await form.locator("[name=code]").fill(codes[3].lower())
    await form.get_by_test_id("submit").click()
    await expect(new_device.at("tab-me")).to_be_visible()
    await expect_logged_out(old_device)
    await old_device.open(f"{old_device.url}/#/forgotten")
    form = old_device.at("recovery")
    await form.locator("[name=username]").fill("forgetful")
    await form.locator("[name=code]").fill(codes[3])
    await form.locator("[name=new_password]").fill(PASSWORD)
    await form.get_by_test_id("submit").click()
    await expect(old_device.at("wrong-code")).to_have_text("Wrong login or code")


async def test_codes_can_be_copied_and_printed(door: Door) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    visitor = await door.let_student_in(
        "Copy Cat", "copy-cat", language="en", permissions=permissions
    )
    await open_access(visitor)
    codes = await make_codes(visitor)
    await visitor.at("copy").click()
    await expect(visitor.at("notice")).to_contain_text("copied")
    copied = await visitor.page.evaluate("() => navigator.clipboard.readText()")
    assert copied.split("\n")[-10:] == codes
    await visitor.page.emulate_media(media="print")
    await expect(visitor.at("code-list")).to_be_visible()
    await expect(visitor.at("codes-kept")).to_be_hidden()
    await expect(visitor.at("change-password")).to_be_hidden()


async def test_an_operators_link_sets_a_new_password_once(door: Door, service: Service) -> None:
    old_device = await door.let_student_in("Locked Out", "locked-out", language="en")
    said = attendance("accounts", "reset", "locked-out", folder=service.folder)
    found = RESET_LINK.search(said.stdout)
    assert found, said
    link = f"{service.url}/#/{found[0].partition('/#/')[2]}"
    new_device = await door.enter("Locked Out", language="en")
    for visitor in (new_device, old_device):
        await visitor.open("about:blank")
        await visitor.open(link)
        form = visitor.at("reset")
        await form.locator("[name=new_password]").fill(OTHER_PASSWORD)
        await form.get_by_test_id("submit").click()
        if visitor is new_device:
            await expect(visitor.at("tab-me")).to_be_visible()
        else:
            await expect(visitor.at("form-error")).to_contain_text("no longer works")


async def test_an_account_is_deleted_by_its_password(door: Door) -> None:
    visitor = await door.let_student_in("Leaver Loth", "leaver-loth", language="en")
    await open_access(visitor)
    await visitor.at("delete-account").click()
    form = visitor.at("deleting")
    await form.locator("[type=password]").fill("not that one")
    await form.get_by_test_id("submit").click()
    await expect(form.get_by_test_id("wrong-password")).to_have_text("Wrong password")
    await form.locator("[type=password]").fill(PASSWORD)
    await form.get_by_test_id("submit").click()
    await expect(visitor.at("sign-up")).to_be_visible()
    await log_in(visitor, "leaver-loth", PASSWORD)
    await expect(visitor.at("wrong-password")).to_have_text("Wrong login or password")
    visitor.watch.wrong = [each for each in visitor.watch.wrong if "401" not in each]


async def test_what_is_kept_of_one_is_downloaded_by_the_password(door: Door) -> None:
    visitor = await door.let_student_in("Taker Along", "taker-along", language="en")
    await open_access(visitor)
    await tab_to_and_press(visitor, "download-data")
    proof = visitor.at("data-proof")
    field = proof.locator("[type=password]")
    await expect(field).to_be_focused()
    await visitor.page.keyboard.type("not that one")
    await visitor.page.keyboard.press("Enter")
    await expect(proof.get_by_test_id("wrong-password")).to_have_text("Wrong password")
    await field.fill(PASSWORD)
    async with visitor.page.expect_download() as coming:
        await visitor.page.keyboard.press("Enter")
    downloaded = await coming.value
    assert downloaded.suggested_filename == "attendance-data.zip"
    with ZipFile(await downloaded.path()) as opened:
        assert opened.testzip() is None
        assert json.loads(opened.read("account.json"))["username"] == "taker-along"
        assert json.loads(opened.read("profile.json"))["display_name"] == "Taker Along"
    await expect(visitor.at("notice")).to_contain_text("attendance-data.zip")
    await expect(proof).to_have_count(0)
    await visitor.at("download-data").click()
    await field.fill(PASSWORD)
    await proof.get_by_test_id("submit").click()
    await expect(proof.get_by_test_id("form-error")).to_contain_text("Too many attempts")
    visitor.watch.wrong = [each for each in visitor.watch.wrong if "429" not in each]
