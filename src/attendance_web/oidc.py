"""The calls about links to an account at the university. Contract: 9.5.

A link is begun by a call, and finished where the browser comes back (`oidc_redirects`).
"""

from __future__ import annotations

from attendance_web.http.call import post
from attendance_web.http.call_context import CallContext
from attendance_web.http.cookies import attempt_cookie
from attendance_web.structs.accounts import Proof
from attendance_web.structs.oidc import OneLink, ProviderAddress


@post("/accounts/oidc/link/", takes_proof=True, name="LinkProvider")
async def link_provider(call: CallContext[Proof]) -> ProviderAddress:
    """Begins to link my account at the university, by which I log in from then on, too."""
    actor = call.logged_in_actor
    async with call.limits.around_proof(actor.user_id, call.address, call.browser_secrets):
        begun = await call.use_cases.link_provider(
            actor=actor.user_id,
            session_id=actor.session_id,
            password=call.arguments.password,
        )
    call.cookies.append(attempt_cookie(begun.attempt, secure=call.secure))
    return ProviderAddress(begun.url)


@post("/accounts/oidc/unlink/", name="UnlinkProvider")
async def unlink_provider(call: CallContext[OneLink]) -> None:
    """Ends a link of mine: it lets nobody in any more."""
    await call.use_cases.unlink_provider(actor=call.actor_id, link=call.arguments.link)


CALLS = (link_provider, unlink_provider)
