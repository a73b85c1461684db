"""Why two people are no friends. Contract: 4."""

from __future__ import annotations

from attendance_core.errors.general import Refusal


class FriendOfOneself(Refusal):
    """Friendship takes two."""

    en = "You cannot be a friend of yourself"
    ru = "Нельзя дружить с самим собой"
