"""Profiles in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, insert, literal_column, select, true, update

from attendance_adapters.sql.column_types import BigId
from attendance_adapters.sql.executor import Executor
from attendance_adapters.sql.karma import SUM_OF_MONTHS, count_paying, rule_of
from attendance_adapters.sql.pieces import BY_PERSON, LIMIT, OFFSET
from attendance_adapters.sql.scans import reason_from
from attendance_adapters.sql.search import WordSearch, word_parameters
from attendance_adapters.sql.tables import profiles, scans
from attendance_core.errors import PersonNotFound
from attendance_core.folding import LAST_IN_ORDER, fold
from attendance_core.marking.terms import Terms
from attendance_core.profiles import (
    Confirmation,
    Profile,
    ProfileSummary,
    group_of,
)
from attendance_core.repositories import Shown
from attendance_core.vocabulary import FileKey, UserId

ADD_PROFILE = insert(profiles)
_SELECT_PROFILES = select(
    profiles.c.user_id, profiles.c.display_name, profiles.c.bio, profiles.c.picture
)
GET_PROFILE_EVEN_DELETED = _SELECT_PROFILES.where(profiles.c.user_id == bindparam("user_id"))
IS_LIVE = profiles.c.display_name != literal_column("''")  # who is deleted has no name
GET_PROFILE = GET_PROFILE_EVEN_DELETED.where(IS_LIVE)
_sum_of_months = SUM_OF_MONTHS.subquery()
SHOW_PROFILE = (
    select(
        profiles.c.user_id,
        profiles.c.display_name,
        profiles.c.bio,
        profiles.c.picture,
        scans.c.state,
        scans.c.reason,
        scans.c.verdict,
        scans.c.note,
        *_sum_of_months.c,
    )
    .select_from(
        profiles.outerjoin(scans, scans.c.user_id == profiles.c.user_id).join(
            _sum_of_months, true()
        )
    )
    .where(profiles.c.user_id == bindparam("user_id", type_=BigId))
)
LOCK_PROFILE = GET_PROFILE.with_for_update()
# Whoever changes their profile does not wait; who deletes their account, and locks it whole, does
LOCK_PROFILES_SHARED = (
    select(profiles.c.user_id)
    .where(profiles.c.user_id.in_(bindparam("user_ids", expanding=True, type_=BigId)), IS_LIVE)
    .order_by(profiles.c.user_id)
    .with_for_update(read=True, key_share=True)
)
PUT_PROFILE = (
    update(profiles)
    .where(profiles.c.user_id == bindparam("where_user_id"))
    .values(
        display_name=bindparam("display_name"),
        name_key=bindparam("name_key"),
        bio=bindparam("bio"),
        picture=bindparam("picture"),
    )
)
PICTURE_KEYS = select(profiles.c.picture).where(profiles.c.picture.is_not(None))
BY_WORDS = WordSearch(
    "profiles",
    _SELECT_PROFILES.order_by(*BY_PERSON).limit(LIMIT).offset(OFFSET),
)
SUMMARIES = (
    select(
        profiles.c.user_id,
        profiles.c.display_name,
        profiles.c.picture,
        profiles.c.bio,
        scans.c.state,
    )
    .select_from(profiles.outerjoin(scans, scans.c.user_id == profiles.c.user_id))
    .where(profiles.c.user_id.in_(bindparam("user_ids", expanding=True, type_=BigId)))
)


class Profiles:
    """Keeps profiles; `repositories.Profiles`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute

    def add(self, profile: Profile) -> None:
        self._execute(ADD_PROFILE, {"user_id": profile.user_id, **_columns_of(profile)})

    def get(self, user_id: UserId) -> Profile:
        return _profile_from(self._execute(GET_PROFILE, {"user_id": user_id}).one_or_none())

    def get_even_deleted(self, user_id: UserId) -> Profile:
        return _profile_from(
            self._execute(GET_PROFILE_EVEN_DELETED, {"user_id": user_id}).one_or_none()
        )

    def lock_shared(self, user_ids: Sequence[UserId]) -> None:
        rows = self._execute(LOCK_PROFILES_SHARED, {"user_ids": list(user_ids)})
        if {user_id for (user_id,) in rows} != set(user_ids):
            raise PersonNotFound

    def shown(self, user_id: UserId, terms: Terms) -> Shown:
        parameters = {"user_id": user_id, **rule_of(terms)}
        row = self._execute(SHOW_PROFILE, parameters).one_or_none()
        if row is None:
            raise PersonNotFound
        *profile, state, reason, verdict, note, paying_count, months_by_another_rule = row
        confirmation = Confirmation.NONE if state is None else Confirmation(state)
        if months_by_another_rule:
            paying_count = count_paying(self._execute, user_id, terms)
        karma = terms.karma_per_mark * int(paying_count)
        return Shown(Profile(*profile), confirmation, karma, reason_from(reason, verdict), note)

    def lock(self, user_id: UserId) -> Profile:
        return _profile_from(self._execute(LOCK_PROFILE, {"user_id": user_id}).one_or_none())

    def put(self, profile: Profile) -> None:
        self._execute(PUT_PROFILE, {"where_user_id": profile.user_id, **_columns_of(profile)})

    def search(self, folded_part: str, limit: int, offset: int) -> Sequence[Profile]:
        words = word_parameters(folded_part)
        statement = BY_WORDS.statement_for(words, self._execute)
        rows = self._execute(statement, {**words, "limit": limit, "offset": offset})
        return [Profile(*row) for row in rows]

    def summaries(self, user_ids: Sequence[UserId]) -> Sequence[ProfileSummary]:
        rows = self._execute(SUMMARIES, {"user_ids": list(user_ids)})
        return [
            ProfileSummary(
                user_id, name, picture, scan_state == Confirmation.APPROVED.value, group_of(bio)
            )
            for user_id, name, picture, bio, scan_state in rows
        ]

    def picture_keys(self) -> Sequence[FileKey]:
        """Lists the keys of all pictures that profiles have."""
        return [FileKey(key) for (key,) in self._execute(PICTURE_KEYS)]


def _columns_of(profile: Profile) -> dict[str, str | None]:
    return {
        "display_name": profile.display_name,
        "name_key": fold(profile.display_name) or LAST_IN_ORDER,
        "bio": profile.bio,
        "picture": profile.picture,
    }


def _profile_from(row: Sequence[Any] | None) -> Profile:
    if row is None:
        raise PersonNotFound
    return Profile(*row)
