"""Links by which people set a new password, made by an operator who knows them. Contract: 9.1."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from attendance_core import ports
from attendance_core.accounts import LoggedIn
from attendance_core.accounts.account import checked_password
from attendance_core.errors import PersonNotFound, WrongResetLink
from attendance_core.recovery.recover_account import RecoverAccount
from attendance_core.vocabulary import Instant, ResetId, Seconds, SessionId, UserId

RESET_SECONDS: Seconds = 86_400  # 24 h. Contract: POST /accounts/reset/


def reset_id_of(secret: str) -> ResetId:
    """Makes the name that the secret of a link is kept under."""
    return ResetId(hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest())


@dataclass(frozen=True, slots=True)
class ResetLink:
    """The one link of a person for a new password. Its secret is known to whoever was given it."""

    user_id: UserId
    reset_id: ResetId
    made_at: Instant


@dataclass(frozen=True, slots=True)
class MakeResetLink:
    """Makes a link by which somebody sets a new password, within a day and once, for an operator.

    It ends the one before.
    """

    transact: ports.Transact
    observe: ports.Observe
    ids: ports.Ids

    async def __call__(self, *, username: str) -> str:
        """Answers its secret, which is not kept. Raises PersonNotFound."""
        # In hex: whoever cuts - and _ off the end of a link, as messengers do, cuts nothing off
        secret = hashlib.sha256(self.ids.token().encode()).hexdigest()
        account = await self.observe(lambda unit: unit.accounts.find(username))
        if account is None:
            raise PersonNotFound

        def work(unit: ports.Unit) -> None:
            if unit.accounts.lock(account.user_id) is None:
                raise PersonNotFound
            unit.reset_links.put(ResetLink(account.user_id, reset_id_of(secret), unit.now()))

        await self.transact(work)
        return secret


@dataclass(frozen=True, slots=True)
class ResetPassword:
    """Logs somebody in by a link, with a new password; all their other sessions end.

    Contract: POST /accounts/reset/.
    """

    observe: ports.Observe
    passwords: ports.Passwords
    recover_account: RecoverAccount

    async def __call__(
        self,
        *,
        token: str,
        new_password: str,
        replacing: SessionId | None = None,
        browser_secrets: Sequence[str] | None = None,
        client: str = "",
    ) -> LoggedIn:
        """Opens a session, and ends the one that it is ``replacing`` in this browser.

        ``browser_secrets`` are those by which accounts know the browser, None where it is none;
        ``client`` is what it calls itself.

        Recovery codes are void afterwards: whoever the account is taken back from may have made
        them. Raises InvalidArgument, BadLength, CommonPassword; WrongResetLink, whatever is wrong
        with it.
        """
        new_password = checked_password(self.passwords, new_password, "new_password")
        reset_id = reset_id_of(token)

        def find_live_link(unit: ports.Unit) -> ResetLink:
            # The store leaves out one that has run out, as quickly as one that never was
            link = unit.reset_links.find(reset_id, made_after=unit.now() - RESET_SECONDS)
            if link is None:
                raise WrongResetLink
            return link

        user_id = (await self.observe(find_live_link)).user_id

        def use_up(unit: ports.Unit) -> None:
            unit.reset_links.remove(user_id)
            unit.recovery_codes.replace(user_id, [])

        return await self.recover_account(
            user_id=user_id,
            new_password=new_password,
            check=find_live_link,  # it may have been used meanwhile, or another one was made
            use_up=use_up,
            replacing=replacing,
            browser_secrets=browser_secrets,
            client=client,
        )


@dataclass(frozen=True, slots=True)
class ForgetResetLinks:
    """Forgets links that let nobody in any more, their time being up."""

    transact: ports.Transact

    async def __call__(self) -> None:
        """Removes them."""
        await self.transact(
            lambda unit: unit.reset_links.remove_expired(unit.now() - RESET_SECONDS)
        )
