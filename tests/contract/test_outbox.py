"""What one socket is still to be told: in order, bounded, and ended once. Contract: 6.12."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from attendance_core.marking.connections import Role
from attendance_core.testing.lectures import numbered_connection
from attendance_web.live.close_codes import RESTART, SLOW
from attendance_web.live.outbox import MAX_OUTBOX_FRAMES, Outbox
from attendance_web.live.text_frame import TextFrame


class OtherEnd:
    """A `Peer` that writes what it may, and notes what it is asked for."""

    said_goodbye = False

    def __init__(self) -> None:
        self.takes_frames = False
        self.written: list[str] = []
        self.ends: list[int] = []

    def has_left(self) -> bool:
        raise AssertionError

    def count_control_frames_with(self, take: Callable[[], bool]) -> None:
        raise AssertionError

    def write_now(self, frame: TextFrame) -> bool:
        if self.takes_frames:
            self.written.append(frame.text)
        return self.takes_frames

    def answer_goodbye(self) -> None:
        raise AssertionError

    def end_soon(self, code: int) -> None:
        self.ends.append(code)


@pytest.fixture
def peer() -> OtherEnd:
    return OtherEnd()


class Writer:
    """Counts how often it is begun, and takes one thing after another."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.begun_count = 0

    def begin(self) -> None:
        self.begun_count += 1

    def next(self) -> str | int | None:
        item = self.outbox.take()
        return item.text if isinstance(item, TextFrame) else item

    def all(self) -> list[str | int]:
        """What comes out, up to the code, or until nothing is left."""
        told: list[str | int] = []
        while (item := self.next()) is not None:
            told.append(item)
            if isinstance(item, int):
                break
        return told


@pytest.fixture
def outbox(peer: OtherEnd) -> Outbox:
    return Outbox(numbered_connection(1, 1, Role.MARKING), "en", peer)


@pytest.fixture
def writer(outbox: Outbox) -> Writer:
    """Begun by an outbox that is started."""
    made = Writer(outbox)
    outbox.start(made.begin)
    return made


def frame(text: str) -> TextFrame:
    return TextFrame(text.encode())


class TestOutbox:
    async def test_frames_come_out_in_order_and_the_code_behind_them(
        self, outbox: Outbox, writer: Writer
    ) -> None:
        outbox.put(frame("one"))
        outbox.put(frame("two"))
        outbox.close(RESTART, frame("three"))
        assert writer.all() == ["one", "two", "three", RESTART]
        assert writer.begun_count == 1

    async def test_a_writer_that_has_ended_is_begun_again(
        self, outbox: Outbox, writer: Writer
    ) -> None:
        for number, text in enumerate(("one", "two"), start=1):
            outbox.put(frame(text))
            assert writer.begun_count == number
            assert (writer.next(), writer.next()) == (text, None)

    async def test_a_close_begins_it_too(self, outbox: Outbox, writer: Writer) -> None:
        outbox.close(RESTART)
        assert (writer.begun_count, writer.all()) == (1, [RESTART])

    async def test_after_the_last_thing_nothing_is_said(
        self, outbox: Outbox, writer: Writer
    ) -> None:
        assert not outbox.is_closing
        outbox.close(1000, frame("the last"))
        outbox.put(frame("more"))
        outbox.close(RESTART, frame("another end"))
        assert outbox.is_closing
        assert writer.all() == ["the last", 1000]

    async def test_it_holds_so_much_and_one_more_ends_it(
        self, outbox: Outbox, peer: OtherEnd, writer: Writer
    ) -> None:
        for number in range(MAX_OUTBOX_FRAMES):
            outbox.put(frame(str(number)))
        assert not outbox.is_closing and not peer.ends
        outbox.put(frame("one too many"))
        outbox.put(frame("and another"))
        assert peer.ends == [SLOW]
        assert writer.all() == [SLOW]


class TestBeforeTheStart:
    """The handshake is not answered yet."""

    async def test_everything_waits(self, outbox: Outbox, peer: OtherEnd) -> None:
        peer.takes_frames = True
        outbox.put(frame("one"))
        assert peer.written == []
        writer = Writer(outbox)
        outbox.start(writer.begin)
        assert (peer.written, writer.begun_count) == (["one"], 0)

    async def test_what_is_not_taken_then_is_the_writer_s(
        self, outbox: Outbox, peer: OtherEnd
    ) -> None:
        outbox.put(frame("one"))
        writer = Writer(outbox)
        outbox.start(writer.begin)
        assert (writer.begun_count, writer.all()) == (1, ["one"])

    async def test_so_is_a_close(self, outbox: Outbox, peer: OtherEnd) -> None:
        peer.takes_frames = True
        outbox.close(RESTART, frame("one"))
        writer = Writer(outbox)
        outbox.start(writer.begin)
        assert (peer.written, writer.begun_count, writer.all()) == (["one"], 1, [RESTART])


class TestWrittenAtOnce:
    """A frame wakes nobody where the connection takes it and nothing is before it."""

    async def test_while_no_writer_is_at_work(
        self, outbox: Outbox, peer: OtherEnd, writer: Writer
    ) -> None:
        peer.takes_frames = True
        outbox.put(frame("one"))
        outbox.put(frame("two"))
        assert (peer.written, writer.begun_count) == (["one", "two"], 0)

    async def test_not_past_one_that_the_connection_did_not_take(
        self, outbox: Outbox, peer: OtherEnd, writer: Writer
    ) -> None:
        outbox.put(frame("one"))
        peer.takes_frames = True
        outbox.put(frame("two"))
        assert writer.next() == "one"
        assert writer.next() == "two"
        outbox.put(frame("three"))  # it has the second in hand
        assert peer.written == []
        assert (writer.next(), writer.next()) == ("three", None)
        outbox.put(frame("four"))
        assert peer.written == ["four"]

    async def test_not_after_the_last_thing(
        self, outbox: Outbox, peer: OtherEnd, writer: Writer
    ) -> None:
        peer.takes_frames = True
        outbox.close(RESTART)
        outbox.put(frame("one"))
        assert peer.written == []
        assert writer.all() == [RESTART]


class TestClosedWhenAnswered:
    async def test_at_once_where_nothing_is_carried_out(
        self, outbox: Outbox, writer: Writer
    ) -> None:
        outbox.put(frame("told before"))
        outbox.close_when_answered(RESTART)
        assert outbox.is_closing
        assert writer.all() == ["told before", RESTART]

    async def test_behind_the_answer_of_a_command(self, outbox: Outbox, writer: Writer) -> None:
        with outbox.answering():
            outbox.close_when_answered(RESTART)
            assert not outbox.is_closing
            outbox.put(frame("the answer"))
        assert outbox.is_closing
        assert writer.all() == ["the answer", RESTART]

    async def test_also_where_the_command_fails(self, outbox: Outbox, writer: Writer) -> None:
        with pytest.raises(ValueError), outbox.answering():
            outbox.close_when_answered(RESTART)
            raise ValueError
        assert writer.all() == [RESTART]

    async def test_a_command_answered_before_does_not_put_it_off(
        self, outbox: Outbox, writer: Writer
    ) -> None:
        with outbox.answering():
            outbox.put(frame("the answer"))
        assert not outbox.is_closing
        outbox.close_when_answered(RESTART)
        assert writer.all() == ["the answer", RESTART]

    @pytest.mark.parametrize("is_restarted_first", [False, True])
    async def test_with_what_tells_why(
        self, outbox: Outbox, writer: Writer, is_restarted_first: bool
    ) -> None:
        with outbox.answering():
            if is_restarted_first:
                outbox.close_when_answered(RESTART)
            outbox.close_when_answered(4410, frame("the event is over"))
            outbox.close_when_answered(4401, frame("not logged in"))
            outbox.close_when_answered(RESTART)
            outbox.put(frame("the answer"))
        assert writer.all() == ["the answer", "the event is over", 4410]

    async def test_what_ends_it_meanwhile_comes_first(self, outbox: Outbox, writer: Writer) -> None:
        with outbox.answering():
            outbox.close_when_answered(RESTART)
            outbox.close(4410, frame("the event is over"))
        assert writer.all() == ["the event is over", 4410]
