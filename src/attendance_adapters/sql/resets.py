"""Links for a new password in SQL."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select

from attendance_adapters.sql.executor import Executor
from attendance_adapters.sql.tables import reset_links
from attendance_adapters.sql.upserts import add_or_change
from attendance_core.recovery import ResetLink
from attendance_core.vocabulary import Instant, ResetId, UserId

PUT_RESET_LINK = add_or_change(reset_links, [reset_links.c.user_id], ["reset_id", "made_at"])
FIND_RESET_LINK = select(
    reset_links.c.user_id, reset_links.c.reset_id, reset_links.c.made_at
).where(
    reset_links.c.reset_id == bindparam("reset_id"), reset_links.c.made_at > bindparam("made_after")
)
REMOVE_RESET_LINK = delete(reset_links).where(reset_links.c.user_id == bindparam("user_id"))
REMOVE_EXPIRED_RESET_LINKS = delete(reset_links).where(
    reset_links.c.made_at <= bindparam("made_until")
)


class ResetLinks:
    """Keeps links for a new password; `repositories.ResetLinks`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute
        self._send = executor.send

    def put(self, link: ResetLink) -> None:
        row = {"user_id": link.user_id, "reset_id": link.reset_id, "made_at": link.made_at}
        self._send(PUT_RESET_LINK, row)

    def find(self, reset_id: ResetId, *, made_after: Instant) -> ResetLink | None:
        row = self._execute(
            FIND_RESET_LINK, {"reset_id": reset_id, "made_after": made_after}
        ).one_or_none()
        return None if row is None else ResetLink(*row)

    def remove(self, user_id: UserId) -> None:
        self._send(REMOVE_RESET_LINK, {"user_id": user_id})

    def remove_expired(self, made_until: Instant) -> None:
        self._send(REMOVE_EXPIRED_RESET_LINKS, {"made_until": made_until})
