"""Recovery codes in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, insert, select

from attendance_adapters.sql.executor import Executor
from attendance_adapters.sql.tables import recovery_codes
from attendance_core.recovery import RecoveryCode
from attendance_core.vocabulary import UserId

ADD_RECOVERY_CODE = insert(recovery_codes)
REMOVE_RECOVERY_CODES = delete(recovery_codes).where(
    recovery_codes.c.user_id == bindparam("user_id")
)
FIND_RECOVERY_CODE = select(
    recovery_codes.c.user_id, recovery_codes.c.selector, recovery_codes.c.secret_hash
).where(
    recovery_codes.c.user_id == bindparam("user_id"),
    recovery_codes.c.selector == bindparam("selector"),
)
REMOVE_RECOVERY_CODE = delete(recovery_codes).where(
    recovery_codes.c.user_id == bindparam("user_id"),
    recovery_codes.c.selector == bindparam("selector"),
    recovery_codes.c.secret_hash == bindparam("secret_hash"),
)


class RecoveryCodes:
    """Keeps recovery codes; `repositories.RecoveryCodes`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute
        self._send = executor.send

    def replace(self, user_id: UserId, codes: Sequence[RecoveryCode]) -> None:
        self._send(REMOVE_RECOVERY_CODES, {"user_id": user_id})
        for code in codes:
            self._send(ADD_RECOVERY_CODE, _row(code))

    def find(self, user_id: UserId, selector: str) -> RecoveryCode | None:
        parameters = {"user_id": user_id, "selector": selector}
        row = self._execute(FIND_RECOVERY_CODE, parameters).one_or_none()
        return None if row is None else RecoveryCode(*row)

    def remove(self, code: RecoveryCode) -> None:
        self._send(REMOVE_RECOVERY_CODE, _row(code))


def _row(code: RecoveryCode) -> dict[str, object]:
    return {
        "user_id": code.user_id,
        "selector": code.selector,
        "secret_hash": code.secret_hash,
    }
