"""People: found as one types, asked, accepted, and nothing of it stale."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.calls import post, user_id_of
from tests.browser.visitor import Door

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_people_are_found_in_any_order_and_without_dots(door: Door) -> None:
    """Contract: 3.9."""
    await door.let_person_in("Соловьёв Иннокентий", "solovyov-find")
    visitor = await door.let_student_in("Ищейка", "seeker-find")
    await visitor.open_people()
    for part in ("соловьев", "иннокентий соловьёв", "иннок солов"):
        await visitor.at("search").fill(part)
        await expect(visitor.at("found").get_by_role("link")).to_have_count(1)
    await visitor.at("search").fill("никого такого нет")
    await expect(visitor.at("found")).to_contain_text("Ничего не нашлось")


async def test_a_short_surname_is_found_among_those_one_knows(door: Door) -> None:
    """Contract: 3.8."""
    other = await door.let_person_in("Ким", "kim-short")
    visitor = await door.let_student_in("Друг Кима", "friend-short")
    other_id, own_id = await user_id_of(other), await user_id_of(visitor)
    await post(visitor, "/api/friends/SendFriendRequest", user_id=other_id)
    await post(other, "/api/friends/SendFriendRequest", user_id=own_id)
    await visitor.open_people()
    await expect(visitor.at("friends").get_by_role("link")).to_have_count(1)
    await visitor.at("search").fill("ким")
    await expect(visitor.at("found").get_by_role("link", name="Ким")).to_be_visible()
    await visitor.at("search").fill("лев")
    await expect(visitor.at("found")).to_contain_text("хотя бы 4 буквы")


async def test_a_request_is_answered_and_nothing_stale_is_left(door: Door) -> None:
    """Contract: 4.1."""
    requester = await door.let_student_in("Аскер Первый", "requester-fresh")
    recipient = await door.let_student_in("Аскед Второй", "recipient-fresh")
    await recipient.open_people()
    await expect(recipient.at("friends")).to_contain_text(
        "Когда вы отмечаете, друзья стоят первыми"
    )
    recipient_id, requester_id = await user_id_of(recipient), await user_id_of(requester)
    await requester.page.goto(f"{requester.url}/#/person/{recipient_id}")
    await requester.at("befriend").click()
    await expect(requester.at("withdraw")).to_be_visible()
    await expect(requester.at("notice")).to_contain_text("Заявка отправлена")
    await requester.open_people()
    await expect(requester.at("friends")).to_contain_text("заявка отправлена")

    await recipient.at("tab-events").click()
    await recipient.open_people()
    await recipient.at(f"accept-{requester_id}").click()
    await expect(recipient.at("requests").get_by_role("link")).to_have_count(0)
    await expect(recipient.at("friends").get_by_role("link")).to_have_count(1)
    await expect(recipient.page.get_by_role("heading", level=1)).to_be_focused()
    await recipient.page.goto(f"{recipient.url}/#/person/{requester_id}")
    await recipient.at("unfriend").click()
    await expect(recipient.at("befriend")).to_be_visible()
    await recipient.open_people()
    await expect(recipient.at("friends").get_by_role("link")).to_have_count(0)
