"""Names on the page: who is found, and what another name of one's own costs."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest
from playwright.async_api import expect

from attendance_web.demo.people import face
from tests.browser.visitor import Door
from tests.support.service_process import Service, attendance

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def run_scans_command(service: Service, *arguments: str) -> str:
    """Runs the moderators' command; answers what it prints."""
    done = await asyncio.to_thread(attendance, "scans", *arguments, folder=service.folder)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


async def test_one_who_has_the_tick_is_told_before_another_name_takes_it(
    door: Door, service: Service, tmp_path: Path
) -> None:
    """Contract: 3.7."""
    visitor = await door.let_student_in("Алёна Щёлкина", "alyona", language="en")
    state, words = visitor.at("scan-state"), "Another name takes the tick away"
    await visitor.at("tab-me").click()
    await expect(state).to_have_attribute("data-state", "none")
    await expect(visitor.at("info")).not_to_contain_text(words)
    picture = tmp_path / "book.png"
    picture.write_bytes(face(random.Random(7)))
    await visitor.at("scan").set_input_files(picture)
    await expect(state).to_have_attribute("data-state", "pending")
    lines = [each.split("\t") for each in (await run_scans_command(service, "list")).splitlines()]
    (line,) = [each for each in lines if each[1] == visitor.name]
    await run_scans_command(service, "approve", line[0], "--scan", line[4])
    await visitor.page.reload()
    await expect(state).to_have_attribute("data-state", "approved")
    await expect(visitor.at("info")).to_contain_text(words)
    name = visitor.at("info").locator("[name=name]")
    for new, then in (("Алена  Щелкина", "approved"), ("Зоя Щёлкина", "none")):
        await name.fill(new)
        await visitor.at("save").click()
        await expect(visitor.page.get_by_text("Saved").first).to_be_visible()
        await expect(state).to_have_attribute("data-state", then)
        if then == "approved":
            await visitor.page.reload()
            await expect(state).to_have_attribute("data-state", then)
    await expect(visitor.at("info")).not_to_contain_text(words)


async def test_people_are_found_whatever_they_mix_up(door: Door) -> None:
    """Contract: 3.9, and 3.8: the page counts as the service does."""
    await door.let_person_in("Артём Ёлкин-Мар’ян", "artyom")
    visitor = await door.let_student_in("Борис", "boris")
    await visitor.open_people()
    for part in ("елкин\u2011мар'ян арте\u0308м", "  АРТЕ ", "ём ёл"):
        await visitor.at("search").fill(part)
        await expect(visitor.at("found").get_by_role("link")).to_have_count(1)
        await visitor.at("search").fill("ё\u200b л")
        await expect(visitor.at("found").get_by_role("link")).to_have_count(0)
