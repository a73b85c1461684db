"""Accounts, sessions, profiles, scans and friendships in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from attendance_adapters.sql.driver import Executes
from attendance_adapters.sql.tables import accounts, friendships, profiles, scans, sessions
from attendance_core.accounts import Account, Credential, Session
from attendance_core.errors import PersonNotFound
from attendance_core.friends import Friend, Friendship
from attendance_core.profiles import Confirmation, ConfirmationScan, Profile
from attendance_core.vocabulary import FileKey, Instant, SessionId, UserId, fold

ADD_ACCOUNT = insert(accounts).returning(accounts.c.user_id)
FIND_ACCOUNT = select(accounts.c.user_id, accounts.c.username, accounts.c.password_hash).where(
    accounts.c.username_key == bindparam("key")
)
ADD_SESSION = insert(sessions)
FIND_SESSION = select(
    sessions.c.session_id,
    sessions.c.user_id,
    sessions.c.credential,
    sessions.c.created_at,
    sessions.c.used_at,
).where(sessions.c.session_id == bindparam("id"))
USE_SESSION = (
    update(sessions).where(sessions.c.session_id == bindparam("id")).values(used_at=bindparam("at"))
)
REMOVE_SESSION = delete(sessions).where(sessions.c.session_id == bindparam("id"))
REMOVE_EXPIRED = delete(sessions).where(
    sessions.c.user_id == bindparam("user"), sessions.c.used_at <= bindparam("used_by")
)
ADD_PROFILE = insert(profiles)
_PROFILE = select(profiles.c.user_id, profiles.c.display_name, profiles.c.bio, profiles.c.picture)
GET_PROFILE = _PROFILE.where(profiles.c.user_id == bindparam("id"))
PUT_PROFILE = (
    update(profiles)
    .where(profiles.c.user_id == bindparam("id"))
    .values(
        display_name=bindparam("shown"),
        name_key=bindparam("key"),
        bio=bindparam("about"),
        picture=bindparam("image"),
    )
)
SEARCH_PROFILES = (
    _PROFILE.where(func.instr(profiles.c.name_key, bindparam("part")) > 0)
    .order_by(profiles.c.name_key, profiles.c.user_id)
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)
_SCAN = select(scans.c.user_id, scans.c.file, scans.c.uploaded_at, scans.c.state, scans.c.judged_at)
FIND_SCAN = _SCAN.where(scans.c.user_id == bindparam("id"))
PENDING_SCANS = _SCAN.where(scans.c.state == Confirmation.PENDING.value).order_by(
    scans.c.uploaded_at, scans.c.user_id
)
REMOVE_SCAN = delete(scans).where(scans.c.user_id == bindparam("id"))
ADD_SCAN = insert(scans)
_PAIR = (friendships.c.low_id == bindparam("low")) & (friendships.c.high_id == bindparam("high"))
FIND_FRIENDSHIP = (
    select(
        friendships.c.low_id,
        friendships.c.high_id,
        friendships.c.asker_id,
        friendships.c.asked_at,
        friendships.c.accepted,
    )
    .where(_PAIR)
    .with_for_update()
)
REMOVE_FRIENDSHIP = delete(friendships).where(_PAIR)
ADD_FRIENDSHIP = insert(friendships)
_other = case(
    (friendships.c.low_id == bindparam("id"), friendships.c.high_id), else_=friendships.c.low_id
)
_mine = or_(friendships.c.low_id == bindparam("id"), friendships.c.high_id == bindparam("id"))
FRIENDS_OF = (
    select(profiles.c.user_id, profiles.c.display_name, friendships.c.accepted)
    .select_from(friendships.join(profiles, profiles.c.user_id == _other))
    .where(_mine, or_(friendships.c.accepted, friendships.c.asker_id == bindparam("id")))
    .order_by(profiles.c.name_key, profiles.c.user_id)
)
REQUESTS_TO = (
    select(friendships.c.asker_id)
    .where(_mine, ~friendships.c.accepted, friendships.c.asker_id != bindparam("id"))
    .order_by(friendships.c.asked_at, friendships.c.asker_id)
)


class _Store:
    """Statements run on one transaction's connection."""

    def __init__(self, on: Executes) -> None:
        self._execute = on.execute


class Accounts(_Store):
    """`ports.Accounts`."""

    def add(self, username: str, password_hash: str, at: Instant) -> UserId:
        row = {
            "username": username,
            "username_key": fold(username),
            "password_hash": password_hash,
            "created_at": at,
        }
        return UserId(self._execute(ADD_ACCOUNT, row).scalar_one())

    def find(self, username: str) -> Account | None:
        row = self._execute(FIND_ACCOUNT, {"key": fold(username)}).one_or_none()
        return None if row is None else Account(*row)


class Sessions(_Store):
    """`ports.Sessions`."""

    def add(self, session: Session) -> None:
        row = {
            "session_id": session.session_id,
            "user_id": session.user_id,
            "credential": session.credential.value,
            "created_at": session.created_at,
            "used_at": session.used_at,
        }
        self._execute(ADD_SESSION, row)

    def find(self, session_id: SessionId) -> Session | None:
        row = self._execute(FIND_SESSION, {"id": session_id}).one_or_none()
        if row is None:
            return None
        found, user_id, credential, created_at, used_at = row
        return Session(found, user_id, Credential(credential), created_at, used_at)

    def used(self, session_id: SessionId, at: Instant) -> None:
        self._execute(USE_SESSION, {"id": session_id, "at": at})

    def remove(self, session_id: SessionId) -> None:
        self._execute(REMOVE_SESSION, {"id": session_id})

    def remove_expired(self, user_id: UserId, used_by: Instant) -> None:
        self._execute(REMOVE_EXPIRED, {"user": user_id, "used_by": used_by})


class Profiles(_Store):
    """`ports.Profiles`."""

    def add(self, profile: Profile) -> None:
        row = {
            "user_id": profile.user_id,
            "display_name": profile.display_name,
            "name_key": fold(profile.display_name),
            "bio": profile.bio,
            "picture": profile.picture,
        }
        self._execute(ADD_PROFILE, row)

    def get(self, user_id: UserId) -> Profile:
        row = self._execute(GET_PROFILE, {"id": user_id}).one_or_none()
        if row is None:
            raise PersonNotFound
        return Profile(*row)

    def put(self, profile: Profile) -> None:
        row = {
            "id": profile.user_id,
            "shown": profile.display_name,
            "key": fold(profile.display_name),
            "about": profile.bio,
            "image": profile.picture,
        }
        self._execute(PUT_PROFILE, row)

    def search(self, part: str, limit: int, offset: int) -> Sequence[Profile]:
        found = self._execute(SEARCH_PROFILES, {"part": part, "most": limit, "skip": offset})
        return [Profile(*row) for row in found]


class Scans(_Store):
    """`ports.Scans`."""

    def find(self, user_id: UserId) -> ConfirmationScan | None:
        row = self._execute(FIND_SCAN, {"id": user_id}).one_or_none()
        return None if row is None else _scan(row)

    def put(self, scan: ConfirmationScan) -> None:
        row = {
            "user_id": scan.user_id,
            "file": scan.file,
            "uploaded_at": scan.uploaded_at,
            "state": scan.state.value,
            "judged_at": scan.judged_at,
        }
        self._execute(REMOVE_SCAN, {"id": scan.user_id})
        self._execute(ADD_SCAN, row)

    def pending(self) -> Sequence[ConfirmationScan]:
        return [_scan(row) for row in self._execute(PENDING_SCANS)]


def _scan(row: Sequence[Any]) -> ConfirmationScan:
    user_id, file, uploaded_at, state, judged_at = row
    return ConfirmationScan(user_id, FileKey(file), uploaded_at, Confirmation(state), judged_at)


def _pair(one: UserId, other: UserId) -> dict[str, UserId]:
    return {"low": min(one, other), "high": max(one, other)}


class Friendships(_Store):
    """`ports.Friendships`."""

    def find(self, one: UserId, other: UserId) -> Friendship | None:
        row = self._execute(FIND_FRIENDSHIP, _pair(one, other)).one_or_none()
        if row is None:
            return None
        low, high, asker, asked_at, accepted = row
        return Friendship(asker, high if asker == low else low, asked_at, accepted)

    def put(self, friendship: Friendship) -> None:
        pair = _pair(friendship.asker, friendship.asked)
        row = {
            "low_id": pair["low"],
            "high_id": pair["high"],
            "asker_id": friendship.asker,
            "asked_at": friendship.asked_at,
            "accepted": friendship.accepted,
        }
        self._execute(REMOVE_FRIENDSHIP, pair)
        self._execute(ADD_FRIENDSHIP, row)

    def remove(self, one: UserId, other: UserId) -> None:
        self._execute(REMOVE_FRIENDSHIP, _pair(one, other))

    def friends_of(self, user_id: UserId) -> Sequence[Friend]:
        return [
            Friend(friend_id, name, pending=not accepted)
            for friend_id, name, accepted in self._execute(FRIENDS_OF, {"id": user_id})
        ]

    def requests_to(self, user_id: UserId) -> Sequence[UserId]:
        return [UserId(row[0]) for row in self._execute(REQUESTS_TO, {"id": user_id})]
