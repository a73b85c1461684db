"""Keeps recovery codes, by which people get in without their password. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import UserId

if TYPE_CHECKING:
    from attendance_core.recovery import RecoveryCode


class RecoveryCodes(Protocol):
    """Keeps the recovery codes that a person has, each by its selector."""

    def replace(self, user_id: UserId, codes: Sequence[RecoveryCode]) -> None:
        """Replaces all codes of somebody, whose account is locked, by these, or by none."""
        ...

    def find(self, user_id: UserId, selector: str) -> RecoveryCode | None: ...

    def remove(self, code: RecoveryCode) -> None:
        """Removes a code of somebody whose account is locked; does nothing where it is gone."""
        ...
