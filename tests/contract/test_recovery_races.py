"""One code, or one link, that is used in two processes at once lets one of them in.

Contract: POST /accounts/recovery/, POST /accounts/reset/.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import URL

from attendance_adapters import connect
from attendance_core.accounts import CredentialKind, LoggedIn, session_id_of
from attendance_core.errors import WrongCredentials, WrongRecoveryCode, WrongResetLink
from attendance_core.use_cases import UseCases
from tests.support.quick_passwords import quickly_hashed

TRIES = 3  # of each process
OLD_PASSWORD, NEW_PASSWORD = "correct horse", "battery staple"


@pytest.fixture
async def processes(current_url: URL) -> AsyncIterator[tuple[UseCases, UseCases]]:
    """The use cases of two, over one database."""
    url = current_url.render_as_string(hide_password=False)
    with quickly_hashed():
        one, other = (connect(url, files_url="memory://") for _ in range(2))
    async with one, other:
        yield one.use_cases, other.use_cases


async def let_in_and_refused(
    processes: tuple[UseCases, UseCases], act: Callable[[UseCases, str], Awaitable[LoggedIn]]
) -> tuple[list[str], list[BaseException]]:
    """The tokens of those who are let in, whose password is that of their number; the rest."""
    tries = [act(do, f"{NEW_PASSWORD} {number}") for number in range(TRIES) for do in processes]
    found = await asyncio.gather(*tries, return_exceptions=True)
    return (
        [each.token for each in found if isinstance(each, LoggedIn)],
        [each for each in found if isinstance(each, BaseException)],
    )


async def test_a_recovery_code_lets_one_in(processes: tuple[UseCases, UseCases]) -> None:
    one, other = processes
    anna = await one.sign_up(username="anna", password=OLD_PASSWORD)
    mine: dict[str, Any] = {"actor": anna.user_id, "session_id": session_id_of(anna.token)}
    code, *_ = await one.make_recovery_codes(**mine, password=OLD_PASSWORD)

    def act(do: UseCases, new: str) -> Awaitable[LoggedIn]:
        return do.use_recovery_code(username="anna", code=code, new_password=new)

    let_in, refused = await let_in_and_refused(processes, act)
    assert len(let_in) == 1
    assert {type(each) for each in refused} == {WrongRecoveryCode}
    for token, is_in in ((anna.token, False), (let_in[0], True)):
        found = await other.identify(token=token, kind=CredentialKind.COOKIE)
        assert (found is not None) is is_in


async def test_a_link_lets_one_in(processes: tuple[UseCases, UseCases]) -> None:
    one, _ = processes
    await one.sign_up(username="anna", password=OLD_PASSWORD)
    link = await one.make_reset_link(username="anna")
    let_in, refused = await let_in_and_refused(
        processes, lambda do, new: do.reset_password(token=link, new_password=new)
    )
    assert len(let_in) == 1
    assert {type(each) for each in refused} == {WrongResetLink}


async def test_codes_that_are_made_twice_at_once_are_ten(
    processes: tuple[UseCases, UseCases],
) -> None:
    """Contract: POST /accounts/recovery/codes/."""
    one, _ = processes
    anna = await one.sign_up(username="anna", password=OLD_PASSWORD)
    mine: dict[str, Any] = {"actor": anna.user_id, "session_id": session_id_of(anna.token)}
    made = await asyncio.gather(
        *[
            do.make_recovery_codes(**mine, password=OLD_PASSWORD)
            for do in processes
            for _ in range(TRIES)
        ]
    )
    working_count = 0
    for codes in made:
        try:
            await one.use_recovery_code(username="anna", code=codes[0], new_password=NEW_PASSWORD)
        except WrongCredentials:
            continue
        working_count += 1
    assert working_count == 1
