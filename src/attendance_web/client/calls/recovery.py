"""Calls of `attendance_web.recovery`. Printed by `make print` from what declares them."""

from __future__ import annotations

from attendance_web.client.calling import Calling
from attendance_web.structs.accounts import Person
from attendance_web.structs.recovery import RecoveryCodes


class RecoveryCalls(Calling):
    """Makes the calls of `recovery`."""

    async def make_recovery_codes(
        self,
        *,
        password: str | None = None,
    ) -> RecoveryCodes:
        """Makes ten codes to come back by without one's password; those before are void.

        Needs log-in; no token may.
        """
        return await self.call(
            RecoveryCodes,
            "POST",
            "/accounts/recovery/codes/",
            password=password,
        )

    async def use_recovery_code(
        self,
        *,
        username: str,
        code: str,
        new_password: str,
    ) -> Person:
        """Logs in by a recovery code, with a new password; all other sessions end.

        Needs no log-in; no token may.
        """
        return await self.call(
            Person,
            "POST",
            "/accounts/recovery/",
            username=username,
            code=code,
            new_password=new_password,
        )

    async def reset_password(
        self,
        *,
        token: str,
        new_password: str,
    ) -> Person:
        """Logs in by a link of an operator's, with a new password; all other sessions end.

        Needs no log-in; no token may.
        """
        return await self.call(
            Person,
            "POST",
            "/accounts/reset/",
            token=token,
            new_password=new_password,
        )
