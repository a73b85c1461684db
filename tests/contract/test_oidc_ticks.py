"""The tick that a university's word gives, and takes. Contract: 9.7."""

from __future__ import annotations

import pytest

from attendance_core.vocabulary import UserId
from tests.support.browsers_logged_in import user_id_of
from tests.support.log_ins import (
    CLAIM,
    UNLINK,
    SiteAndProvider,
    both,
    check_sent_to,
    link,
    links_of,
    log_in,
    module_both,
    profile_of,
)
from tests.support.oidc_provider import Person
from tests.support.pictures import picture
from tests.support.site import Browser, response

__all__ = ["both", "module_both"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestTicks:
    """Contract: 9.7."""

    async def confirmation(self, browser: Browser) -> str:
        found = await profile_of(browser)
        assert found["confirmed"] is (found["confirmation"] == "approved")
        said: str = found["confirmation"]
        return said

    async def test_who_is_confirmed_under_their_name_has_it(self, both: SiteAndProvider) -> None:
        anna, browser = Person(name="Анна  ПЁТРОВА", more={CLAIM: True}), both.site.browser()
        check_sent_to(await log_in(both, browser, anna))
        assert await self.confirmation(browser) == "approved"
        log = response(await browser.get("/api/profile/GetConfirmationLog"))["entries"]
        assert [(each["what"], each["by"]) for each in log] == [("approved", "service")]
        person = await both.site.add_person(display_name="анна петрова")
        check_sent_to(
            await link(both, person, Person(name="Анна Пётрова", more={CLAIM: True})),
            "/#/access",
        )
        assert await self.confirmation(person) == "approved"

    async def test_nobody_else_has(self, both: SiteAndProvider) -> None:
        for said in (False, None, "true", 1, [True]):
            browser = both.site.browser()
            check_sent_to(await log_in(both, browser, Person(more={CLAIM: said})))
            assert await self.confirmation(browser) == "none"
        person = await both.site.add_person(display_name="Борис")
        check_sent_to(await link(both, person, Person(more={CLAIM: True})), "/#/access")
        assert await self.confirmation(person) == "none"
        browser = both.site.browser()
        check_sent_to(await log_in(both, browser, Person(name=None, more={CLAIM: True})))
        assert await self.confirmation(browser) == "none"

    async def test_it_is_judged_at_every_log_in(self, both: SiteAndProvider) -> None:
        anna, browser = Person(more={CLAIM: True}), both.site.browser()
        check_sent_to(await log_in(both, browser, anna))
        anna.more[CLAIM] = False
        assert await self.confirmation(browser) == "approved"
        for said, state in ((False, "none"), (True, "approved")):
            anna.more[CLAIM] = said
            check_sent_to(await log_in(both, browser, anna))
            assert await self.confirmation(browser) == state
        anna.name = "Анна Иванова"  # she has married
        check_sent_to(await log_in(both, browser, anna))
        assert await self.confirmation(browser) == "none"
        response(await browser.post("/api/profile/UpdateProfileInfo", display_name="Анна Иванова"))
        check_sent_to(await log_in(both, browser, anna))
        assert await self.confirmation(browser) == "approved"

    async def test_a_new_name_and_a_new_scan_take_it_away(self, both: SiteAndProvider) -> None:
        """Contract: 3.7, 9.10."""
        browser = both.site.browser()
        anna = Person(more={CLAIM: True})
        check_sent_to(await log_in(both, browser, anna))
        response(await browser.post("/api/profile/UpdateProfileInfo", display_name="Другая"))
        assert await self.confirmation(browser) == "none"
        check_sent_to(await log_in(both, browser, anna))
        assert await self.confirmation(browser) == "none"
        response(await browser.post("/api/profile/UpdateProfileInfo", display_name=anna.name))
        check_sent_to(await log_in(both, browser, anna))
        assert await self.confirmation(browser) == "approved"
        files = {"image": ("a.png", picture())}
        response(await browser.send("/api/profile/UploadProfileConfirmation", files=files))
        assert await self.confirmation(browser) == "pending"
        anna.more[CLAIM] = False
        check_sent_to(await log_in(both, browser, anna))
        assert await self.confirmation(browser) == "pending"
        anna.more[CLAIM] = True
        check_sent_to(await log_in(both, browser, anna))
        assert await self.confirmation(browser) == "approved"  # and nobody need look any more
        waiting = await both.site.attendance.use_cases.get_pending_scans()
        assert await user_id_of(browser) not in [each.user_id for each in waiting]

    async def test_one_that_came_by_a_scan_is_none_of_its_business(
        self, both: SiteAndProvider
    ) -> None:
        person = await both.site.add_person(display_name="Анна")
        files = {"image": ("a.png", picture())}
        response(await person.send("/api/profile/UploadProfileConfirmation", files=files))
        observe = both.site.attendance.use_cases.get_ways_in.observe
        user_id = UserId(person.user_id)
        scan = await observe(lambda unit: unit.scans.find(user_id))
        assert scan is not None
        judge = both.site.attendance.use_cases.judge_scan
        await judge(user_id=user_id, file=scan.file, approve=True)
        check_sent_to(await link(both, person, Person(more={CLAIM: False})), "/#/access")
        assert await self.confirmation(person) == "approved"
        (shown,) = await links_of(person)
        response(await person.post(UNLINK, link=shown["link"]))
        assert await self.confirmation(person) == "approved"

    async def test_it_ends_with_the_link_that_gave_it(self, both: SiteAndProvider) -> None:
        """So an account elsewhere confirms one person here, and not one after the other."""
        person = await both.site.add_person(display_name="Анна Петрова")
        check_sent_to(await link(both, person, Person(more={CLAIM: True})), "/#/access")
        assert await self.confirmation(person) == "approved"
        (shown,) = await links_of(person)
        response(await person.post(UNLINK, link=shown["link"]))
        assert await self.confirmation(person) == "none"
