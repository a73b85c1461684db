"""The last step of a recovery, whatever somebody has shown: a new password, and a log-in by it.

Somebody else may have found the old password, or a phone with a session. So all sessions and tokens
end, and so do links of providers, unless the person could not log in without one. What a host has
linked stays, and so do recovery codes that were not used, but for what `use_up` does to them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from attendance_core import ports
from attendance_core.accounts import LoggedIn
from attendance_core.accounts.account import may_log_in_by_password
from attendance_core.accounts.log_ins import OpenedSession, new_session, open_session
from attendance_core.errors import PersonNotFound
from attendance_core.marking.terms import Terms
from attendance_core.providers.links import remove_provider_links
from attendance_core.session_ends import end_sessions_in_batches, end_sessions_of
from attendance_core.token_ends import end_and_remove_tokens_of, expire_tokens
from attendance_core.vocabulary import SessionId, UserId


@dataclass(frozen=True, slots=True)
class RecoverAccount:
    """Gives somebody back their account: sets a new password, ends sessions, and logs them in."""

    transact: ports.Transact
    passwords: ports.Passwords
    ids: ports.Ids
    terms: Terms

    async def __call__(
        self,
        *,
        user_id: UserId,
        new_password: str,
        check: Callable[[ports.Unit], object],
        use_up: Callable[[ports.Unit], None],
        replacing: SessionId | None,
        browser_secrets: Sequence[str] | None,
        client: str,
    ) -> LoggedIn:
        """Takes a password that was checked. All their sessions end, a few at a time.

        ``check`` raises where the code or the link that they came by lets nobody in any more;
        ``use_up`` makes it void, in the transaction of the new password. Both find the account
        locked. Raises PersonNotFound, and what ``check`` raises.
        """
        password_hash = await self.passwords.hash(new_password)
        new = new_session(self.ids, client, replacing, browser_secrets)

        def finish(unit: ports.Unit) -> OpenedSession:
            found = unit.accounts.lock(user_id)
            if found is None:
                raise PersonNotFound
            account = replace(found, password_hash=password_hash)
            use_up(unit)
            unit.accounts.put(account)
            expire_tokens(unit, user_id)
            if may_log_in_by_password(account):
                remove_provider_links(unit, user_id)
            return open_session(unit, user_id, new, self.terms)

        logged_in, to_end = await end_sessions_of(
            self.transact, user_id, self.terms, spared=None, check=check, finish=finish
        )
        if to_end:
            await end_sessions_in_batches(self.transact, to_end, self.terms)
        await end_and_remove_tokens_of(self.transact, user_id, self.terms)
        return logged_in
