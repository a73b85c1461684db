"""Keeps the codes that people get in by without their password. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import UserId

if TYPE_CHECKING:
    from attendance_core.recovery import RecoveryCode


class RecoveryCodes(Protocol):
    """Keeps the recovery codes that a person has, each by its selector."""

    def replace(self, user_id: UserId, codes: Sequence[RecoveryCode]) -> None:
        """Has somebody, whose account is locked, have these and no others; they may be none."""
        ...

    def find(self, user_id: UserId, selector: str) -> RecoveryCode | None: ...

    def remove(self, code: RecoveryCode) -> None:
        """Removes one of somebody whose account is locked; does nothing where it is not there."""
        ...
