"""What a unit of work keeps, kind by kind; the docstrings are the contract it is tested by.

All of it is of one transaction: a `ports.Unit` has one of each.
"""

from __future__ import annotations

from attendance_core.repositories.accounts import Accounts
from attendance_core.repositories.admissions import Admissions
from attendance_core.repositories.audit import AuditLog
from attendance_core.repositories.belongings import Belongings
from attendance_core.repositories.boards import Boards
from attendance_core.repositories.browsers import KnownBrowsers
from attendance_core.repositories.connections import Connections
from attendance_core.repositories.events import Events
from attendance_core.repositories.footings import Footing, Footings, OpeningFooting
from attendance_core.repositories.friends import Friendships
from attendance_core.repositories.installation import Installation
from attendance_core.repositories.leavers import Leavers
from attendance_core.repositories.ledger import Ledger
from attendance_core.repositories.links import LinkRequests, Links
from attendance_core.repositories.moderators import Moderators
from attendance_core.repositories.organisers import Helpers
from attendance_core.repositories.participants import Participants
from attendance_core.repositories.places import Places
from attendance_core.repositories.processes import Processes
from attendance_core.repositories.profiles import Profiles, Shown
from attendance_core.repositories.recovery import RecoveryCodes
from attendance_core.repositories.resets import ResetLinks
from attendance_core.repositories.rooms import Rooms, StoredRoom
from attendance_core.repositories.scans import Scans
from attendance_core.repositories.sessions import Sessions
from attendance_core.repositories.tallies import Tallies
from attendance_core.repositories.tokens import Tokens

__all__ = [
    "Accounts",
    "Admissions",
    "AuditLog",
    "Belongings",
    "Boards",
    "Connections",
    "Events",
    "Footing",
    "Footings",
    "Friendships",
    "Helpers",
    "Installation",
    "KnownBrowsers",
    "Leavers",
    "Ledger",
    "LinkRequests",
    "Links",
    "Moderators",
    "OpeningFooting",
    "Participants",
    "Places",
    "Processes",
    "Profiles",
    "RecoveryCodes",
    "ResetLinks",
    "Rooms",
    "Scans",
    "Sessions",
    "Shown",
    "StoredRoom",
    "Tallies",
    "Tokens",
]
