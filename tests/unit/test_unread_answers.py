"""What clients do not read of their answers is bounded, in all of a process. Contract: 1.22."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from attendance_web.serving import unread_answers
from attendance_web.serving.unread_answers import MIN_COUNTED_BYTES, UnreadAnswers

FLOOD, OTHER = "192.0.2.1", "192.0.2.2"
UNREAD_BYTES = 10 * MIN_COUNTED_BYTES
MAX_BYTES, ENOUGH_BYTES = 100 * UNREAD_BYTES, 80 * UNREAD_BYTES


@dataclass(eq=False)
class Connection:
    """One that says what it holds, and whose client is cut."""

    answers: UnreadAnswers
    network: str = FLOOD
    unread_answer_bytes: int = 0
    is_cut: bool = False
    client: tuple[str, int] | None = field(init=False)

    def __post_init__(self) -> None:
        self.client = (self.network, 1)

    def holds(self, unread_answer_bytes: int, written: int | None = None) -> Connection:
        """Has written something, of which so much is unread with what was before."""
        grown_by, self.unread_answer_bytes = (
            unread_answer_bytes - self.unread_answer_bytes,
            unread_answer_bytes,
        )
        self.answers.note(self, max(0, grown_by) if written is None else written)
        return self

    def cut(self) -> None:
        assert not self.is_cut
        self.is_cut, self.unread_answer_bytes = True, 0


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> UnreadAnswers:
    monkeypatch.setattr(unread_answers, "MAX_UNREAD_BYTES", MAX_BYTES)
    monkeypatch.setattr(unread_answers, "ENOUGH_BYTES", ENOUGH_BYTES)
    return UnreadAnswers()


def unread_bytes_of(connections: list[Connection]) -> int:
    return sum(each.unread_answer_bytes for each in connections)


def test_however_many_there_are_they_hold_no_more_than_they_may(answers: UnreadAnswers) -> None:
    many = []
    for _ in range(1000):
        many.append(Connection(answers).holds(UNREAD_BYTES))
        assert answers.total == unread_bytes_of(many) <= MAX_BYTES
    assert unread_bytes_of(many) >= ENOUGH_BYTES - UNREAD_BYTES


def test_those_who_have_read_nothing_for_the_longest_are_cut_first(answers: UnreadAnswers) -> None:
    many = [Connection(answers).holds(UNREAD_BYTES) for _ in range(100)]
    many[0].unread_answer_bytes -= 1  # it reads, if slowly
    assert not any(each.is_cut for each in many)
    many.append(Connection(answers).holds(UNREAD_BYTES))
    assert [each.is_cut for each in many] == [False, *[True] * 21, *[False] * 79]


def test_one_who_reads_each_piece_is_cut_behind_those_who_read_nothing(
    answers: UnreadAnswers,
) -> None:
    reads = Connection(answers).holds(UNREAD_BYTES)
    many = [Connection(answers).holds(UNREAD_BYTES) for _ in range(90)]
    reads.holds(
        UNREAD_BYTES, written=UNREAD_BYTES
    )  # it has taken the piece before, and holds the next one
    many += [Connection(answers).holds(UNREAD_BYTES) for _ in range(10)]
    assert many[0].is_cut
    assert not reads.is_cut


def test_whoever_is_elsewhere_is_spared_by_those_who_have_most(answers: UnreadAnswers) -> None:
    others = [Connection(answers, OTHER).holds(UNREAD_BYTES) for _ in range(20)]
    for _ in range(1000):
        Connection(answers).holds(UNREAD_BYTES)
    assert not any(each.is_cut for each in others)


def test_what_was_read_meanwhile_costs_nobody_their_connection(answers: UnreadAnswers) -> None:
    many = [Connection(answers).holds(UNREAD_BYTES) for _ in range(100)]
    for each in many:
        each.unread_answer_bytes = 0
    last = Connection(answers).holds(UNREAD_BYTES)
    assert answers.total == UNREAD_BYTES
    assert not any(each.is_cut for each in (*many, last))


def test_one_that_has_ended_counts_no_more(answers: UnreadAnswers) -> None:
    one = Connection(answers).holds(UNREAD_BYTES)
    for _ in range(2):
        answers.forget(one)
        assert answers.total == 0


def test_what_is_next_to_nothing_is_not_counted(answers: UnreadAnswers) -> None:
    Connection(answers).holds(MIN_COUNTED_BYTES - 1)
    assert answers.total == 0


def test_one_that_has_read_all_is_kept_no_more(answers: UnreadAnswers) -> None:
    one = Connection(answers).holds(UNREAD_BYTES).holds(0, written=100)
    assert answers.total == 0
    one.unread_answer_bytes = UNREAD_BYTES  # as would be seen if it was looked at again
    for _ in range(1000):
        Connection(answers, OTHER).holds(UNREAD_BYTES)
    assert not one.is_cut


def test_one_that_goes_on_is_counted_once(answers: UnreadAnswers) -> None:
    one = Connection(answers)
    for unread_answer_bytes in (UNREAD_BYTES, 3 * UNREAD_BYTES, 0):
        one.holds(unread_answer_bytes)
        assert answers.total == unread_answer_bytes
