"""The calls about accounts and sessions. Contract: 2."""

from __future__ import annotations

import msgspec

from attendance_core.vocabulary import UserId
from attendance_web.http.call import Asked, get, post
from attendance_web.http.fields import Nothing


class NewAccount(msgspec.Struct, frozen=True):
    """A person who has no account yet."""

    username: str
    password: str
    display_name: str | None = None


class Credentials(msgspec.Struct, frozen=True):
    """How a person proves who they are."""

    username: str
    password: str


class Person(msgspec.Struct, frozen=True):
    """Who is logged in now."""

    user_id: UserId


class PersonOrNobody(msgspec.Struct, frozen=True):
    """Who is logged in; null for the anonymous."""

    user_id: UserId | None


@post("/accounts/signup/", login=False, name="SignUp")
async def sign_up(asked: Asked[NewAccount]) -> Person:
    """Makes an account and logs in."""
    await asked.limits.sign_up(asked.address)
    logged_in = await asked.use_cases.sign_up(
        username=asked.arguments.username,
        password=asked.arguments.password,
        display_name=asked.arguments.display_name,
        replacing=asked.replaceable,
    )
    asked.give_session(logged_in.token)
    return Person(logged_in.user_id)


@post("/accounts/login/", login=False, name="LogIn")
async def log_in(asked: Asked[Credentials]) -> Person:
    """Logs in; the session changes its id."""
    async with asked.limits.log_in(asked.arguments.username, asked.address):
        logged_in = await asked.use_cases.log_in(
            username=asked.arguments.username,
            password=asked.arguments.password,
            replacing=asked.replaceable,
        )
    asked.give_session(logged_in.token)
    return Person(logged_in.user_id)


@post("/accounts/logout/", login=False, name="LogOut")
async def log_out(asked: Asked[Nothing]) -> None:
    """Ends the session, wherever it is used; also when there is none."""
    if asked.actor is not None:
        await asked.use_cases.log_out(session_id=asked.actor.session_id)
    asked.end_session()


@get("/api/auth/GetCurrentUserId", login=False, use_case="Identify")
async def get_current_user_id(asked: Asked[Nothing]) -> PersonOrNobody:
    """Who I am."""
    return PersonOrNobody(None if asked.actor is None else asked.actor.user_id)


CALLS = (sign_up, log_in, log_out, get_current_user_id)
