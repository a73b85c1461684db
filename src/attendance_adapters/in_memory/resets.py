"""Links for a new password in a dict."""

from __future__ import annotations

from attendance_adapters.in_memory.tables import Tables
from attendance_core.recovery import ResetLink
from attendance_core.vocabulary import Instant, ResetId, UserId


class ResetLinks:
    """Keeps links for a new password; `repositories.ResetLinks`."""

    def __init__(self, tables: Tables) -> None:
        self._links = tables.reset_links

    def put(self, link: ResetLink) -> None:
        self._links[link.user_id] = link

    def find(self, reset_id: ResetId, *, made_after: Instant) -> ResetLink | None:
        found = (
            each
            for each in self._links.values()
            if each.reset_id == reset_id and each.made_at > made_after
        )
        return next(found, None)

    def remove(self, user_id: UserId) -> None:
        if user_id in self._links:
            del self._links[user_id]

    def remove_expired(self, made_until: Instant) -> None:
        for link in list(self._links.values()):
            if link.made_at <= made_until:
                del self._links[link.user_id]
