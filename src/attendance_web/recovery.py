"""The calls of people who have lost their password, or prepare for it. Contract: 9.1."""

from __future__ import annotations

from attendance_web.http.call import post
from attendance_web.http.call_context import CallContext
from attendance_web.structs.accounts import Person, Proof
from attendance_web.structs.recovery import ByCode, ByLink, RecoveryCodes


@post("/accounts/recovery/codes/", takes_proof=True, name="MakeRecoveryCodes")
async def make_recovery_codes(call: CallContext[Proof]) -> RecoveryCodes:
    """Makes ten codes to come back by without one's password; those before are void."""
    actor = call.logged_in_actor
    async with call.limits.around_proof(actor.user_id, call.address, call.browser_secrets):
        codes = await call.use_cases.make_recovery_codes(
            actor=actor.user_id,
            session_id=actor.session_id,
            password=call.arguments.password,
        )
    return RecoveryCodes([*codes])


@post("/accounts/recovery/", needs_login=False, refuses_other_person=False, name="UseRecoveryCode")
async def use_recovery_code(call: CallContext[ByCode]) -> Person:
    """Logs in by a recovery code, with a new password; all other sessions end."""
    username, browser_secrets = call.arguments.username, call.browser_secrets
    async with call.limits.around_log_in(username, call.address, browser_secrets):
        logged_in = await call.use_cases.use_recovery_code(
            username=username,
            code=call.arguments.code,
            new_password=call.arguments.new_password,
            replacing=call.session_to_replace,
            browser_secrets=browser_secrets,
            client=call.client,
        )
    call.set_log_in_cookies(logged_in)
    return Person(logged_in.user_id)


@post("/accounts/reset/", needs_login=False, refuses_other_person=False, name="ResetPassword")
async def reset_password(call: CallContext[ByLink]) -> Person:
    """Logs in by a link of an operator's, with a new password; all other sessions end."""
    async with call.limits.around_reset(call.address):
        logged_in = await call.use_cases.reset_password(
            token=call.arguments.token,
            new_password=call.arguments.new_password,
            replacing=call.session_to_replace,
            browser_secrets=call.browser_secrets,
            client=call.client,
        )
    call.set_log_in_cookies(logged_in)
    return Person(logged_in.user_id)


CALLS = (make_recovery_codes, use_recovery_code, reset_password)
