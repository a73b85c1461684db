"""Recovery codes in a dict."""

from __future__ import annotations

from collections.abc import Sequence

from attendance_adapters.in_memory.tables import RecoveryCodeKey, Tables
from attendance_core.recovery import RecoveryCode
from attendance_core.vocabulary import UserId


class RecoveryCodes:
    """Keeps recovery codes; `repositories.RecoveryCodes`."""

    def __init__(self, tables: Tables) -> None:
        self._codes = tables.recovery_codes

    def replace(self, user_id: UserId, codes: Sequence[RecoveryCode]) -> None:
        for key in [key for key in self._codes if key.user_id == user_id]:
            del self._codes[key]
        for code in codes:
            self._codes[RecoveryCodeKey(user_id, code.selector)] = code

    def find(self, user_id: UserId, selector: str) -> RecoveryCode | None:
        return self._codes.get(RecoveryCodeKey(user_id, selector))

    def remove(self, code: RecoveryCode) -> None:
        if self.find(code.user_id, code.selector) == code:
            del self._codes[RecoveryCodeKey(code.user_id, code.selector)]
