"""Large bodies are parsed in steps, since the event loop waits for each. Contract: 1.11."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from multipart import PushMultipartParser  # type: ignore[import-untyped]

from attendance_web.http import body_parsing
from attendance_web.http.argument_readers import MAX_TEXT_LENGTH, read_image, read_text
from attendance_web.http.body_parsing import (
    MAX_SHORT_BYTES,
    MIN_LAST_PORTION_BYTES,
    PORTION_BYTES,
    parse_body,
)
from attendance_web.wire import parse_steps
from attendance_web.wire.parse_steps import STEP_BYTES
from attendance_web.wire.refusals import BadBody
from attendance_web.wire.values import InvalidValue

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=-x-"
FILE_HEAD = b'Content-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
TEXT_HEAD = b'Content-Disposition: form-data; name="image"\r\n\r\n'
LARGE_BYTES = 8 * STEP_BYTES
some_bytes = st.text(st.sampled_from("\r\n-xя %+41"), max_size=60).map(str.encode) | st.binary()


def in_parts(*parts: bytes) -> bytes:
    return b"".join(b"---x-\r\n" + each + b"\r\n" for each in parts) + b"---x---\r\n"


def parsed_or_none(content_type: str, body: bytes) -> str:
    try:
        return repr(parse_body(content_type, body))
    except BadBody:
        return "none"


@pytest.fixture
def decoded_sizes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes are decoded at once, time after time."""
    lengths: list[int] = []
    decode = body_parsing._decode

    def noted(portions: Iterable[bytes]) -> Iterator[bytes]:
        for portion in portions:
            lengths.append(len(portion))
            yield portion

    monkeypatch.setattr(body_parsing, "_decode", lambda portions: decode(noted(portions)))
    return lengths


class TestInParts:
    @pytest.mark.parametrize("head", [FILE_HEAD, TEXT_HEAD])
    @pytest.mark.parametrize("content", [b"\r\n", b"\xff", b"\r\n---x"])
    def test_it_is_looked_through_in_small_steps(
        self, head: bytes, content: bytes, monkeypatch: pytest.MonkeyPatch, decoded_sizes: list[int]
    ) -> None:
        parse, lengths = PushMultipartParser.parse, list[int]()

        def noted(self: Any, portion: bytes) -> Any:
            lengths.append(len(portion))
            return parse(self, portion)

        monkeypatch.setattr(PushMultipartParser, "parse", noted)
        sent = content * (LARGE_BYTES // len(content))
        image = parse_body(MULTIPART, in_parts(head + sent))["image"]
        assert image == (sent if head is FILE_HEAD else sent.decode("utf-8", "surrogateescape"))
        assert max(lengths + decoded_sizes) <= STEP_BYTES + MIN_LAST_PORTION_BYTES

    @hypothesis.given(st.lists(some_bytes, max_size=3), some_bytes, st.integers(64, 80))
    def test_what_is_said_does_not_depend_on_how_long_a_step_is(
        self, contents: list[bytes], ending: bytes, step: int
    ) -> None:
        texts = [
            TEXT_HEAD.replace(b"image", b"f%d" % number) + each
            for number, each in enumerate(contents)
        ]
        for body in (in_parts(*texts), in_parts(*texts)[:-3] + ending):
            whole = parsed_or_none(MULTIPART, body)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(parse_steps, "STEP_BYTES", step)
                patch.setattr(body_parsing, "MIN_LAST_PORTION_BYTES", 80)
                assert parsed_or_none(MULTIPART, body) == whole

    @pytest.mark.parametrize("divided_at", range(-20, 3))
    def test_its_end_may_be_at_the_end_of_a_step(self, divided_at: int) -> None:
        body = in_parts(FILE_HEAD)
        sent = b"a" * (2 * STEP_BYTES - len(body) - divided_at)
        assert parse_body(MULTIPART, in_parts(FILE_HEAD + sent)) == {"image": sent}


class TestInAForm:
    @pytest.mark.parametrize("content", [b"+", b"%41", b"\xff", b"%ff"])
    def test_it_is_decoded_in_small_steps(self, content: bytes, decoded_sizes: list[int]) -> None:
        sent = content * (LARGE_BYTES // len(content))
        assert parse_body(FORM, b"image=" + sent)["image"]
        assert (
            max(decoded_sizes) <= PORTION_BYTES
            and len(decoded_sizes) >= LARGE_BYTES // PORTION_BYTES // 3
        )

    @hypothesis.given(some_bytes, st.integers(4, 9))
    def test_what_is_said_does_not_depend_on_how_long_a_step_is(
        self, said: bytes, step: int
    ) -> None:
        whole = parsed_or_none(FORM, b"a=" + said)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(body_parsing, "PORTION_BYTES", step)
            assert parsed_or_none(FORM, b"a=" + said) == whole


class TestInJson:
    @pytest.mark.parametrize("string", ["я" * 50_000, "\\n" * 50_000, "a" * 5_000])
    def test_many_strings_are_read_in_small_steps(
        self, string: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        loads, lengths = json.loads, list[int]()

        def noted(text: str, **more: Any) -> Any:
            lengths.append(len(text))
            return loads(text, **more)

        monkeypatch.setattr("json.loads", noted)
        strings = ",".join([f'"{string}"'] * min(900, LARGE_BYTES // len(string)))
        assert parse_body(JSON, f'{{"a": [{strings}], "b": 1}}'.encode())["b"] == 1
        assert max(lengths) <= STEP_BYTES + len('""')

    @pytest.mark.parametrize("filler", [b" ", b"1", b"\n"])
    @pytest.mark.parametrize("body", [b'{"a":%s1}', b'%s{"a":1}', b'{"a":1}%s', b'{"a":1.%s1}'])
    def test_what_is_long_without_long_strings_is_not_read(
        self, body: bytes, filler: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("json.loads", None)
        with pytest.raises(BadBody):
            parse_body(JSON, body % (filler * MAX_SHORT_BYTES))


class TestValues:
    def test_a_text_that_no_other_body_has_room_for_is_not_looked_through(self) -> None:
        assert read_text("я" * MAX_TEXT_LENGTH)
        with pytest.raises(InvalidValue):
            read_text("я" * (MAX_TEXT_LENGTH + 1))

    def test_a_picture_ends_within_the_last_kilobyte(self) -> None:
        assert read_image("AAAA" + "AA==" + "\r\n" * 500) == bytes(4)
        assert read_image("AAAA" + "\r\n" * 5_000) == bytes(3)
        with pytest.raises(InvalidValue):
            read_image("AAAA" + "=" * 5_000)
