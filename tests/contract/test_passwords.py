"""Passwords are kept as argon2id hashes, and nobody learns from the time it takes."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from attendance_adapters.argon2_passwords import Argon2Passwords
from attendance_adapters.common_passwords import is_common
from attendance_adapters.scrypt_passwords import ScryptPasswords
from attendance_core.errors import Unavailable


@pytest.fixture(scope="module")
def passwords() -> Iterator[Argon2Passwords]:
    made = Argon2Passwords()
    yield made
    made.close()


@pytest.fixture(params=[Argon2Passwords, ScryptPasswords])
def any_passwords(request: pytest.FixtureRequest) -> Iterator[Argon2Passwords | ScryptPasswords]:
    """All that keep passwords."""
    made: Argon2Passwords | ScryptPasswords = request.param()
    yield made
    made.close()


async def test_the_password_is_known_again_and_another_is_not(
    any_passwords: Argon2Passwords | ScryptPasswords,
) -> None:
    passwords = any_passwords
    hashed = await passwords.hash("пароль, которого никто не знает")
    assert await passwords.verify(hashed, "пароль, которого никто не знает")
    assert not await passwords.verify(hashed, "пароль, которого никто не знаеТ")


async def test_a_hash_says_what_it_cost_and_is_never_the_same(passwords: Argon2Passwords) -> None:
    one, other = await passwords.hash("long enough"), await passwords.hash("long enough")
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one != other


async def test_a_lone_surrogate_is_a_character_like_others(
    any_passwords: Argon2Passwords | ScryptPasswords,
) -> None:
    passwords = any_passwords
    hashed = await passwords.hash("surrogate \ud800")
    assert await passwords.verify(hashed, "surrogate \ud800")


async def test_an_unknown_user_costs_as_much_as_a_wrong_password(
    passwords: Argon2Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    verify = type(passwords._hasher).verify

    def noted(self: object, hashed: str, password: bytes) -> bool:
        verified.append(hashed)
        return verify(passwords._hasher, hashed, password)

    monkeypatch.setattr(type(passwords._hasher), "verify", noted)
    assert not await passwords.verify(None, "whatever it was")
    assert [hashed[:31] for hashed in verified] == ["$argon2id$v=19$m=19456,t=2,p=1$"]


async def test_where_scrypt_hashes_an_unknown_user_costs_as_much_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    derived: list[dict[str, int]] = []
    derive = hashlib.scrypt

    def noted(secret: bytes, **options: Any) -> bytes:
        derived.append({name: options[name] for name in "nrp"})
        return derive(secret, **options)

    monkeypatch.setattr(hashlib, "scrypt", noted)
    passwords = ScryptPasswords()
    hashed = await passwords.hash("long enough")
    assert hashed.startswith("$scrypt$n=16384,r=8,p=1$")
    assert hashed != await passwords.hash("long enough")
    assert not await passwords.verify(hashed, "whatever it was")
    assert not await passwords.verify(None, "whatever it was")
    assert derived == [{"n": 2**14, "r": 8, "p": 1}] * 4
    passwords.close()


async def test_too_many_at_once_are_refused_and_the_others_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    most_jobs = 20
    monkeypatch.setattr("attendance_adapters.argon2_passwords.MAX_JOBS", most_jobs)
    passwords = Argon2Passwords()
    answers = await asyncio.gather(
        *(passwords.verify(None, "whatever") for _ in range(most_jobs + 10)), return_exceptions=True
    )
    assert answers[:most_jobs] == [False] * most_jobs
    assert all(isinstance(answer, Unavailable) for answer in answers[most_jobs:])
    assert not await passwords.verify(None, "there is room again")
    passwords.close()
    with pytest.raises(Unavailable):
        await passwords.hash("closed")


@pytest.mark.parametrize(
    "password",
    [
        "password", "PassWord", "Password1", "ＰＡＳＳＷＯＲＤ", "qwerty123", "iloveyou",
        "12345678", "87654321", "1234567890", "qwertyui", "йцукенгш", "ЙЦУКЕНГШ", "abcdefgh",
        "aaaaaaaa", "abababab", "abcabcab", "12341234", "  password  ",
    ],
)  # fmt: skip
def test_what_everybody_tries_first_is_common(password: str, passwords: Argon2Passwords) -> None:
    assert is_common(password)
    assert passwords.is_common(password)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "long enough",
        "s3cret-alice",
        "абракадабра",
        "12345678x",
        "\ud800" * 2 + "longer",
    ],
)
def test_what_one_makes_up_is_not_common(password: str) -> None:
    assert not is_common(password)
