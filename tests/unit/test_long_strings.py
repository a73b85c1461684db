"""Long strings in JSON are read as short ones are."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from attendance_adapters.pictures import MAX_BYTES
from attendance_web.http import body_parsing
from attendance_web.http.argument_readers import read_image
from attendance_web.http.body_parsing import parse_body
from attendance_web.wire import parse_steps
from attendance_web.wire.json_scanning import string_steps
from attendance_web.wire.refusals import BadBody

JSON = "application/json"
TEXTS = st.text(st.sampled_from('"\\/ёж😀ab\n\t{}[],:'), max_size=40)
VALUES = st.recursive(
    TEXTS | st.integers() | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=3), inner, max_size=2)
    ),
    max_leaves=6,
)


class TestLongStrings:
    """Read in steps, since the event loop waits while one of them is read. Contract: 1.11."""

    @hypothesis.given(st.dictionaries(st.text("abc", max_size=3), VALUES, max_size=4), st.data())
    def test_what_is_said_does_not_depend_on_how_long_a_step_is(
        self, said: dict[str, Any], data: st.DataObject
    ) -> None:
        indent = data.draw(st.sampled_from([None, 1]))
        escapes = data.draw(st.booleans())
        body = json.dumps(said, ensure_ascii=escapes, indent=indent).encode()
        with pytest.MonkeyPatch.context() as patch:
            whole = repr(parse_body(JSON, body))
            patch.setattr(parse_steps, "STEP_BYTES", data.draw(st.integers(12, 16)))
            patch.setattr(body_parsing, "LONG_STRING_BYTES", data.draw(st.integers(8, 12)))
            assert repr(parse_body(JSON, body)) == whole

    @hypothesis.given(st.text('"\\{}[]:,a ёudD08', max_size=60), st.integers(16, 20))
    def test_nor_does_whether_it_is_json(self, said: str, step: int) -> None:
        body = ('{"a": "' + said).encode()
        whole = parsed_or_none(body)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(parse_steps, "STEP_BYTES", step)
            patch.setattr(body_parsing, "LONG_STRING_BYTES", step)
            assert parsed_or_none(body) == whole

    @pytest.mark.parametrize(
        "escaped", [r"\u0041", r"\u0416", r"\ud83d\ude00", r"\ud83d", r"\ude00", r"\n"]
    )
    @pytest.mark.parametrize("offset", range(-14, 3))
    def test_an_escape_may_stand_where_a_step_ends(self, escaped: str, offset: int) -> None:
        plain = "a" * (parse_steps.STEP_BYTES + offset)
        for rest in ("", "b", r"\n", r"\u0062"):
            body = '{"a": "' + plain + escaped + rest + '"}'
            assert parse_body(JSON, body.encode()) == json.loads(body)

    @pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
    def test_no_constant_is_taken_for_a_long_string(
        self, constant: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(body_parsing, "LONG_STRING_BYTES", 8)
        long = '"b": "' + 9 * "x" + '"'
        for body in (f'{{"a": {constant}, {long}}}', f'{{{long}, "a": {constant}}}'):
            with pytest.raises(BadBody):
                parse_body(JSON, body.encode())

    @pytest.mark.parametrize("escaped", [False, pytest.param(True, marks=pytest.mark.long)])
    def test_the_largest_picture_is_read_in_small_steps(
        self, escaped: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        picture = bytes(range(256)) * (MAX_BYTES // 256)
        written = base64.b64encode(picture).decode()
        body = json.dumps({"image": written, "name": "a.png"})
        body = body.replace("/", "\\/") if escaped else body
        read_lengths: list[int] = []
        loads, decode = json.loads, binascii.a2b_base64

        def noted(read: Any) -> Any:
            def reading(text: Any, **more: Any) -> Any:
                read_lengths.append(len(text))
                return read(text, **more)

            return reading

        monkeypatch.setattr("json.loads", noted(loads))
        monkeypatch.setattr("binascii.a2b_base64", noted(decode))
        given = parse_body(JSON, body.encode())
        assert given == {"image": written, "name": "a.png"}
        assert read_image(given["image"]) == picture
        assert max(read_lengths) <= parse_steps.STEP_BYTES + 4 and len(read_lengths) > 100
        step_lengths = [
            end - start for start, end in string_steps(body.encode(), len('{"image": "'))
        ]
        assert max(step_lengths) <= parse_steps.STEP_BYTES


def parsed_or_none(body: bytes) -> str:
    """Reads what a body says, or that it says nothing."""
    try:
        return repr(parse_body(JSON, body))
    except BadBody:
        return "none"
