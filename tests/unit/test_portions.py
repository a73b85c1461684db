"""Of what has come about one request is parsed at once. Contract: 1.11."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance_web.serving.portions import (
    CHUNKS_BYTES,
    MIN_CHUNKS_BYTES,
    MIN_HEAD_BYTES,
    PORTION_BYTES,
    length_of_body,
    size_of_body,
    size_of_heads,
)

HEAD = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


def head_size(unparsed: bytes) -> int:
    return size_of_heads(memoryview(unparsed))


def body_size(unparsed: bytes, missing: int | None) -> int:
    return size_of_body(memoryview(unparsed), missing)


@pytest.mark.parametrize("end_of_line", [b"\r\n", b"\n"])
def test_one_head_of_many_is_parsed(end_of_line: bytes) -> None:
    head = HEAD.replace(b"\r\n", end_of_line)
    assert head_size(head * 148) == len(head)


def test_a_head_that_goes_on_is_parsed_by_portions() -> None:
    assert head_size(b"x" * 9000) == PORTION_BYTES
    assert head_size(b"x" * PORTION_BYTES + b"\r\n\r\n") == PORTION_BYTES


def test_of_a_body_nothing_is_parsed_that_follows_it() -> None:
    assert body_size(b"xx" + HEAD * 148, 2) == 2
    assert body_size(b"x" * 9000, 8000) == PORTION_BYTES


def test_a_body_in_chunks_is_parsed_a_few_at_a_time_and_to_its_end() -> None:
    chunk, last = b"1\r\nx\r\n", b"0\r\n\r\n"
    assert body_size(chunk * 680, None) == CHUNKS_BYTES
    assert body_size(chunk * 20 + last + HEAD * 100, None) == len(chunk * 20 + last)


@given(st.binary(max_size=2000), st.none() | st.integers(-5, 3000))
def test_it_goes_on_whatever_comes(unparsed: bytes, missing: int | None) -> None:
    assert MIN_HEAD_BYTES - 1 <= head_size(unparsed) <= PORTION_BYTES
    least = MIN_CHUNKS_BYTES if missing is None else 1
    assert least <= body_size(unparsed, missing) <= PORTION_BYTES


@pytest.mark.parametrize(
    ("headers", "length"),
    [
        ([], 0),
        ([(b"host", b"a"), (b"content-length", b"017")], 17),
        ([(b"transfer-encoding", b"chunked")], None),
        ([(b"content-length", b"0"), (b"transfer-encoding", b"chunked")], None),
    ],
)
def test_a_head_says_how_long_its_body_is(
    headers: list[tuple[bytes, bytes]], length: int | None
) -> None:
    assert length_of_body(headers) == length
