"""What is no UUID: no use case takes it for the id of an event or of a scan, over any store."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple

from attendance_core.marking.ledger import AnnulReason
from attendance_core.testing.lectures import EVENT, use_cases
from attendance_core.testing.stores.nobody_calls import (
    NOBODY,
    SCAN,
    SESSION,
    SOMEBODY,
    answer_or_error_type,
)
from attendance_core.use_cases import UseCases

# Each use case that is told an event, by the id that it is told
OF_AN_EVENT: dict[str, Callable[[UseCases, Any], Coroutine[Any, Any, Any]]] = {
    "get_event_by_id": lambda do, it: do.get_event_by_id(event_id=it),
    "join_event": lambda do, it: do.join_event(actor=SOMEBODY, event_id=it),
    "leave_event": lambda do, it: do.leave_event(actor=SOMEBODY, event_id=it),
    "delete_event": lambda do, it: do.delete_event(actor=SOMEBODY, event_id=it),
    "update_event": lambda do, it: do.update_event(actor=SOMEBODY, event_id=it, name="x"),
    "add_helper": lambda do, it: do.add_helper(actor=SOMEBODY, event_id=it, user_id=NOBODY),
    "remove_helper": lambda do, it: do.remove_helper(actor=SOMEBODY, event_id=it, user_id=NOBODY),
    "get_helpers": lambda do, it: do.get_helpers(actor=SOMEBODY, event_id=it),
    "get_attendance": lambda do, it: do.get_attendance(actor=SOMEBODY, event_id=it),
    "make_board_link": lambda do, it: do.make_board_link(actor=SOMEBODY, event_id=it),
    "remove_board_link": lambda do, it: do.remove_board_link(actor=SOMEBODY, event_id=it),
    "watch_attendance": lambda do, it: do.watch_attendance(
        actor=SOMEBODY, session_id=SESSION, event_id=it
    ),
    "count_sheet": lambda do, it: do.count_sheet(event_id=it),
    "mark_participant": lambda do, it: do.mark_participant(
        actor=SOMEBODY, event_id=it, user_id=NOBODY
    ),
    "mark_at_once": lambda do, it: do.mark_at_once(actor=SOMEBODY, event_id=it, user_id=NOBODY),
    "annul_mark": lambda do, it: do.annul_mark(
        actor=SOMEBODY, event_id=it, user_id=NOBODY, n=1, reason=AnnulReason.OTHER
    ),
    "get_ledger": lambda do, it: do.get_ledger(actor=SOMEBODY, event_id=it),
    "export_attendance": lambda do, it: do.export_attendance(actor=SOMEBODY, event_id=it),
}
# Each use case that is told a scan, by the id that it is told
OF_A_SCAN: dict[str, Callable[[UseCases, Any], Coroutine[Any, Any, Any]]] = {
    "take_confirmation": lambda do, it: do.take_confirmation(
        actor=SOMEBODY, session_id=SESSION, scan_id=it
    ),
    "get_taken_scan": lambda do, it: do.get_taken_scan(
        actor=SOMEBODY, session_id=SESSION, scan_id=it, secret="x"
    ),
    "return_confirmation": lambda do, it: do.return_confirmation(actor=SOMEBODY, scan_id=it),
    "resolve_confirmation": lambda do, it: do.resolve_confirmation(
        actor=SOMEBODY, scan_id=it, approve=True
    ),
}


class _Told(NamedTuple):
    """What a use case answered, or raised, that was told this id."""

    use_case: str
    given: object
    answer: object


class TestWrongIds:
    async def test_no_use_case_takes_for_the_id_of_an_event_or_a_scan_what_is_no_uuid(
        self, store: Any
    ) -> None:
        do = use_cases(store)
        told = [
            _Told(name, given, await answer_or_error_type(call(do, given)))
            for calls, uuid in ((OF_AN_EVENT, EVENT), (OF_A_SCAN, SCAN))
            for name, call in calls.items()
            for given in (str(uuid), uuid.bytes, 1, None)
        ]
        assert [each for each in told if each.answer is not TypeError] == []
