"""Frames are found in bytes however those are cut up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from attendance_web.serving.frame_finder import FrameFinder

frames = st.builds(
    Frame,
    st.sampled_from([Opcode.TEXT, Opcode.CONT, Opcode.BINARY]),
    st.sampled_from([b"", b"x", b"x" * 125, b"x" * 126, b"x" * 65_536]),
    st.booleans(),
) | st.builds(
    Frame,
    st.sampled_from([Opcode.PING, Opcode.PONG, Opcode.CLOSE]),
    st.binary(max_size=125),
    st.just(True),
)


def serialized(frame: Frame, mask: bool) -> bytes:
    return frame.serialize(mask=mask)


@given(st.lists(st.tuples(frames, st.booleans()), max_size=6), st.data())
def test_every_frame_is_told_once_with_where_it_begins(
    sent: list[tuple[Frame, bool]], data: st.DataObject
) -> None:
    pieces = [serialized(frame, mask) for frame, mask in sent]
    stream = b"".join(pieces)
    begins = [sum(map(len, pieces[:n])) for n in range(len(pieces))]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    finder, told, here = FrameFinder(), [], 0
    for cut in [*cuts, len(stream)]:
        part = stream[here:cut]
        told += [(here + begin, opcode) for begin, opcode in finder.frames_in(part)]
        here = cut
    assert [opcode for _, opcode in told] == [frame.opcode for frame, _ in sent]
    for (found, _), begin in zip(told, begins, strict=True):
        assert found >= begin  # later only where its head began in a part before
    if not cuts:
        assert [found for found, _ in told] == begins


def test_a_payload_is_passed_over_and_not_kept() -> None:
    finder = FrameFinder()
    head = bytes([0x82, 0xFF]) + (2**62).to_bytes(8, "big") + b"mask"
    assert list(finder.frames_in(head)) == [(0, Opcode.BINARY)]
    assert list(finder.frames_in(b"\x89\x80mask" * 100)) == []
