"""What is wrong is said beside its field, in the words of its label, until it is mended."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, expect

from tests.browser.calls import make_event
from tests.browser.visitor import PASSWORD, Door, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")
HOUR = 3600
LIMIT = 10  # Contract: 1.10, wrong passwords


async def expect_wrong(visitor: Visitor, field: Locator, name: str, text: str) -> None:
    message = visitor.at(f"wrong-{name}")
    await expect(message).to_contain_text(text)
    await expect(field).to_have_attribute("aria-invalid", "true")
    described = (await field.get_attribute("aria-describedby") or "").split()
    assert await message.get_attribute("id") in described
    await expect(field).to_be_focused()


async def test_an_empty_field_is_named_and_forgotten_when_it_is_filled(door: Door) -> None:
    visitor = await door.enter("Нет")
    await visitor.open()
    form = visitor.at("sign-up")
    await form.get_by_test_id("submit").click()
    name = form.locator("[name=name]")
    await expect_wrong(visitor, name, "name", "Заполните это поле")
    await name.fill("Нет")
    await expect(visitor.at("wrong-name")).to_be_hidden()
    await expect(name).not_to_have_attribute("aria-invalid", "true")
    password = form.locator("[name=password]")
    await password.fill("short")
    await form.get_by_test_id("submit").click()
    await expect_wrong(visitor, password, "password", "Нужно хотя бы 8 символов")


async def test_the_service_names_the_field_and_the_page_says_it_in_its_words(door: Door) -> None:
    """Contract: 1.15."""
    visitor = await door.enter("Пароль")
    await visitor.open()
    form = visitor.at("sign-up")
    await form.locator("[name=name]").fill("Пароль\u202eПростой")
    await form.locator("[name=username]").fill("password-plain")
    await form.locator("[name=password]").fill("password123")
    await form.get_by_test_id("submit").click()
    password = form.locator("[name=password]")
    await expect_wrong(visitor, password, "password", "Слишком простой пароль, придумайте другой")
    await password.fill(PASSWORD)
    await form.get_by_test_id("submit").click()
    name = form.locator("[name=name]")
    await expect_wrong(visitor, name, "name", "Здесь есть знаки, которые нельзя использовать")
    await name.fill("Пароль Простой")
    await form.locator("[name=username]").fill("с пробелом")
    await form.get_by_test_id("submit").click()
    await expect(visitor.at("wrong-username")).to_contain_text("Только буквы, цифры")


async def test_a_log_in_is_proposed_and_another_where_it_is_taken(door: Door) -> None:
    """Contract: 2.2."""
    first = await door.enter("Анна Тёзкина")
    await first.open()
    form = first.at("sign-up")
    await form.locator("[name=name]").fill("Анна Тёзкина")
    await expect(form.locator("[name=username]")).to_have_value("anna.tezkina")
    await form.locator("[name=password]").fill(PASSWORD)
    await form.get_by_test_id("submit").click()
    await expect(first.at("tab-me")).to_be_visible()

    second = await door.enter("Анна Тёзкина")
    await second.open()
    form = second.at("sign-up")
    await form.locator("[name=name]").fill("Анна Тёзкина")
    await form.locator("[name=password]").fill(PASSWORD)
    await form.get_by_test_id("submit").click()
    username = form.locator("[name=username]")
    await expect_wrong(second, username, "username", "anna.tezkina уже занят")
    await expect(username).to_have_value("anna.tezkina2")
    await form.get_by_test_id("submit").click()
    await expect(second.at("tab-me")).to_be_visible()

    third = await door.enter("Своя")
    await third.open()
    form = third.at("sign-up")
    await form.locator("[name=username]").fill("anna.tezkina")
    await form.locator("[name=name]").fill("Другая Анна")
    await expect(form.locator("[name=username]")).to_have_value("anna.tezkina")
    await form.locator("[name=password]").fill(PASSWORD)
    await form.get_by_test_id("submit").click()
    await expect_wrong(third, form.locator("[name=username]"), "username", "Такой логин уже занят")
    await expect(form.locator("[name=username]")).to_have_value("anna.tezkina")


async def test_too_many_wrong_passwords_are_told_in_minutes(door: Door) -> None:
    """Contract: 1.10."""
    visitor = await door.enter("Забыл", language="ru")
    await visitor.open()
    await visitor.at("to-log-in").click()
    form = visitor.at("log-in")
    await form.locator("[name=username]").fill("nobody-of-this-name")
    password = form.locator("[name=password]")
    for number in range(LIMIT):
        await password.fill(f"wrong {number}")
        await form.get_by_test_id("submit").click()
        await expect(form).not_to_have_attribute("aria-busy", "true")
        await expect(visitor.at("wrong-password")).to_have_text("Неверный логин или пароль")
    visitor.watch.wrong.clear()
    await password.fill("wrong again")
    await form.get_by_test_id("submit").click()
    said = "Слишком много попыток. Повторите через 15 минут"
    await expect(visitor.at("form-error")).to_have_text(said)
    assert all("429" in each for each in visitor.watch.wrong)
    visitor.watch.wrong.clear()


async def test_a_taken_name_of_a_class_comes_with_one_that_is_free(door: Door) -> None:
    """Contract: 5.2."""
    teacher = await door.let_student_in("Матвей", "matvei-taken")
    await make_event(teacher, "Матанализ", -60, HOUR)
    await teacher.at("create").click()
    form = teacher.at("new-event")
    name = form.locator("[name=name]")
    await name.fill("матанализ")
    await form.get_by_test_id("submit").click()
    await expect_wrong(teacher, name, "name", "Занятие с таким названием уже есть")
    free = teacher.at("free-name")
    day = await teacher.page.evaluate(
        "() => new Intl.DateTimeFormat('ru', { day: 'numeric', month: 'long' }).format()"
    )
    await expect(free).to_have_text(f"матанализ, {day}")
    await free.click()
    await expect(teacher.at("wrong-name")).to_be_hidden()
    await form.get_by_test_id("submit").click()
    await expect(teacher.page.get_by_role("heading", level=1)).to_have_text(f"матанализ, {day}")


async def test_a_date_is_asked_for_only_where_it_is_not_now(door: Door) -> None:
    teacher = await door.let_student_in("Дата", "data-later")
    await teacher.at("create").click()
    form = teacher.at("new-event")
    at = form.locator("[name=at]")
    await expect(at).to_be_hidden()
    await form.get_by_label("Позже").check()
    await expect(at).to_be_visible()
    await form.locator("[name=name]").fill("Когда-то")
    await at.fill("")
    await form.get_by_test_id("submit").click()
    await expect(teacher.at("wrong-at")).to_be_visible()
    await at.fill("2020-01-01T10:00")
    await form.get_by_test_id("submit").click()
    await expect(teacher.at("wrong-at")).to_contain_text("Конец должен быть позже начала")


async def test_no_form_is_wider_than_a_phone_with_letters_of_twice_the_size(door: Door) -> None:
    teacher = await door.let_student_in("Крупно", "large-letters")
    event_id = await make_event(teacher, "Крупные буквы", 60, HOUR)
    await teacher.page.goto(f"{teacher.url}/#/event/{event_id}")
    await teacher.page.evaluate("() => (document.documentElement.style.fontSize = '200%')")
    wider = "(each) => each.scrollWidth - each.clientWidth"
    for name, dialog in (("edit", "edit-event"), ("create", "new-event")):
        await teacher.at(name).click()
        if name == "create":
            await teacher.at(dialog).get_by_label("Позже").check()
        await expect(teacher.at(dialog)).to_be_visible()
        for width in (320, 360):
            await teacher.page.set_viewport_size({"width": width, "height": 740})
            assert await teacher.at(dialog).evaluate(wider) <= 0, (dialog, width)
        await teacher.page.keyboard.press("Escape")
        await teacher.at("tab-events").click()
