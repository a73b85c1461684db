"""Codes by which people get in who have lost their password. Contract: 9.1.

A person has ten. Each begins with a selector, which finds it, so that a try costs one slow hash
however many there are; the rest is its secret, of which only such a hash is kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from attendance_core import ports
from attendance_core.accounts import MAX_USERNAME_LENGTH, LoggedIn, prove
from attendance_core.accounts.account import checked_password, composed
from attendance_core.arguments import check_kinds
from attendance_core.errors import WrongRecoveryCode
from attendance_core.events import CODE_LETTERS
from attendance_core.recovery.recover_account import RecoverAccount
from attendance_core.vocabulary import NOBODY, SessionId, UserId

RECOVERY_CODE_COUNT: Final = 10  # Contract: POST /accounts/recovery/codes/
SELECTOR_LENGTH: Final = 2  # Contract: POST /accounts/recovery/codes/
# Of 30 letters and digits: 68 bits, so that nobody who has the hash of one finds it
SECRET_LENGTH: Final = 14
RECOVERY_CODE_LENGTH: Final = SELECTOR_LENGTH + SECRET_LENGTH
GROUP_LENGTH: Final = 4  # letters between two hyphens, as a code is shown
MAX_TYPED_LENGTH: Final = 64  # of a code with whatever was put between its letters
# Blanks, and all sorts of hyphens
BETWEEN_LETTERS: Final = re.compile(r"[\s\u2010-\u2015\u2212-]+")


@dataclass(frozen=True, slots=True)
class RecoveryCode:
    """A code that somebody has and has not used yet. Its secret is known to its owner only."""

    user_id: UserId
    selector: str
    secret_hash: str


class TypedCode(NamedTuple):
    """Holds a code as it was typed: what finds it, and what proves it."""

    selector: str
    secret: str


NO_CODE: Final = TypedCode("", "")  # what can be no code: nobody has it


def typed_code(text: str) -> TypedCode:
    """Reads a code, in either case, with hyphens or without; `NO_CODE` where it can be none."""
    if len(text) > MAX_TYPED_LENGTH:
        return NO_CODE
    letters = BETWEEN_LETTERS.sub("", text)
    if len(letters) != RECOVERY_CODE_LENGTH or not letters.isascii():
        return NO_CODE  # to Python a long s is an S, too
    letters = letters.upper()
    if not set(letters) <= set(CODE_LETTERS):
        return NO_CODE
    return TypedCode(letters[:SELECTOR_LENGTH], letters[SELECTOR_LENGTH:])


def code_as_shown(letters: str) -> str:
    """Writes a code as people read it: four letters, a hyphen, and so on."""
    starts = range(0, len(letters), GROUP_LENGTH)
    return "-".join(letters[start : start + GROUP_LENGTH] for start in starts)


def draw_codes(ids: ports.Ids) -> Sequence[str]:
    """Draws ten codes, each with a selector of its own."""
    drawn: dict[str, str] = {}
    while len(drawn) < RECOVERY_CODE_COUNT:
        letters = ids.recovery_code()
        drawn.setdefault(letters[:SELECTOR_LENGTH], letters)
    return [*drawn.values()]


@dataclass(frozen=True, slots=True)
class MakeRecoveryCodes:
    """Makes ten codes that somebody gets in by later; those they had before are void.

    Contract: POST /accounts/recovery/codes/.
    """

    transact: ports.Transact
    observe: ports.Observe
    passwords: ports.Passwords
    ids: ports.Ids

    async def __call__(
        self, *, actor: UserId, session_id: SessionId, password: str | None = None
    ) -> Sequence[str]:
        """Answers them as they are shown, this once; needs proof.

        Raises InvalidArgument, MissingArgument, WrongPassword, LogInAgain, NotLoggedIn.
        """
        check_kinds(actor=actor, session_id=session_id)
        proof = await prove(
            self.observe, self.passwords, actor=actor, session_id=session_id, password=password
        )
        drawn = draw_codes(self.ids)
        codes = [
            RecoveryCode(actor, selector, await self.passwords.hash(secret))
            for selector, secret in map(typed_code, drawn)
        ]

        def work(unit: ports.Unit) -> None:
            proof.lock(unit)
            unit.recovery_codes.replace(actor, codes)

        await self.transact(work)
        return [code_as_shown(each) for each in drawn]


@dataclass(frozen=True, slots=True)
class UseRecoveryCode:
    """Logs somebody in by a recovery code, with a new password; all their other sessions end.

    Contract: POST /accounts/recovery/.
    """

    observe: ports.Observe
    passwords: ports.Passwords
    recover_account: RecoverAccount

    async def __call__(
        self,
        *,
        username: str,
        code: str,
        new_password: str,
        replacing: SessionId | None = None,
        browser_secrets: Sequence[str] | None = None,
        client: str = "",
    ) -> LoggedIn:
        """Opens a session, and ends the one that it is ``replacing`` in this browser.

        ``browser_secrets`` are those by which accounts know the browser, None where it is none;
        ``client`` is what it calls itself. Raises InvalidArgument, BadLength,
        CommonPassword; WrongRecoveryCode, after the same time whatever is wrong of name and code.
        """
        new_password = checked_password(self.passwords, new_password, "new_password")
        username = composed(username, "username", MAX_USERNAME_LENGTH)
        typed = typed_code(code)

        def look(unit: ports.Unit) -> RecoveryCode | None:
            account = unit.accounts.find(username)
            # Looks for nobody's, too: the time says nothing of who has an account
            user_id = NOBODY if account is None else account.user_id
            return unit.recovery_codes.find(user_id, typed.selector)

        found = await self.observe(look)
        hashed = None if found is None else found.secret_hash
        is_right = await self.passwords.verify(hashed, typed.secret)
        if found is None or not is_right:
            raise WrongRecoveryCode

        def check(unit: ports.Unit) -> None:
            # It may have been used meanwhile, or others were made
            if unit.recovery_codes.find(found.user_id, found.selector) != found:
                raise WrongRecoveryCode

        def use_up(unit: ports.Unit) -> None:
            unit.recovery_codes.remove(found)
            unit.reset_links.remove(found.user_id)

        return await self.recover_account(
            user_id=found.user_id,
            new_password=new_password,
            check=check,
            use_up=use_up,
            replacing=replacing,
            browser_secrets=browser_secrets,
            client=client,
        )
