"""What every store answers where somebody does not exist is tried for each use case."""

from __future__ import annotations

from dataclasses import fields

from attendance_core.testing.stores.nobody_calls import ABOUT_NOBODY, BY_NOBODY
from attendance_core.use_cases import UseCases

WITHOUT_PEOPLE = frozenset(
    [
        "sign_up",
        "admit",
        "identify",
        "count_one",
        "begin_try",
        "end_try",
        "forget_tallies",
        "reset_password",
        "get_provider_name",
        "begin_log_in",
        "log_in_by_provider",
        "forget_link_requests",
        "forget_reset_links",
        "end_expired_tokens",
        "forget_tokens",
        "find_by_name",
        "get_pending_scans",
        "get_audit_log",
        "get_moderators",
        "forget_scans",
        "get_event_by_id",
        "get_event_by_code",
        "get_events",
        "take_lease",
        "renew_lease",
        "sweep",
        "end_lapsed_sessions",
        "forget_unused",
        "read_room",
        "glance_at_rooms",
        "read_places",
        "count_sheet",
    ]
)


def test_every_use_case_is_here() -> None:
    told = BY_NOBODY.keys() | ABOUT_NOBODY.keys()
    assert told | WITHOUT_PEOPLE == {each.name for each in fields(UseCases)}
    assert not told & WITHOUT_PEOPLE
