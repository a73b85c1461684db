"""What a call is given, whichever way it was sent."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any
from urllib.parse import quote_from_bytes

import hypothesis
import pytest
from hypothesis import strategies as st

from attendance_core.errors import InvalidArgument, Refusal
from attendance_web.http.body_parsing import MAX_FIELDS, PORTION_BYTES, parse_body, parse_query
from attendance_web.wire.json_scanning import MAX_DEPTH, is_too_complex
from attendance_web.wire.refusals import BadBody, RepeatedArgument, UnsupportedMediaType

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = 'multipart/form-data; boundary="-x-"'


def parts(*each: str | bytes) -> bytes:
    """Writes a multipart body of parts, each with its headers."""
    joined = b"".join(
        b"---x-\r\n" + (one.encode() if isinstance(one, str) else one) + b"\r\n" for one in each
    )
    return joined + b"---x---\r\n"


def part(name: str, value: str, headers: str = "") -> str:
    return f'Content-Disposition: form-data; name="{name}"\r\n{headers}\r\n{value}'


class TestInJson:
    @pytest.mark.parametrize("content_type", [JSON, "Application/JSON; Charset=UTF-8"])
    def test_an_object_is_taken(self, content_type: str) -> None:
        assert parse_body(content_type, '{"name":"Лекция","user_id":7}'.encode()) == {
            "name": "Лекция",
            "user_id": 7,
        }

    def test_it_may_begin_with_a_byte_order_mark(self) -> None:
        """Contract: 1.5."""
        assert parse_body(JSON, b'\xef\xbb\xbf{"a":1}') == {"a": 1}
        for body in (b"\xef\xbb\xbf", b'\xef\xbb\xbf\xef\xbb\xbf{"a":1}', b'{\xef\xbb\xbf"a":1}'):
            with pytest.raises(BadBody):
                parse_body(JSON, body)

    @pytest.mark.parametrize("content_type", [None, "", "text/plain", JSON, FORM, MULTIPART, "%"])
    def test_an_empty_body_has_no_arguments_whatever_it_says_it_is(
        self, content_type: str | None
    ) -> None:
        assert parse_body(content_type, b"") == {}

    @pytest.mark.parametrize(
        "body",
        [
            b"nonsense",
            b"{",
            b'{"a":1}}',
            b'{"a":1,}',
            b"null",
            b"[]",
            b'"a"',
            b"12",
            b'{"a":NaN}',
            b'{"a":-Infinity}',
            b'{"a":"\xff"}',
            b'{"a":"\xed\xa0\x80"}',
            '{"a":1}'.encode("utf-16"),
            '{"a":1}'.encode("utf-16-le"),
            b'{"a":' + b"9" * 5000 + b"}",
            b'{"a":"\x00"}',
            b"{'a':1}",
            b'{"a":01}',
            b"{}" * 2,
        ],
    )
    def test_what_is_no_json_object_is_refused(self, body: bytes) -> None:
        with pytest.raises(BadBody):
            parse_body(JSON, body)

    def test_one_name_twice_is_refused(self) -> None:
        with pytest.raises(RepeatedArgument, match="«name»"):
            parse_body(JSON, b'{"name":1,"name":1}')

    def test_what_is_within_an_unknown_field_is_passed_over(self) -> None:
        given = parse_body(JSON, b'{"name":1,"x":{"a":1,"a":2}}')
        assert given["name"] == 1

    @pytest.mark.parametrize("name", ["\\ud800", "a b", "x" * 65, ""])
    def test_a_repeated_name_that_cannot_be_said_is_the_body_s(self, name: str) -> None:
        with pytest.raises(RepeatedArgument, match="«body»"):
            parse_body(JSON, f'{{"{name}":1,"{name}":2}}'.encode())

    def test_nesting_is_allowed_up_to_its_depth(self) -> None:
        def nested(depth: int) -> bytes:
            return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"

        assert parse_body(JSON, nested(MAX_DEPTH))
        for depth in (MAX_DEPTH + 1, 1000, 30_000):
            with pytest.raises(BadBody):
                parse_body(JSON, nested(depth))

    def test_brackets_within_strings_nest_nothing(self) -> None:
        body = json.dumps({"name": '[{"\\' * 1000}).encode()
        assert parse_body(JSON, body) == {"name": '[{"\\' * 1000}

    def test_more_pieces_than_any_call_has_are_refused(self) -> None:
        with pytest.raises(BadBody):
            parse_body(JSON, b'{"a":[' + b"1," * 10_001 + b"1]}")

    def test_looking_at_strings_that_nobody_closed_takes_linear_time(self) -> None:
        assert not is_too_complex(b'"\\' * 500_000)  # for ever, if each were looked at to the end

    @hypothesis.given(
        st.recursive(
            st.text(max_size=9) | st.integers(), lambda inner: st.lists(inner), max_leaves=5
        ),
        st.integers(0, 3) | st.integers(MAX_DEPTH - 5, MAX_DEPTH + 3),
    )
    def test_what_python_writes_is_measured_as_it_is(self, value: object, around: int) -> None:
        for _ in range(around):
            value = [value]

        def depth(some: Any) -> int:
            return 1 + max(map(depth, some), default=0) if isinstance(some, list) else 0

        assert is_too_complex(json.dumps(value).encode()) == (depth(value) > MAX_DEPTH)

    @hypothesis.given(st.binary(max_size=200))
    def test_any_bytes_are_an_object_or_refused(self, body: bytes) -> None:
        try:
            assert isinstance(parse_body(JSON, body), dict)
        except Refusal as refusal:
            assert refusal.text("en") and refusal.text("ru")


class TestInForms:
    def test_urlencoded_is_taken(self) -> None:
        body = b"name=%D0%9B%D0%B5%D0%BA+1&user_id=7&empty="
        assert parse_body(FORM, body) == {"name": "Лек 1", "user_id": "7", "empty": ""}

    @hypothesis.settings(deadline=None)
    @hypothesis.given(st.binary(max_size=40), st.integers(0, 5))
    def test_what_is_escaped_is_read_as_it_was_wherever_a_piece_ends(
        self, value: bytes, before: int
    ) -> None:
        value = b"x" * (PORTION_BYTES - before) + value
        body = f"image={quote_from_bytes(value, safe='')}".encode()
        assert parse_body(FORM, body) == {"image": value.decode("utf-8", "surrogateescape")}

    @pytest.mark.parametrize("escapes", [b"%", b"%41", b"%41x", b"%D0%90", b"%FF", b"%%4"])
    def test_it_is_read_in_a_few_times_its_room_whatever_is_escaped(self, escapes: bytes) -> None:
        body = b"image=" + escapes * (500_000 // len(escapes))
        tracemalloc.start()
        try:
            parse_body(FORM, body)
            _, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak_bytes < 8 * len(body)

    @pytest.mark.parametrize(
        ("value", "meant"), [(b"%", "%"), (b"%4", "%4"), (b"%zz%41", "%zzA"), (b"%%41%", "%A%")]
    )
    def test_what_is_no_escape_stays(self, value: bytes, meant: str) -> None:
        assert parse_query(b"name=" + value) == {"name": meant}

    def test_a_query_is_read_alike(self) -> None:
        assert parse_query("name=Лек+1&flag".encode()) == {"name": "Лек 1", "flag": ""}
        assert parse_query(b"") == {}

    def test_a_name_twice_is_refused(self) -> None:
        with pytest.raises(RepeatedArgument, match="«user_id»"):
            parse_query(b"user_id=1&user_id=1")
        with pytest.raises(RepeatedArgument, match="«user_id»"):
            parse_body(FORM, b"user_id=1&user_id=2")

    def test_more_fields_than_any_call_has_are_refused(self) -> None:
        many = b"&".join(b"f%d=1" % number for number in range(MAX_FIELDS + 1))
        with pytest.raises(InvalidArgument, match="«query»"):
            parse_query(many)
        with pytest.raises(BadBody):
            parse_body(FORM, many)

    @pytest.mark.parametrize(
        "content_type",
        [
            None,
            "",
            "text/plain",
            "application/xml",
            "application/json; charset=utf-16",
            "application/x-www-form-urlencoded; charset=koi8-r",
            "multipart/mixed; boundary=x",
            "json",
            'a/b; c="' + "\\\\" * 4000,  # each pair may be one or two: for ever, were both tried
        ],
    )
    def test_any_other_media_type_is_refused(self, content_type: str | None) -> None:
        with pytest.raises(UnsupportedMediaType):
            parse_body(content_type, b'{"name":"a"}')

    @hypothesis.given(st.binary(max_size=100))
    def test_any_bytes_are_pairs_or_refused(self, body: bytes) -> None:
        for content_type in (FORM, MULTIPART):
            try:
                assert isinstance(parse_body(content_type, body), dict)
            except Refusal as refusal:
                assert refusal.text("en")


class TestInParts:
    def test_texts_and_files_are_taken(self) -> None:
        body = parts(
            part("name", "Лекция"),
            b'Content-Disposition: form-data; name="image"; filename="a.png"\r\n'
            b"Content-Type: image/png\r\n\r\n\x89PNG\r\n\xff",
        )
        assert parse_body(MULTIPART, body) == {"name": "Лекция", "image": b"\x89PNG\r\n\xff"}

    @pytest.mark.parametrize("media_type", ["image/png", "image/jpeg", "application/octet-stream"])
    def test_a_part_without_a_file_name_but_of_another_type_is_a_file(
        self, media_type: str
    ) -> None:
        """Contract: 3.3."""
        head = f'Content-Disposition: form-data; name="image"\r\nContent-Type: {media_type}'
        body = parts(head.encode() + b"\r\n\r\n\x89PNG\xff")
        assert parse_body(MULTIPART, body) == {"image": b"\x89PNG\xff"}

    @pytest.mark.parametrize(
        "media_type", ["text/plain", "Text/Plain; charset=UTF-8", "text/html", "application/json"]
    )
    def test_a_part_of_text_is_no_file(self, media_type: str) -> None:
        body = parts(part("name", "a", headers=f"Content-Type: {media_type}\r\n"))
        assert parse_body(MULTIPART, body) == {"name": "a"}

    @pytest.mark.parametrize(
        "body",
        [
            b"nonsense",
            b"---x-\r\n",
            parts(part("name", "a"))[:-6],
            parts("Content-Type: text/plain\r\n\r\na"),
            parts("Content-Disposition: form-data\r\n\r\na"),
            parts("Content-Disposition: attachment; name=a\r\n\r\na"),
            parts("no header\r\n\r\na"),
            parts(b'Content-Disposition: form-data; name="\xff"\r\n\r\na'),
            parts(part("name", "a", headers="X: " + "y" * 9000 + "\r\n")),
            parts(*(part(f"f{number}", "a") for number in range(300))),
        ],
    )
    def test_what_is_malformed_is_refused(self, body: bytes) -> None:
        with pytest.raises(BadBody):
            parse_body(MULTIPART, body)

    @pytest.mark.parametrize("given", ["", "; boundary=", "; boundary=другая", "; boundary=y"])
    def test_a_boundary_that_is_not_there_is_refused(self, given: str) -> None:
        with pytest.raises(BadBody):
            parse_body("multipart/form-data" + given, parts(part("name", "a")))

    def test_the_same_field_twice_is_refused(self) -> None:
        with pytest.raises(RepeatedArgument, match="«name»"):
            parse_body(MULTIPART, parts(part("name", "a"), part("name", "a")))

    def test_a_text_in_an_unknown_charset_is_refused(self) -> None:
        with pytest.raises(UnsupportedMediaType):
            strange = part("name", "a", headers="Content-Type: text/plain; charset=klingon\r\n")
            parse_body(MULTIPART, parts(strange))
