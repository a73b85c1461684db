"""Browsers that were logged in to an account before. Contract: 9.4.

Such a browser shows a secret that lets nobody in: it says only that its log-ins are not those of
others, who may be at the same address.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from attendance_core import ports
from attendance_core.texts import check_comparable
from attendance_core.vocabulary import NOBODY, BrowserId, Instant, Seconds, UserId

MAX_BROWSERS = 16  # Contract: 9.4, of a person
BROWSER_SECONDS: Seconds = 400 * 86_400  # no browser keeps a cookie for longer


@dataclass(frozen=True, slots=True)
class KnownBrowser:
    """A browser as one account knows it; another account knows it by another secret."""

    user_id: UserId
    browser_id: BrowserId
    logged_in_at: Instant  # when somebody last did so in it

    def is_live(self, now: Instant) -> bool:
        """Tells whether its account still knows it."""
        return now < self.logged_in_at + BROWSER_SECONDS


def browser_id_of(secret: str) -> BrowserId:
    """Makes the name that a secret is kept under."""
    return BrowserId(hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest())


def remember_browser(
    unit: ports.Unit, user_id: UserId, secrets: Sequence[str], new_secret: str
) -> str:
    """Has an account know the browser of a log-in to it, and answers by which secret.

    That is the one of ``secrets``, which the browser has shown, that the account knows already;
    else the new one: what somebody else made up is never adopted. Browsers whose last log-in is
    long ago are forgotten, and of more than `MAX_BROWSERS` those with the earliest one.
    """
    now = unit.now()
    known = unit.known_browsers.of(user_id)  # the one with the latest log-in first
    live_ids = {each.browser_id for each in known if each.is_live(now)}
    secret = next((each for each in secrets if browser_id_of(each) in live_ids), new_secret)
    this = KnownBrowser(user_id, browser_id_of(secret), now)
    unit.known_browsers.put(this)
    other_ids = [each.browser_id for each in known if each.browser_id != this.browser_id]
    staying = [each for each in other_ids if each in live_ids][: MAX_BROWSERS - 1]
    forgotten = [each for each in other_ids if each not in staying]
    if forgotten:
        unit.known_browsers.remove(user_id, forgotten)
    return secret


@dataclass(frozen=True, slots=True)
class RecogniseBrowser:
    """Tells in which browser somebody is about to log in, if they have done so there before."""

    observe: ports.Observe

    async def __call__(self, *, username: str, browser_secrets: Sequence[str]) -> BrowserId | None:
        """Answers which browser of the account it is; None of another one's, or without an account.

        Raises InvalidArgument.
        """
        check_comparable(username, "username")
        shown_ids = [browser_id_of(each) for each in browser_secrets]

        def look(unit: ports.Unit) -> BrowserId | None:
            account = unit.accounts.find(username)
            # Looks for nobody's, too: the time says nothing of who has an account
            known = unit.known_browsers.of(NOBODY if account is None else account.user_id)
            now = unit.now()
            live_ids = {each.browser_id for each in known if each.is_live(now)}
            return next((each for each in shown_ids if each in live_ids), None)

        return await self.observe(look)
