"""What each use case answers, or raises, where somebody does not exist."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any
from uuid import UUID

from attendance_core.accounts import session_id_of
from attendance_core.attendance import Viewer
from attendance_core.bearer_tokens import TokenScope
from attendance_core.errors import (
    LogInNotBegun,
    MayNotAnnul,
    NoProvider,
    NotAModerator,
    NotAnOrganiser,
    NotJoined,
    NotLoggedIn,
    NotTheCreator,
    PersonNotFound,
    Refusal,
    ScanNotFound,
    WrongCredentials,
    WrongRecoveryCode,
)
from attendance_core.identities import ProviderAnswer
from attendance_core.marking.connections import Role
from attendance_core.marking.endings import Ending
from attendance_core.marking.ledger import AnnulReason
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT, numbered_connection
from attendance_core.testing.stand_ins import any_ids
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import FileKey, ScanId, TokenId, UserId

NOBODY, SOMEBODY = UserId(999), UserId(1)
Call = Callable[[UseCases], Coroutine[Any, Any, Any]]
SCAN = ScanId(UUID(int=77))
SESSION = session_id_of("nobody's")
MARKING = numbered_connection(999, NOBODY, Role.MARKING)
MARK_ME = numbered_connection(998, NOBODY, Role.MARK_ME)

# Each use case that is told who acts, as nobody; what it raises, or answers
BY_NOBODY: dict[str, tuple[Call, Any]] = {
    "get_profile": (lambda do: do.get_profile(actor=NOBODY, user_id=NOBODY), PersonNotFound),
    "update_profile_info": (
        lambda do: do.update_profile_info(actor=NOBODY, bio="x"),
        PersonNotFound,
    ),
    "update_profile_picture": (
        lambda do: do.update_profile_picture(actor=NOBODY, image=b"x"),
        PersonNotFound,
    ),
    "upload_profile_confirmation": (
        lambda do: do.upload_profile_confirmation(actor=NOBODY, image=b"x"),
        PersonNotFound,
    ),
    "get_friend_list": (lambda do: do.get_friend_list(actor=NOBODY), []),
    "get_friend_requests": (lambda do: do.get_friend_requests(actor=NOBODY), []),
    "send_friend_request": (
        lambda do: do.send_friend_request(actor=NOBODY, user_id=SOMEBODY),
        PersonNotFound,
    ),
    "remove_friend": (lambda do: do.remove_friend(actor=NOBODY, user_id=SOMEBODY), None),
    "get_username": (lambda do: do.get_username(actor=NOBODY), NotLoggedIn),
    "change_password": (
        lambda do: do.change_password(
            actor=NOBODY, session_id=SESSION, old_password=None, new_password="tea at five"
        ),
        NotLoggedIn,
    ),
    "delete_account": (
        lambda do: do.delete_account(actor=NOBODY, session_id=SESSION, password=None),
        NotLoggedIn,
    ),
    "download_data": (
        lambda do: do.download_data(actor=NOBODY, session_id=SESSION, password=None),
        NotLoggedIn,
    ),
    "get_sessions": (lambda do: do.get_sessions(actor=NOBODY, session_id=SESSION), []),
    "end_session": (
        lambda do: do.end_session(actor=NOBODY, session_id=SESSION, others=True),
        NotLoggedIn,
    ),
    "make_recovery_codes": (
        lambda do: do.make_recovery_codes(actor=NOBODY, session_id=SESSION, password="x" * 9),
        NotLoggedIn,
    ),
    "create_event": (
        lambda do: do.create_event(actor=NOBODY, name="x", starts_at=NOON, ends_at=NOON + 60),
        PersonNotFound,
    ),
    "join_event": (lambda do: do.join_event(actor=NOBODY, event_id=EVENT), PersonNotFound),
    "leave_event": (lambda do: do.leave_event(actor=NOBODY, event_id=EVENT), NotJoined),
    "delete_event": (lambda do: do.delete_event(actor=NOBODY, event_id=EVENT), NotTheCreator),
    "update_event": (
        lambda do: do.update_event(actor=NOBODY, event_id=EVENT, name="x"),
        NotAnOrganiser,
    ),
    "add_helper": (
        lambda do: do.add_helper(actor=NOBODY, event_id=EVENT, user_id=SOMEBODY),
        NotTheCreator,
    ),
    "remove_helper": (
        lambda do: do.remove_helper(actor=NOBODY, event_id=EVENT, user_id=SOMEBODY),
        NotTheCreator,
    ),
    "get_helpers": (lambda do: do.get_helpers(actor=NOBODY, event_id=EVENT), NotAnOrganiser),
    "get_created_events": (lambda do: do.get_created_events(actor=NOBODY), []),
    "get_joined_events": (lambda do: do.get_joined_events(actor=NOBODY), []),
    "get_attendance": (lambda do: do.get_attendance(actor=NOBODY, event_id=EVENT), NotAnOrganiser),
    "mark_participant": (
        lambda do: do.mark_participant(actor=NOBODY, event_id=EVENT, user_id=SOMEBODY),
        NotAnOrganiser,
    ),
    "annul_mark": (
        lambda do: do.annul_mark(
            actor=NOBODY, event_id=EVENT, user_id=SOMEBODY, n=1, reason=AnnulReason.OTHER
        ),
        MayNotAnnul,
    ),
    "get_own_scan": (lambda do: do.get_own_scan(actor=NOBODY), ScanNotFound),
    "get_pending_confirmations": (
        lambda do: do.get_pending_confirmations(actor=NOBODY),
        NotAModerator,
    ),
    "take_confirmation": (
        lambda do: do.take_confirmation(actor=NOBODY, session_id=SESSION, scan_id=SCAN),
        NotAModerator,
    ),
    "get_taken_scan": (
        lambda do: do.get_taken_scan(actor=NOBODY, session_id=SESSION, scan_id=SCAN, secret="x"),
        ScanNotFound,
    ),
    "return_confirmation": (
        lambda do: do.return_confirmation(actor=NOBODY, scan_id=SCAN),
        NotAModerator,
    ),
    "resolve_confirmation": (
        lambda do: do.resolve_confirmation(actor=NOBODY, scan_id=SCAN, approve=True),
        NotAModerator,
    ),
    "get_confirmation_log": (lambda do: do.get_confirmation_log(actor=NOBODY), []),
    "make_board_link": (
        lambda do: do.make_board_link(actor=NOBODY, event_id=EVENT),
        NotAnOrganiser,
    ),
    "remove_board_link": (
        lambda do: do.remove_board_link(actor=NOBODY, event_id=EVENT),
        NotAnOrganiser,
    ),
    "watch_attendance": (
        lambda do: do.watch_attendance(actor=NOBODY, session_id=SESSION, event_id=EVENT),
        NotAnOrganiser,
    ),
    "get_ledger": (lambda do: do.get_ledger(actor=NOBODY, event_id=EVENT), []),
    "export_attendance": (
        lambda do: do.export_attendance(actor=NOBODY, event_id=EVENT),
        NotAnOrganiser,
    ),
    "get_my_attendance": (lambda do: do.get_my_attendance(actor=NOBODY), []),
    "create_token": (
        lambda do: do.create_token(
            actor=NOBODY, session_id=SESSION, password="x" * 9, name="x", scopes=[TokenScope.READ]
        ),
        NotLoggedIn,
    ),
    "get_tokens": (lambda do: do.get_tokens(actor=NOBODY), []),
    "get_ways_in": (lambda do: do.get_ways_in(actor=NOBODY), (False, [])),
    "link_provider": (
        lambda do: do.link_provider(actor=NOBODY, session_id=SESSION, password=None),
        NoProvider,
    ),
    "finish_link": (
        lambda do: do.finish_link(
            actor=NOBODY, session_id=SESSION, attempt=None, answer=ProviderAnswer("state", "code")
        ),
        LogInNotBegun,
    ),
    "unlink_provider": (lambda do: do.unlink_provider(actor=NOBODY, link="none"), NotLoggedIn),
    "revoke_token": (
        lambda do: do.revoke_token(actor=NOBODY, token_id=TokenId(any_ids().token_id())),
        None,
    ),
    "mark_me": (lambda do: do.mark_me(connection=MARK_ME), PersonNotFound),
    "ready_to_mark": (lambda do: do.ready_to_mark(connection=MARKING), PersonNotFound),
    "prepare_to_mark": (
        lambda do: do.prepare_to_mark(connection=MARKING, target=SOMEBODY),
        NotLoggedIn,
    ),
    "confirm_marking": (lambda do: do.confirm_marking(connection=MARKING), NotLoggedIn),
    "refuse_to_mark": (lambda do: do.refuse_to_mark(connection=MARKING), NotLoggedIn),
    "mark_at_once": (
        lambda do: do.mark_at_once(actor=NOBODY, event_id=EVENT, user_id=SOMEBODY),
        PersonNotFound,
    ),
    "find_ending": (lambda do: do.find_ending(connection=MARKING), Ending.LOGGED_OUT),
}
# Each that is told whom it is about
ABOUT_NOBODY: dict[str, tuple[Call, Any]] = {
    "log_in": (lambda do: do.log_in(username="nobody", password="x" * 9), WrongCredentials),
    "use_recovery_code": (
        lambda do: do.use_recovery_code(username="nobody", code="x", new_password="tea at five"),
        WrongRecoveryCode,
    ),
    "make_reset_link": (lambda do: do.make_reset_link(username="nobody"), PersonNotFound),
    "end_sessions_of": (lambda do: do.end_sessions_of(username="nobody"), PersonNotFound),
    "recognise_browser": (
        lambda do: do.recognise_browser(username="nobody", browser_secrets=["x"]),
        None,
    ),
    "get_profile_summaries": (lambda do: do.get_profile_summaries(user_ids=[NOBODY]), []),
    "send_friend_request": (
        lambda do: do.send_friend_request(actor=SOMEBODY, user_id=NOBODY),
        PersonNotFound,
    ),
    "remove_friend": (
        lambda do: do.remove_friend(actor=SOMEBODY, user_id=NOBODY),
        PersonNotFound,
    ),
    "dismiss": (lambda do: do.dismiss(issuer="host", subject="nobody"), None),
    "find_admitted": (lambda do: do.find_admitted(issuer="host", subject="nobody"), None),
    "subjects": (lambda do: do.subjects(issuer="host", user_ids=[NOBODY]), {}),
    "read_scan": (lambda do: do.read_scan(user_id=NOBODY), ScanNotFound),
    "judge_scan": (
        lambda do: do.judge_scan(user_id=NOBODY, file=FileKey("x"), approve=True),
        ScanNotFound,
    ),
    "add_moderator": (lambda do: do.add_moderator(username="nobody"), PersonNotFound),
    "remove_moderator": (lambda do: do.remove_moderator(username="nobody"), PersonNotFound),
    "check_viewers": (
        lambda do: do.check_viewers(viewers=[Viewer(EVENT, SESSION, NOBODY)]),
        frozenset(),
    ),
    "hang_up": (lambda do: do.hang_up(connections=[MARKING], goodbye=True), None),
    "log_out": (lambda do: do.log_out(session_id=SESSION), None),
}


async def answer_or_error_type(call: Awaitable[Any]) -> Any:
    """Answers what a call does, or the class of what it raises."""
    try:
        return await call
    except (Refusal, TypeError) as error:
        return type(error)
