"""What the page is for: two people who have read nothing, and a third who looks on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.visitor import LAPTOP, Door

KARMA = "50"  # Contract: 6.3

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass(frozen=True)
class Words:
    """What people read, in one language."""

    language: str
    names: tuple[str, str, str]
    on_list: str
    put_back: str
    marked: str
    by: str
    faster: str
    summary: str


SAID = (
    Words(
        "ru",
        ("Анна Белова", "Борис Громов", "Вера Донцова"),
        on_list="Вы в списке",
        put_back="снова в списке",
        marked="Вы отмечены",
        by="Лист был у {}",
        faster="уже отмечает другой человек",
        summary="Отмечен 1 из 2",
    ),
    Words(
        "en",
        ("Alice Brown", "Oliver Green", "Vera Dunn"),
        on_list="You are on the list",
        put_back="is back on the list",
        marked="You are marked",
        by="Marked by {}",
        faster="someone else has them",
        summary="1 of 2 marked",
    ),
)
in_both = pytest.mark.parametrize("words", SAID, ids=[each.language for each in SAID])


@in_both
async def test_one_asks_one_marks_and_a_third_sees_it_live(door: Door, words: Words) -> None:
    language = words.language
    name_a, name_b, name_v = words.names
    options: dict[str, Any] = {"language": language, "keeps_page": True}
    creator = await door.let_student_in(name_b, f"boris-{language}", size=LAPTOP, **options)
    link = await creator.create_event(f"Analysis {language}")
    await creator.begin_marking()

    asker = await door.enter(name_a, **options)
    await asker.open(link)
    await expect(asker.at("invitation")).to_contain_text(f"Analysis {language}")
    await asker.sign_up(f"anna-{language}")
    await asker.wait()
    await expect(asker.at("waiting")).to_contain_text(words.on_list)
    await creator.expect_listed(asker)

    marker = await door.let_student_in(name_v, f"vera-{language}", link, **options)
    await marker.begin_marking()
    await marker.expect_listed(asker)
    await creator.hold(asker)
    await marker.expect_listed()
    await creator.at("not-now").click()
    await expect(creator.at("notice")).to_contain_text(words.put_back)
    await marker.expect_listed(asker)

    await marker.hold(asker)
    await marker.at("marked").click()
    await asker.expect_state("marked")
    await expect(asker.at("waiting")).to_contain_text(words.marked)
    await expect(asker.at("waiting")).to_contain_text(words.by.format(name_v))
    await expect(marker.at("notice")).to_contain_text(KARMA)
    await creator.expect_listed()

    await creator.page.go_back()
    await expect(creator.at("attendance-count")).to_contain_text(words.summary)
    row = creator.at("attendance").get_by_role("link").filter(has_text=name_a)
    await expect(row).to_contain_text(name_v)
    await asker.at("done").click()
    await expect(asker.at("already-marked")).to_contain_text(name_v)
    await expect(asker.at("mark-me")).to_have_count(0)


@in_both
async def test_of_two_markers_who_tap_one_face_one_holds_it(door: Door, words: Words) -> None:
    language = words.language
    name_a, name_b, name_v = words.names
    first = await door.let_student_in(name_b, f"b-race-{language}", language=language)
    link = await first.create_event(f"Race {language}")
    await first.begin_marking()
    second = await door.let_student_in(name_v, f"v-race-{language}", link, language=language)
    await second.begin_marking()
    asker = await door.let_student_in(name_a, f"a-race-{language}", link, language=language)
    await asker.wait()
    rival_of = {first: second, second: first}
    rows = [await each.row(asker).element_handle() for each in rival_of]

    await asyncio.gather(*(row.evaluate("row => row.click()") for row in rows))

    waits = {asyncio.create_task(each.at("held").wait_for()): each for each in rival_of}
    done, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in pending:
        wait.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    winner = waits[done.pop()]
    loser = rival_of[winner]
    await expect(loser.at("notice")).to_contain_text(words.faster)
    await expect(loser.at("held")).to_be_hidden()
    await winner.at("marked").click()
    await expect(asker.at("waiting")).to_contain_text(winner.name)
