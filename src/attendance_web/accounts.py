"""The calls about accounts and sessions. Contract: 2."""

from __future__ import annotations

import msgspec

from attendance_core.vocabulary import UserId
from attendance_web.http.call import get, post
from attendance_web.http.call_context import CallContext
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


class NewPassword(msgspec.Struct, frozen=True):
    """A password in place of the old one, which whoever has one gives as well."""

    new_password: str
    old_password: str | None = None


class Person(msgspec.Struct, frozen=True):
    """Who is logged in now."""

    user_id: UserId


class PersonOrNobody(msgspec.Struct, frozen=True):
    """Who is logged in; null for the anonymous."""

    user_id: UserId | None


@post("/accounts/signup/", login=False, heeds_person=False, name="SignUp")
async def sign_up(call: CallContext[NewAccount]) -> Person:
    """Makes an account and logs in."""
    async with call.limits.around_sign_up(call.address):
        logged_in = await call.use_cases.sign_up(
            username=call.arguments.username,
            password=call.arguments.password,
            display_name=call.arguments.display_name,
            replacing=call.session_to_replace,
            browser_secrets=call.browser_secrets,
        )
    call.log_in(logged_in)
    return Person(logged_in.user_id)


@post("/accounts/login/", login=False, heeds_person=False, name="LogIn")
async def log_in(call: CallContext[Credentials]) -> Person:
    """Logs in; the session changes its id."""
    username, secrets = call.arguments.username, call.browser_secrets
    async with call.limits.around_log_in(username, call.address, secrets):
        logged_in = await call.use_cases.log_in(
            username=username,
            password=call.arguments.password,
            replacing=call.session_to_replace,
            browser_secrets=secrets,
        )
    call.log_in(logged_in)
    return Person(logged_in.user_id)


@post("/accounts/logout/", login=False, name="LogOut")
async def log_out(call: CallContext[Nothing]) -> None:
    """Ends the session, wherever it is used; also when there is none."""
    if call.actor is not None:
        await call.use_cases.log_out(session_id=call.actor.session_id)
    call.end_session()


@post("/accounts/password/", name="ChangePassword")
async def change_password(call: CallContext[NewPassword]) -> None:
    """Changes my password; every other session of mine ends."""
    actor = call.logged_in_actor
    async with call.limits.around_proof(actor.user_id, call.address, call.browser_secrets):
        call.ends_sessions_of(actor.user_id)
        await call.use_cases.change_password(
            actor=actor.user_id,
            session_id=actor.session_id,
            old_password=call.arguments.old_password,
            new_password=call.arguments.new_password,
        )


@get("/api/auth/GetCurrentUserId", login=False, heeds_person=False, use_case="Identify")
async def get_current_user_id(call: CallContext[Nothing]) -> PersonOrNobody:
    """Who I am."""
    return PersonOrNobody(None if call.actor is None else call.actor.user_id)


CALLS = (sign_up, log_in, log_out, change_password, get_current_user_id)
