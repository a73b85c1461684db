"""Who judges scans: the moderators that the operator names. Contract: 9.8, 9.10."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attendance_core import ports
from attendance_core.errors import NotAModerator, PersonNotFound
from attendance_core.vocabulary import Instant, UserId


@dataclass(frozen=True, slots=True)
class Moderator:
    """Somebody who judges scans."""

    user_id: UserId
    username: str
    display_name: str
    added_at: Instant


def check_moderator(unit: ports.Unit, actor: UserId) -> None:
    """Checks that a person is a moderator at this moment. Raises NotAModerator."""
    if not unit.moderators.has(actor):
        raise NotAModerator


def check_moderator_stays(unit: ports.Unit, actor: UserId) -> None:
    """Checks that a person is a moderator, and has them stay it until the transaction ends.

    So a removal comes before what they do, which is refused then, or behind it, and ends the lease
    that they took. Raises NotAModerator.
    """
    if not unit.moderators.lock(actor):
        raise NotAModerator


@dataclass(frozen=True, slots=True)
class AddModerator:
    """Has a person judge scans. Contract: 9.8."""

    transact: ports.Transact

    async def __call__(self, *, username: str) -> UserId:
        """Changes nothing a second time. Raises PersonNotFound."""

        def work(unit: ports.Unit) -> UserId:
            user_id = _user_id_of(unit, username)
            if not unit.moderators.has(user_id):
                unit.moderators.add(user_id, unit.now())
            return user_id

        return await self.transact(work)


@dataclass(frozen=True, slots=True)
class RemoveModerator:
    """Has a person judge scans no more; what they have taken goes back. Contract: 9.8, 9.10."""

    transact: ports.Transact

    async def __call__(self, *, username: str) -> UserId:
        """Does nothing where they do not. Raises PersonNotFound."""

        def work(unit: ports.Unit) -> UserId:
            user_id = _user_id_of(unit, username)
            unit.moderators.remove(user_id)
            unit.scans.end_leases_of(user_id)  # behind the removal, which waits for the last taking
            return user_id

        return await self.transact(work)


@dataclass(frozen=True, slots=True)
class GetModerators:
    """Lists who judges scans. Contract: 9.8."""

    observe: ports.Observe

    async def __call__(self) -> Sequence[Moderator]:
        """Lists them in the order they were added."""
        return await self.observe(lambda unit: unit.moderators.listed())


def _user_id_of(unit: ports.Unit, username: str) -> UserId:
    account = unit.accounts.find(username)
    if account is None:
        raise PersonNotFound
    return account.user_id
