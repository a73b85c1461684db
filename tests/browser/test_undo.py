"""A mark that is taken back: by whoever made it, while that is offered, and seen by the marked."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.visitor import Door

pytestmark = pytest.mark.asyncio(loop_scope="session")
MODULE = """
const folder = document.querySelector("script[type=module]").src.replace(/app.js$/, "");
const module = (name) => import(`${folder}${name}`);
const until = async (holds) => {
  const moment = () => new Promise((goOn) => setTimeout(goOn, 50));
  for (let tries = 0; tries < 300 && !holds(); tries += 1) await moment();
};
"""
# A marker's word by word, without the screen; the connection is lost before the undo
MARK_AND_UNDO = f"""
async (eventId) => {{
  {MODULE}
  const {{ Desk }} = await module("marking.js");
  const desk = new Desk(eventId);
  const state = () => desk.store.value;
  await until(() => state().list.size);
  const [userId] = state().list.keys();
  const before = state().undo;
  desk.choose(userId);
  await until(() => state().chosen?.step === "held");
  desk.confirm();
  await until(() => state().undo);
  const {{ n }} = state().undo;
  await desk.undo();
  const after = [state().told.what, state().undo, state().marks.size];
  desk.leave();
  return [before, n, ...after];
}}
"""
ANNULLED = f"""
async () => {{
  {MODULE}
  const {{ waiting }} = await module("waiting.js");
  await until(() => waiting.value.annulled);
  return [waiting.value.markedBy, waiting.value.annulled?.reason, localStorage.getItem("marks")];
}}
"""


async def test_who_was_marked_by_a_slip_is_told_and_may_ask_again(door: Door) -> None:
    """Contract: 8.7."""
    marker = await door.let_student_in("Slip Marker", "slip-marker", language="en")
    link = await marker.create_event("By a slip")
    event_id = marker.page.url.rpartition("/")[2]
    asker = await door.let_student_in("Slip Asker", "slip-asker", link, language="en")
    await asker.wait()
    told = await marker.page.evaluate(MARK_AND_UNDO, event_id)
    assert told == [None, 1, "undone", None, 0]
    marked_by, reason, kept = await asker.page.evaluate(ANNULLED)
    assert (marked_by, reason) == (None, "wrong_person")
    assert "By a slip" not in (kept or "")
    await asker.expect_state("ended")
    await expect(asker.at("waiting")).to_contain_text("Somebody else was meant")
    await expect(asker.at("more")).to_have_text("You can join the list again")
    await asker.at("again").click()
    await asker.expect_state("open")
    await marker.open(link)
    await marker.begin_marking()
    await marker.expect_listed(asker)
    await marker.hold(asker)
    await marker.at("marked").click()
    await asker.expect_state("marked")
    await expect(marker.at("held")).to_be_hidden()
