"""The tables, and what they are declared with."""

from attendance_adapters.sql.tables.events import boards, events, helpers
from attendance_adapters.sql.tables.installation import installation
from attendance_adapters.sql.tables.ledger import karma_months, karma_rules, ledger, ledger_notes
from attendance_adapters.sql.tables.links import link_requests, links
from attendance_adapters.sql.tables.marking import IS_MARKING, connections, places, processes
from attendance_adapters.sql.tables.people import (
    accounts,
    friendships,
    known_browsers,
    profiles,
    recovery_codes,
    reset_links,
    sessions,
)
from attendance_adapters.sql.tables.review import (
    IS_PENDING,
    audit_log,
    discarded_scans,
    moderators,
    scans,
)
from attendance_adapters.sql.tables.schema import ONLY_ROW, metadata
from attendance_adapters.sql.tables.tallies import tallies
from attendance_adapters.sql.tables.tokens import tokens

__all__ = [
    "IS_MARKING",
    "IS_PENDING",
    "ONLY_ROW",
    "accounts",
    "audit_log",
    "boards",
    "connections",
    "discarded_scans",
    "events",
    "friendships",
    "helpers",
    "installation",
    "karma_months",
    "karma_rules",
    "known_browsers",
    "ledger",
    "ledger_notes",
    "link_requests",
    "links",
    "metadata",
    "moderators",
    "places",
    "processes",
    "profiles",
    "recovery_codes",
    "reset_links",
    "scans",
    "sessions",
    "tallies",
    "tokens",
]
