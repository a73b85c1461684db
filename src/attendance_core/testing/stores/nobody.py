"""People who do not exist: every store answers alike, in each use case."""

from __future__ import annotations

from typing import Any

from attendance_core.testing.lectures import Lecture, use_cases
from attendance_core.testing.stand_ins import any_ids
from attendance_core.testing.stores.nobody_calls import (
    ABOUT_NOBODY,
    BY_NOBODY,
    answer_or_error_type,
)


class TestPeopleWhoDoNotExist:
    async def test_every_use_case_has_one_answer_where_somebody_does_not_exist(
        self, store: Any
    ) -> None:
        await Lecture.begun(store, waiting=1)
        do = use_cases(store, any_ids())
        calls = [*BY_NOBODY.items(), *ABOUT_NOBODY.items()]
        told = [(name, await answer_or_error_type(call(do))) for name, (call, _) in calls]
        assert told == [(name, answer) for name, (_, answer) in calls]
