"""Accounts in SQL."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, literal_column, select, update

from attendance_adapters.sql.column_types import BigId
from attendance_adapters.sql.executor import LOCKS_ROWS, Executor
from attendance_adapters.sql.tables import accounts
from attendance_core.accounts import Account
from attendance_core.folding import fold
from attendance_core.vocabulary import Instant, UserId

ADD_ACCOUNT = insert(accounts).returning(accounts.c.user_id)
_SELECT_ACCOUNT = select(accounts.c.user_id, accounts.c.username, accounts.c.password_hash)
FIND_ACCOUNT = _SELECT_ACCOUNT.where(accounts.c.username_key == bindparam("username_key"))
FIND_ACCOUNT_BY_ID = _SELECT_ACCOUNT.where(
    accounts.c.user_id == bindparam("user_id", type_=BigId),
    accounts.c.username != literal_column("''"),  # an erased account has none
)
# Does not lock the key: whoever adds rows that refer to this person meanwhile does not wait
LOCK_ACCOUNT = FIND_ACCOUNT_BY_ID.with_for_update(key_share=True).execution_options(
    **{LOCKS_ROWS: True}
)
PUT_ACCOUNT = (
    update(accounts)
    .where(accounts.c.user_id == bindparam("where_user_id"))
    .values(password_hash=bindparam("password_hash"))
)
ERASE_ACCOUNT = (
    update(accounts)
    .where(accounts.c.user_id == bindparam("where_user_id"))
    .values(
        username="",
        username_key=bindparam("username_key"),
        password_hash=None,
        created_at=0,
    )
)


class Accounts:
    """Keeps accounts; `repositories.Accounts`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute
        self._send = executor.send

    def add(self, username: str, password_hash: str | None, at: Instant) -> UserId:
        row = {
            "username": username,
            "username_key": fold(username),
            "password_hash": password_hash,
            "created_at": at,
        }
        return UserId(self._execute(ADD_ACCOUNT, row).scalar_one())

    def find(self, username: str) -> Account | None:
        row = self._execute(FIND_ACCOUNT, {"username_key": fold(username)}).one_or_none()
        return None if row is None else Account(*row)

    def find_by_id(self, user_id: UserId) -> Account | None:
        row = self._execute(FIND_ACCOUNT_BY_ID, {"user_id": user_id}).one_or_none()
        return None if row is None else Account(*row)

    def lock(self, user_id: UserId) -> Account | None:
        row = self._execute(LOCK_ACCOUNT, {"user_id": user_id}).one_or_none()
        return None if row is None else Account(*row)

    def put(self, account: Account) -> None:
        parameters = {"where_user_id": account.user_id, "password_hash": account.password_hash}
        self._send(PUT_ACCOUNT, parameters)

    def erase(self, user_id: UserId) -> None:
        # A key is unique; this one is that of no user name, in which there is no slash
        parameters = {"where_user_id": user_id, "username_key": f"/{user_id}"}
        self._send(ERASE_ACCOUNT, parameters)
