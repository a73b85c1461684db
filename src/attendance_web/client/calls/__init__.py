"""Every call as a method. Printed by `make print`, as all that is here."""

from __future__ import annotations

from attendance_web.client.calls.accounts import AccountCalls
from attendance_web.client.calls.attendance import AttendanceCalls
from attendance_web.client.calls.boards import BoardCalls
from attendance_web.client.calls.events import EventCalls
from attendance_web.client.calls.friends import FriendCalls
from attendance_web.client.calls.oidc import OidcCalls
from attendance_web.client.calls.organisers import OrganiserCalls
from attendance_web.client.calls.profiles import ProfileCalls
from attendance_web.client.calls.recovery import RecoveryCalls
from attendance_web.client.calls.review import ReviewCalls
from attendance_web.client.calls.tokens import TokenCalls

__all__ = ["Calls"]


class Calls(
    AccountCalls,
    RecoveryCalls,
    TokenCalls,
    OidcCalls,
    ProfileCalls,
    ReviewCalls,
    FriendCalls,
    EventCalls,
    OrganiserCalls,
    AttendanceCalls,
    BoardCalls,
):
    """Makes calls; each answers a Struct of the wire, or raises Refused."""
