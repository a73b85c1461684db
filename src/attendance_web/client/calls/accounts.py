"""Calls of `attendance_web.accounts`. Printed by `make print` from what declares them."""

from __future__ import annotations

from attendance_web.client.answers import File
from attendance_web.client.calling import Calling
from attendance_web.structs.accounts import Person, PersonOrNobody, Sessions


class AccountCalls(Calling):
    """Makes the calls of `accounts`."""

    async def sign_up(
        self,
        *,
        username: str,
        password: str,
        display_name: str | None = None,
    ) -> Person:
        """Makes an account and logs in.

        Needs no log-in; no token may.
        """
        return await self.call(
            Person,
            "POST",
            "/accounts/signup/",
            username=username,
            password=password,
            display_name=display_name,
        )

    async def log_in(
        self,
        *,
        username: str,
        password: str,
    ) -> Person:
        """Logs in; the session changes its id.

        Needs no log-in; no token may.
        """
        return await self.call(
            Person,
            "POST",
            "/accounts/login/",
            username=username,
            password=password,
        )

    async def log_out(
        self,
    ) -> None:
        """Ends the session, wherever it is used; also when there is none.

        Needs no log-in; no token may.
        """
        return await self.call_for_nothing(
            "POST",
            "/accounts/logout/",
        )

    async def change_password(
        self,
        *,
        new_password: str,
        old_password: str | None = None,
    ) -> None:
        """Changes my password; every other session of mine ends.

        Needs log-in; no token may.
        """
        return await self.call_for_nothing(
            "POST",
            "/accounts/password/",
            new_password=new_password,
            old_password=old_password,
        )

    async def delete_account(
        self,
        *,
        password: str | None = None,
    ) -> None:
        """Deletes my account, and all that is kept of me but entries of ledgers, which name nobody.

        Needs log-in; no token may.
        """
        return await self.call_for_nothing(
            "POST",
            "/accounts/delete/",
            password=password,
        )

    async def download_data(
        self,
        *,
        password: str | None = None,
    ) -> File:
        """All that is kept of me: a zip of JSON, a file for each kind of it, and my own files.

        Needs log-in; no token may.
        """
        return await self.call_for_file(
            "POST",
            "/accounts/data/",
            password=password,
        )

    async def get_sessions(
        self,
    ) -> Sessions:
        """Where I am logged in, with what, and by what I may.

        Needs log-in; no token may.
        """
        return await self.call(
            Sessions,
            "GET",
            "/api/auth/GetSessions",
        )

    async def end_session(
        self,
        *,
        session: str | None = None,
        others: bool = False,
    ) -> None:
        """Logs me out elsewhere; what has ended already is no error.

        Needs log-in; no token may.
        """
        return await self.call_for_nothing(
            "POST",
            "/api/auth/EndSession",
            session=session,
            others=others,
        )

    async def get_current_user_id(
        self,
    ) -> PersonOrNobody:
        """Who I am.

        Needs no log-in; tokens for `read`.
        """
        return await self.call(
            PersonOrNobody,
            "GET",
            "/api/auth/GetCurrentUserId",
        )
