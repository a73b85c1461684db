"""Moves of twins about people: their accounts, profiles and friends."""

from __future__ import annotations

from functools import partial

from attendance_core.accounts import CredentialKind, session_id_of
from attendance_core.bearer_tokens import TokenScope
from attendance_core.belongings import session_name_of
from attendance_core.profiles import ScanReason
from attendance_core.vocabulary import UserId
from tests.support.twin_moves import (
    NAMES,
    PARTS,
    SECRETS,
    USERNAMES,
    Move,
    acts_in_order,
    download_everything,
    judge,
    look,
    one_of,
    take,
    with_scan,
)

OF_PEOPLE: dict[str, Move] = {
    "sign_up": lambda k, a, b, c: (
        lambda do: do.sign_up(
            username=one_of(USERNAMES, a), password="secret" * 2, display_name=one_of(NAMES, b)
        )
    ),
    "log_in": lambda k, a, b, c: (
        lambda do: do.log_in(
            username=one_of(USERNAMES, a),
            password="secret" * (2 if b else 1),
            browser_secrets=k.browser_secrets(c),
        )
    ),
    "admit": lambda k, a, b, c: (
        lambda do: do.admit(
            issuer="host",
            subject=one_of(USERNAMES, a),
            display_name=one_of(NAMES, b),
            session="phone" * (c % 2),
        )
    ),
    "dismiss": lambda k, a, b, c: (
        lambda do: do.dismiss(
            issuer="host",
            subject=one_of(USERNAMES, a),
            session="phone" * (b % 2) if c else None,
        )
    ),
    "find_admitted": lambda k, a, b, c: (
        lambda do: do.find_admitted(issuer="host", subject=one_of(USERNAMES, a))
    ),
    "subjects": lambda k, a, b, c: (
        lambda do: do.subjects(issuer="host", user_ids=[UserId(n) for n in range(a, 9)])
    ),
    "get_username": lambda k, a, b, c: lambda do: do.get_username(actor=k.user(a)),
    "recognise_browser": lambda k, a, b, c: (
        lambda do: do.recognise_browser(
            username=one_of(USERNAMES, a), browser_secrets=k.browser_secrets(5) or ()
        )
    ),
    "identify": lambda k, a, b, c: (
        lambda do: do.identify(
            token=k.who(a).token if c else k.token(a).secret,
            kind=CredentialKind.COOKIE if b else CredentialKind.BEARER,
        )
    ),
    "create_token": lambda k, a, b, c: (
        lambda do: do.create_token(
            actor=k.actor(a),
            session_id=session_id_of(k.who(a).token),
            password="secret" * (2 if b else 1),
            name=one_of(NAMES, b),
            scopes=list(TokenScope)[: c % 5],
        )
    ),
    "get_tokens": lambda k, a, b, c: lambda do: do.get_tokens(actor=k.actor(a)),
    "revoke_token": lambda k, a, b, c: (
        lambda do: do.revoke_token(actor=k.actor(a), token_id=k.token(b).token_id)
    ),
    "end_expired_tokens": lambda k, a, b, c: lambda do: do.end_expired_tokens(),
    "forget_tokens": lambda k, a, b, c: lambda do: do.forget_tokens(),
    "log_out": lambda k, a, b, c: lambda do: do.log_out(session_id=session_id_of(k.who(a).token)),
    "change_password": lambda k, a, b, c: (
        lambda do: do.change_password(
            actor=k.who(a).user_id,
            session_id=session_id_of(k.who(a if b else c).token),
            old_password=one_of(SECRETS, a) if b < 4 else None,
            new_password=one_of(SECRETS, c),
        )
    ),
    "delete_account": lambda k, a, b, c: (
        lambda do: do.delete_account(
            actor=k.who(a).user_id,
            session_id=session_id_of(k.who(a if b else c).token),
            password=one_of(SECRETS, a) if b < 4 else None,
        )
    ),
    "download_data": lambda k, a, b, c: (
        lambda do: download_everything(
            do,
            actor=k.who(a).user_id,
            session_id=session_id_of(k.who(a if b else c).token),
            password=one_of(SECRETS, a) if b < 4 else None,
        )
    ),
    "get_sessions": lambda k, a, b, c: (
        lambda do: do.get_sessions(actor=k.who(a).user_id, session_id=session_id_of(k.who(b).token))
    ),
    "end_session": lambda k, a, b, c: (
        lambda do: do.end_session(
            actor=k.who(a).user_id,
            session_id=session_id_of(k.who(a if b else c).token),
            session=session_name_of(session_id_of(k.who(c).token)) if b % 3 else None,
            others=b < 2,
        )
    ),
    "make_recovery_codes": lambda k, a, b, c: (
        lambda do: do.make_recovery_codes(
            actor=k.who(a).user_id,
            session_id=session_id_of(k.who(a if b else c).token),
            password="secret" * (2 if b < 5 else 1),
        )
    ),
    "use_recovery_code": lambda k, a, b, c: (
        lambda do: do.use_recovery_code(
            username=one_of(USERNAMES, a),
            code=k.recovery_codes[(b - c) % len(k.recovery_codes)],
            new_password="secret" * 2,
            browser_secrets=k.browser_secrets(c),
        )
    ),
    "make_reset_link": lambda k, a, b, c: (
        lambda do: do.make_reset_link(username=one_of(USERNAMES, a))
    ),
    "reset_password": lambda k, a, b, c: (
        lambda do: do.reset_password(
            token=k.reset_links[-1 - a % len(k.reset_links)], new_password="secret" * 2
        )
    ),
    "forget_unused": lambda k, a, b, c: lambda do: do.forget_unused(),
    "forget_reset_links": lambda k, a, b, c: lambda do: do.forget_reset_links(),
    "end_sessions_of": lambda k, a, b, c: (
        lambda do: do.end_sessions_of(username=one_of(USERNAMES, a))
    ),
    "get_profile": lambda k, a, b, c: (
        lambda do: do.get_profile(actor=k.actor(a), user_id=k.user(b))
    ),
    "update_profile_info": lambda k, a, b, c: (
        lambda do: do.update_profile_info(
            actor=k.actor(a), display_name=one_of(NAMES, b), bio="x" if c else None
        )
    ),
    "update_profile_picture": lambda k, a, b, c: (
        lambda do: do.update_profile_picture(actor=k.actor(a), image=b"picture")
    ),
    "upload_profile_confirmation": lambda k, a, b, c: (
        lambda do: do.upload_profile_confirmation(actor=k.actor(a), image=b"scan")
    ),
    "get_pending_scans": lambda k, a, b, c: lambda do: do.get_pending_scans(),
    "read_scan": lambda k, a, b, c: lambda do: do.read_scan(user_id=k.user(a)),
    "judge_scan": lambda k, a, b, c: lambda do: judge(do, k.user(a), approve=bool(b)),
    "get_own_scan": lambda k, a, b, c: lambda do: do.get_own_scan(actor=k.actor(a)),
    "add_moderator": lambda k, a, b, c: lambda do: do.add_moderator(username=one_of(USERNAMES, a)),
    "remove_moderator": lambda k, a, b, c: (
        lambda do: do.remove_moderator(username=one_of(USERNAMES, a))
    ),
    "get_moderators": lambda k, a, b, c: lambda do: do.get_moderators(),
    "get_pending_confirmations": lambda k, a, b, c: (
        lambda do: do.get_pending_confirmations(actor=k.actor(a))
    ),
    "take_confirmation": lambda k, a, b, c: lambda do: take(do, k.who(a), k.user(b)),
    "get_taken_scan": lambda k, a, b, c: lambda do: look(do, k.who(a), k.user(b)),
    "return_confirmation": lambda k, a, b, c: (
        lambda do: with_scan(do, k.user(b), partial(do.return_confirmation, actor=k.actor(a)))
    ),
    "resolve_confirmation": lambda k, a, b, c: (
        lambda do: with_scan(
            do,
            k.user(b),
            partial(
                do.resolve_confirmation,
                actor=k.actor(a),
                approve=bool(c),
                reason=list(ScanReason)[a],
                note="z" * (c % 2),
            ),
        )
    ),
    "get_confirmation_log": lambda k, a, b, c: (
        lambda do: acts_in_order(do.get_confirmation_log, k.actor(a))
    ),
    "get_audit_log": lambda k, a, b, c: lambda do: acts_in_order(do.get_audit_log),
    "forget_scans": lambda k, a, b, c: lambda do: do.forget_scans(),
    "find_by_name": lambda k, a, b, c: (
        lambda do: do.find_by_name(display_name_part=one_of(PARTS, a), limit=b + 1, offset=c // 2)
    ),
    "send_friend_request": lambda k, a, b, c: (
        lambda do: do.send_friend_request(actor=k.actor(a), user_id=k.user(b))
    ),
    "remove_friend": lambda k, a, b, c: (
        lambda do: do.remove_friend(actor=k.actor(a), user_id=k.user(b))
    ),
    "get_friend_list": lambda k, a, b, c: lambda do: do.get_friend_list(actor=k.actor(a)),
    "get_friend_requests": lambda k, a, b, c: lambda do: do.get_friend_requests(actor=k.actor(a)),
}
