"""Somebody in a list of people. Contract: 6."""

from __future__ import annotations

import msgspec

from attendance_core.vocabulary import UserId


class PersonSummary(msgspec.Struct, frozen=True):
    """Somebody in a list of people: the same for whoever looks."""

    user_id: UserId
    display_name: str
    pic: str
    confirmed: bool
    group: str
