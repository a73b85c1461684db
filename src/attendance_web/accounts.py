"""The calls about accounts and sessions. Contract: 2."""

from __future__ import annotations

from msgspec import UNSET

from attendance_core.identities import link_name_of
from attendance_web.http.call import get, post
from attendance_web.http.call_context import CallContext
from attendance_web.http.downloads import Download
from attendance_web.structs.accounts import (
    LinkShown,
    NewAccount,
    NewPassword,
    Person,
    PersonOrNobody,
    Proof,
    Sessions,
    SessionShown,
    SessionsToEnd,
    UsernameAndPassword,
)
from attendance_web.structs.arguments import Nothing


@post("/accounts/signup/", needs_login=False, refuses_other_person=False, name="SignUp")
async def sign_up(call: CallContext[NewAccount]) -> Person:
    """Makes an account and logs in."""
    async with call.limits.around_sign_up(call.address):
        logged_in = await call.use_cases.sign_up(
            username=call.arguments.username,
            password=call.arguments.password,
            display_name=call.arguments.display_name,
            replacing=call.session_to_replace,
            browser_secrets=call.browser_secrets,
            client=call.client,
        )
    call.set_log_in_cookies(logged_in)
    return Person(logged_in.user_id)


@post("/accounts/login/", needs_login=False, refuses_other_person=False, name="LogIn")
async def log_in(call: CallContext[UsernameAndPassword]) -> Person:
    """Logs in; the session changes its id."""
    username, browser_secrets = call.arguments.username, call.browser_secrets
    async with call.limits.around_log_in(username, call.address, browser_secrets):
        logged_in = await call.use_cases.log_in(
            username=username,
            password=call.arguments.password,
            replacing=call.session_to_replace,
            browser_secrets=browser_secrets,
            client=call.client,
        )
    call.set_log_in_cookies(logged_in)
    return Person(logged_in.user_id)


@post("/accounts/logout/", needs_login=False, name="LogOut")
async def log_out(call: CallContext[Nothing]) -> None:
    """Ends the session, wherever it is used; also when there is none."""
    if call.actor is not None:
        await call.use_cases.log_out(session_id=call.actor.session_id)
    call.remove_session_cookie()


@post("/accounts/password/", takes_proof=True, name="ChangePassword")
async def change_password(call: CallContext[NewPassword]) -> None:
    """Changes my password; every other session of mine ends."""
    actor = call.logged_in_actor
    async with call.limits.around_proof(actor.user_id, call.address, call.browser_secrets):
        call.note_sessions_may_end(actor.user_id)
        await call.use_cases.change_password(
            actor=actor.user_id,
            session_id=actor.session_id,
            old_password=call.arguments.old_password,
            new_password=call.arguments.new_password,
        )


@post("/accounts/delete/", takes_proof=True, name="DeleteAccount")
async def delete_account(call: CallContext[Proof]) -> None:
    """Deletes my account, and all that is kept of me but entries of ledgers, which name nobody."""
    actor = call.logged_in_actor
    async with call.limits.around_proof(actor.user_id, call.address, call.browser_secrets):
        call.note_sessions_may_end(actor.user_id)
        await call.use_cases.delete_account(
            actor=actor.user_id,
            session_id=actor.session_id,
            password=call.arguments.password,
        )
    call.remove_session_cookie()


@post("/accounts/data/", takes_proof=True, name="DownloadData")
async def download_data(call: CallContext[Proof]) -> Download:
    """All that is kept of me: a zip of JSON, a file for each kind of it, and my own files."""
    actor = call.logged_in_actor
    async with call.limits.around_proof(actor.user_id, call.address, call.browser_secrets):
        reading = await call.use_cases.download_data(
            actor=actor.user_id,
            session_id=actor.session_id,
            password=call.arguments.password,
        )
    return Download(reading)


@get("/api/auth/GetSessions", scope=None)
async def get_sessions(call: CallContext[Nothing]) -> Sessions:
    """Where I am logged in, with what, and by what I may."""
    actor = call.logged_in_actor
    found = await call.use_cases.get_sessions(actor=actor.user_id, session_id=actor.session_id)
    has_password, links = await call.use_cases.get_ways_in(actor=actor.user_id)
    return Sessions(
        sessions=[
            SessionShown(
                session=each.name,
                created_at=int(each.session.created_at),
                used_at=int(each.session.used_at),
                client=each.session.client,
                current=each.is_current,
            )
            for each in found
        ],
        has_password=has_password,
        links=[
            LinkShown(
                link=link_name_of(each),
                issuer=each.identity.issuer,
                linked_at=int(each.linked_at),
            )
            for each in links
        ],
    )


@post("/api/auth/EndSession")
async def end_session(call: CallContext[SessionsToEnd]) -> None:
    """Logs me out elsewhere; what has ended already is no error."""
    actor = call.logged_in_actor
    call.note_sessions_may_end(actor.user_id)
    has_ended_this_one = await call.use_cases.end_session(
        actor=actor.user_id,
        session_id=actor.session_id,
        session=call.arguments.session,
        others=call.arguments.others,
    )
    if has_ended_this_one:
        call.remove_session_cookie()


@get(
    "/api/auth/GetCurrentUserId", needs_login=False, refuses_other_person=False, use_case="Identify"
)
async def get_current_user_id(call: CallContext[Nothing]) -> PersonOrNobody:
    """Who I am."""
    user_id = None if call.actor is None else call.actor.user_id
    return PersonOrNobody(user_id, await call.use_cases.get_provider_name() or UNSET)


CALLS = (
    sign_up,
    log_in,
    log_out,
    change_password,
    delete_account,
    download_data,
    get_sessions,
    end_session,
    get_current_user_id,
)
