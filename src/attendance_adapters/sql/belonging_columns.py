"""What of the tables a person takes along, and what is left out. Decision 0026.

Who adds a column to a table that is somebody's adds it to a record, in `belonging_lists`, or here:
a test looks whether they have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attendance_core.belongings import BelongingKind as Kind

# By column, as `leavers.FATES`: of what kind it is; None of one that is somebody else's to take
KINDS: Final[Mapping[str, Kind | None]] = {
    "accounts.user_id": Kind.ACCOUNT,
    "recovery_codes.user_id": Kind.ACCOUNT,  # how many
    "reset_links.user_id": Kind.ACCOUNT,
    "moderators.user_id": Kind.ACCOUNT,
    "profiles.user_id": Kind.PROFILE,
    "karma_months.user_id": Kind.PROFILE,  # the sum, of which they are parts
    "scans.user_id": Kind.SCAN,
    "scans.taken_by": Kind.SCANS_TAKEN,
    "audit_log.user_id": Kind.SCAN_LOG,
    "audit_log.actor_id": Kind.SCANS_HANDLED,
    "sessions.user_id": Kind.SESSIONS,
    "known_browsers.user_id": Kind.KNOWN_BROWSERS,
    "tokens.user_id": Kind.TOKENS,
    "links.user_id": Kind.LINKS,
    "link_requests.user_id": Kind.ACCOUNT,
    "friendships.low_id": Kind.FRIENDS,
    "friendships.high_id": Kind.FRIENDS,
    "friendships.asker_id": Kind.FRIENDS,
    "events.creator_id": Kind.CREATED_EVENTS,
    "helpers.user_id": Kind.HELPED_EVENTS,
    "places.user_id": Kind.PLACES,
    "places.held_by": Kind.HOLDS,
    "places.barred_marker": None,  # of whoever was held, who has it as theirs
    "connections.user_id": Kind.SOCKETS,
    "ledger.user_id": Kind.MARKS_RECEIVED,
    "ledger.actor_id": Kind.MARKS_GIVEN,
    "ledger_notes.user_id": Kind.MARKS_RECEIVED,
}
_SECRET, _INSIDE, _KEY = "it lets somebody in", "it says nothing of anybody", "it folds a name"
LEFT_OUT: Final[Mapping[str, str]] = {
    "accounts.username_key": _KEY,
    "recovery_codes.selector": _SECRET,
    "recovery_codes.secret_hash": _SECRET,
    "reset_links.reset_id": _SECRET,
    "profiles.name_key": _KEY,
    "profiles.picture": "the file itself is taken along",
    "scans.file": "the file itself is taken along",
    "scans.taken_session": _SECRET,
    "scans.taken_secret": _SECRET,
    "known_browsers.browser_id": _SECRET,
    "tokens.session_id": _SECRET,
    "link_requests.request_id": _SECRET,
    "link_requests.session_id": _SECRET,
    "events.name_key": _KEY,
    "audit_log.n": _INSIDE,
    "places.version": _INSIDE,
    "places.last_n": "it numbers the last mark, which is there",
    "connections.connection_id": _INSIDE,
    "connections.process_id": _INSIDE,
    "ledger.month": "it is that of the instant",
    "karma_months.month": "worked out of marks, which are there",
    "karma_months.paying": "worked out of marks, which are there",
    "karma_months.unchecked": "worked out of marks, which are there",
    "karma_months.pair_a_month": _INSIDE,
    "karma_months.unchecked_a_month": _INSIDE,
    "karma_months.last_pays": _INSIDE,
}
