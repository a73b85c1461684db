"""Profiles and scans in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    String,
    bindparam,
    delete,
    insert,
    literal_column,
    select,
    update,
)

from attendance_adapters.sql.driver import Executes
from attendance_adapters.sql.search import TRIGRAM, has_long_part, has_part, is_rare
from attendance_adapters.sql.tables import BigId, profiles, scans
from attendance_core.errors import PersonNotFound
from attendance_core.profiles import Confirmation, ConfirmationScan, Profile, ProfileSummary
from attendance_core.vocabulary import FileKey, UserId, fold

ADD_PROFILE = insert(profiles)
_PROFILE = select(profiles.c.user_id, profiles.c.display_name, profiles.c.bio, profiles.c.picture)
GET_PROFILE = _PROFILE.where(profiles.c.user_id == bindparam("id"))
LOCK_PROFILE = GET_PROFILE.with_for_update()
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
PICTURES = select(profiles.c.picture).where(profiles.c.picture.is_not(None))
_BY_NAME = (
    _PROFILE.order_by(profiles.c.name_key, profiles.c.user_id)
    .limit(bindparam("most", type_=BigInteger))
    .offset(bindparam("skip", type_=BigInteger))
)
_part = bindparam("part", type_=String)
IS_RARE = select(is_rare(literal_column("trigrams_of_profiles"), _part))
SEARCH_RARE = _BY_NAME.where(has_long_part(profiles.c.name_key, _part))
SEARCH = _BY_NAME.where(has_part(profiles.c.name_key, _part))
SUMMARIES = (
    select(profiles.c.user_id, profiles.c.display_name, profiles.c.picture, scans.c.state)
    .select_from(profiles.outerjoin(scans, scans.c.user_id == profiles.c.user_id))
    .where(profiles.c.user_id.in_(bindparam("users", expanding=True, type_=BigId)))
)
_SCAN = select(scans.c.user_id, scans.c.file, scans.c.uploaded_at, scans.c.state, scans.c.judged_at)
FIND_SCAN = _SCAN.where(scans.c.user_id == bindparam("id"))
LOCK_SCAN = FIND_SCAN.with_for_update()
PENDING_SCANS = _SCAN.where(scans.c.state == Confirmation.PENDING.value).order_by(
    scans.c.uploaded_at, scans.c.user_id
)
FILES = select(scans.c.file)
REMOVE_SCAN = delete(scans).where(scans.c.user_id == bindparam("id"))
ADD_SCAN = insert(scans)


class Profiles:
    """`repositories.Profiles`."""

    def __init__(self, on: Executes) -> None:
        self._execute = on.execute

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
        return _profile(self._execute(GET_PROFILE, {"id": user_id}).one_or_none())

    def lock(self, user_id: UserId) -> Profile:
        return _profile(self._execute(LOCK_PROFILE, {"id": user_id}).one_or_none())

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
        rare = len(part) >= TRIGRAM and self._execute(IS_RARE, {"part": part}).scalar_one()
        search = SEARCH_RARE if rare else SEARCH
        found = self._execute(search, {"part": part, "most": limit, "skip": offset})
        return [Profile(*row) for row in found]

    def summaries(self, user_ids: Sequence[UserId]) -> Sequence[ProfileSummary]:
        found = self._execute(SUMMARIES, {"users": list(user_ids)})
        return [
            ProfileSummary(user_id, name, picture, state == Confirmation.APPROVED.value)
            for user_id, name, picture, state in found
        ]

    def pictures(self) -> Sequence[FileKey]:
        """Of everybody who has one."""
        return [FileKey(row[0]) for row in self._execute(PICTURES)]


class Scans:
    """`repositories.Scans`."""

    def __init__(self, on: Executes) -> None:
        self._execute = on.execute

    def find(self, user_id: UserId) -> ConfirmationScan | None:
        row = self._execute(FIND_SCAN, {"id": user_id}).one_or_none()
        return None if row is None else _scan(row)

    def lock(self, user_id: UserId) -> ConfirmationScan | None:
        row = self._execute(LOCK_SCAN, {"id": user_id}).one_or_none()
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

    def files(self) -> Sequence[FileKey]:
        """Of everybody who has one."""
        return [FileKey(row[0]) for row in self._execute(FILES)]


def _profile(row: Sequence[Any] | None) -> Profile:
    if row is None:
        raise PersonNotFound
    return Profile(*row)


def _scan(row: Sequence[Any]) -> ConfirmationScan:
    user_id, file, uploaded_at, state, judged_at = row
    return ConfirmationScan(user_id, FileKey(file), uploaded_at, Confirmation(state), judged_at)
