"""Browsers that were logged in to an account before. Contract: 9.4.

Such a browser shows a secret that lets nobody in: it says only that its log-ins are not those of
strangers, who may be at the same address.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from attendance_core import ports
from attendance_core.texts import check_marks
from attendance_core.vocabulary import BrowserId, Instant, Seconds, UserId

MAX_BROWSERS = 16  # Contract: 9.4, of a person
BROWSER_SECONDS: Seconds = 400 * 86_400  # no browser keeps a cookie for longer
NOBODY = UserId(0)


@dataclass(frozen=True, slots=True)
class KnownBrowser:
    """A browser as one account knows it; another account knows it by another secret."""

    user_id: UserId
    browser_id: BrowserId
    used_at: Instant  # when it was logged in last

    def is_current(self, now: Instant) -> bool:
        """Tells whether it may still have its secret."""
        return now < self.used_at + BROWSER_SECONDS


def browser_id_of(secret: str) -> BrowserId:
    """Makes the name that a secret is kept under."""
    return BrowserId(hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest())


def remember_browser(
    unit: ports.Unit, user_id: UserId, secrets: Sequence[str], new_secret: str
) -> str:
    """Has an account, logged in to just now, know its browser, and answers by which secret.

    That is one of the ``secrets`` it has shown where it is known already, and else the new one:
    what somebody else made up is never adopted. Those used last long ago are forgotten, and so are
    those used last of more than `MAX_BROWSERS`.
    """
    now = unit.now()
    known = unit.known_browsers.of(user_id)
    alive = {each.browser_id for each in known if each.is_current(now)}
    kept = next((each for each in secrets if browser_id_of(each) in alive), new_secret)
    this = KnownBrowser(user_id, browser_id_of(kept), now)
    unit.known_browsers.put(this)
    others = [each for each in known if each.browser_id != this.browser_id]
    forgotten = [
        each.browser_id
        for position, each in enumerate(others, start=1)
        if position >= MAX_BROWSERS or not each.is_current(now)
    ]
    if forgotten:
        unit.known_browsers.remove(user_id, forgotten)
    return kept


@dataclass(frozen=True, slots=True)
class RecogniseBrowser:
    """Tells in which browser somebody is about to log in, if they have done so there before."""

    observe: ports.Observe

    async def __call__(self, *, username: str, browser_secrets: Sequence[str]) -> BrowserId | None:
        """Answers as which one the account knows it; None where it does not, or is none.

        Raises InvalidArgument.
        """
        check_marks(username, "username")
        shown_ids = [browser_id_of(each) for each in browser_secrets]

        def look(unit: ports.Unit) -> BrowserId | None:
            account = unit.accounts.find(username)
            # Of nobody, too: the time says nothing of who has an account
            known = unit.known_browsers.of(NOBODY if account is None else account.user_id)
            now = unit.now()
            alive = {each.browser_id for each in known if each.is_current(now)}
            return next((each for each in shown_ids if each in alive), None)

        return await self.observe(look)
