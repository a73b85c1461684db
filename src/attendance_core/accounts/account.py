"""A person as they log in: the form of their name and password, and whether one is right."""

from __future__ import annotations

import re
from dataclasses import dataclass
from unicodedata import normalize

from attendance_core import ports
from attendance_core.arguments import check_kinds
from attendance_core.errors import BadLength, BadUsername, CommonPassword, NotLoggedIn
from attendance_core.texts import check_comparable, is_blank
from attendance_core.vocabulary import UserId

MAX_USERNAME_LENGTH = 64  # Contract: 2.2
# Contract: 2.2; letters are of any script
USERNAME = re.compile(rf"[\w.-]{{1,{MAX_USERNAME_LENGTH}}}")
MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH = 8, 256  # Contract: SignUp
MAX_CODE_POINTS_COMPOSED = 4  # so many NFC makes one of, and no more


@dataclass(frozen=True, slots=True)
class Account:
    """A person as they log in; one who comes from elsewhere has no password."""

    user_id: UserId
    username: str
    password_hash: str | None


def may_log_in_by_password(account: Account) -> bool:
    """Tells whether they have a password, and a user name that can be typed beside it."""
    return account.password_hash is not None and bool(USERNAME.fullmatch(account.username))


def composed(text: str, field: str, cut_above: int) -> str:
    """Brings a text into NFC.

    One of far more than ``cut_above`` code points is cut first, to what is still longer than that.

    Raises InvalidArgument.
    """
    check_comparable(text, field)
    return normalize("NFC", text[: MAX_CODE_POINTS_COMPOSED * cut_above + 1])


def checked_username(username: str) -> str:
    """Answers a user name as it is kept. Raises InvalidArgument, BadUsername."""
    username = composed(username, "username", MAX_USERNAME_LENGTH)
    if not USERNAME.fullmatch(username) or any(map(is_blank, username)):
        raise BadUsername(field="username")
    return username


def checked_password(passwords: ports.Passwords, password: str, field: str = "password") -> str:
    """Answers a new password as it is hashed. Raises InvalidArgument, BadLength, CommonPassword.

    Contract: 2.3.
    """
    password = composed(password, field, MAX_PASSWORD_LENGTH)
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        raise BadLength(field=field, least=MIN_PASSWORD_LENGTH, most=MAX_PASSWORD_LENGTH)
    if passwords.is_common(password):
        raise CommonPassword(field=field)
    return password


async def is_right(
    passwords: ports.Passwords, hashed: str | None, password: str, field: str = "password"
) -> bool:
    """Tells whether a password is the one of this hash; it takes as long where there is no hash.

    It is compared in NFC and, where it was typed otherwise, as it was typed: some were kept so.
    Both are always compared, so that the time says nothing of how one is kept.

    Raises InvalidArgument. Contract: 2.3.
    """
    forms = dict.fromkeys((composed(password, field, MAX_PASSWORD_LENGTH), password))
    matches = [await passwords.verify(hashed, each[: MAX_PASSWORD_LENGTH + 1]) for each in forms]
    return any(matches)


@dataclass(frozen=True, slots=True)
class GetUsername:
    """Says by which name somebody logs in: their tries are counted under it."""

    observe: ports.Observe

    async def __call__(self, *, actor: UserId) -> str:
        """Raises NotLoggedIn where there is no such account any more; Unavailable."""
        check_kinds(actor=actor)
        account = await self.observe(lambda unit: unit.accounts.find_by_id(actor))
        if account is None:
            raise NotLoggedIn
        return account.username
