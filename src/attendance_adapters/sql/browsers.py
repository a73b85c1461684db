"""Known browsers in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, bindparam, delete, select, tuple_

from attendance_adapters.sql.executor import Executor
from attendance_adapters.sql.tables import known_browsers
from attendance_adapters.sql.upserts import add_or_change
from attendance_core.browsers import KnownBrowser
from attendance_core.vocabulary import BrowserId, Instant, UserId

PUT_BROWSER = add_or_change(
    known_browsers, [known_browsers.c.user_id, known_browsers.c.browser_id], ["used_at"]
)
BROWSERS_OF = (
    select(known_browsers.c.user_id, known_browsers.c.browser_id, known_browsers.c.used_at)
    .where(known_browsers.c.user_id == bindparam("user_id"))
    .order_by(known_browsers.c.used_at.desc(), known_browsers.c.browser_id)
)
REMOVE_BROWSERS = delete(known_browsers).where(
    known_browsers.c.user_id == bindparam("user_id"),
    known_browsers.c.browser_id.in_(bindparam("browser_ids", expanding=True)),
)
_KEY = tuple_(known_browsers.c.user_id, known_browsers.c.browser_id)
REMOVE_UNUSED = delete(known_browsers).where(
    _KEY.in_(
        select(known_browsers.c.user_id, known_browsers.c.browser_id)
        .where(known_browsers.c.used_at <= bindparam("logged_in_until"))
        .limit(bindparam("limit", type_=BigInteger))
    )
)


class KnownBrowsers:
    """Keeps browsers that accounts know; `repositories.KnownBrowsers`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute
        self._send = executor.send

    def of(self, user_id: UserId) -> Sequence[KnownBrowser]:
        return [KnownBrowser(*row) for row in self._execute(BROWSERS_OF, {"user_id": user_id})]

    def put(self, browser: KnownBrowser) -> None:
        row = {
            "user_id": browser.user_id,
            "browser_id": browser.browser_id,
            "used_at": browser.logged_in_at,
        }
        self._send(PUT_BROWSER, row)

    def remove(self, user_id: UserId, browser_ids: Sequence[BrowserId]) -> None:
        self._send(REMOVE_BROWSERS, {"user_id": user_id, "browser_ids": list(browser_ids)})

    def remove_unused(self, logged_in_until: Instant, limit: int) -> int:
        return self._execute(
            REMOVE_UNUSED, {"logged_in_until": logged_in_until, "limit": limit}
        ).rowcount
