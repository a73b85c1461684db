"""The terms of marking: its lengths of time, and what marks pay. Contract: 6 and 8.11."""

from __future__ import annotations

from dataclasses import dataclass

from attendance_core.vocabulary import Seconds


@dataclass(frozen=True, slots=True)
class Terms:
    """How long what lasts, and what marks pay; an operator sets all but the lease."""

    hold_seconds: Seconds = 90
    grace_seconds: Seconds = 15
    lease_seconds: Seconds = 8
    karma_per_mark: int = 50
    karma_pair_a_month: int = 4  # marks between two people that pay
    karma_unchecked_a_month: int = 100  # marks of a marker that pay, of people without a tick


DEFAULT_TERMS = Terms()
