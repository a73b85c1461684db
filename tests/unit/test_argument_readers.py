"""How each argument is read, and what is said where it cannot be."""

from __future__ import annotations

import base64
import math
import tracemalloc
from typing import Any
from urllib.parse import quote
from uuid import UUID

import msgspec
import pytest

from attendance_core.errors import InvalidArgument, MissingArgument
from attendance_core.texts import MAX_COMBINING_MARKS
from attendance_web.http.argument_readers import reader_of
from attendance_web.http.body_parsing import parse_query
from attendance_web.structs.arguments import EventRef, Image, PersonId, RowLimit, UnixTime

SOME_ID = "0f8fad5b-d9cb-469f-a165-70867728950e"


class Everything(msgspec.Struct, frozen=True):
    """One of each kind."""

    user_id: PersonId | None = None
    time_from: UnixTime | None = None
    limit: RowLimit = 20
    event_id: EventRef | None = None
    name: str | None = None
    image: Image | None = None
    newest_first: bool = False


class Needed(msgspec.Struct, frozen=True):
    """Two that are needed."""

    name: str
    user_id: PersonId


def read(**given: Any) -> Everything:
    found: Everything = reader_of(Everything)(given)
    return found


class TestReading:
    @pytest.mark.parametrize(
        ("given", "meant"), [(7, 7), ("7", 7), ("007", 7), (2**63 - 1, 2**63 - 1), (12.0, 12)]
    )
    def test_an_id_is_a_number_or_its_digits(self, given: Any, meant: int) -> None:
        """Contract: 1.5."""
        assert read(user_id=given).user_id == meant

    @pytest.mark.parametrize(
        "given",
        [
            *(
                0,
                -1,
                2**63,
                2**64,
                1.5,
                1e300,
                2.0**54,
                math.nan,
                math.inf,
                -7.0,
                True,
                False,
                [7],
                {"id": 7},
                b"7",
            ),
            *("", " 7", "7 ", "+7", "-7", "1e3", "12.0", "0x7", "1_0", "None", "7\x00"),
            *("٧", "７", "9" * 5000),
        ],
    )
    def test_nothing_else_is_an_id(self, given: Any) -> None:
        with pytest.raises(InvalidArgument, match="«user_id»"):
            read(user_id=given)

    @pytest.mark.parametrize("given", [0, "1800000000", 253_402_300_799, 1795850248.0, 0.0])
    def test_a_time_is_whole_seconds(self, given: Any) -> None:
        """Contract: 1.13."""
        assert type(read(time_from=given).time_from) is int
        assert read(time_from=given).time_from == int(given)

    @pytest.mark.parametrize("given", [-1, 253_402_300_800, 1.5, "1.5", True, "2027-01-01"])
    def test_nothing_else_is_a_time(self, given: Any) -> None:
        with pytest.raises(InvalidArgument, match="«time_from»"):
            read(time_from=given)

    def test_a_limit_is_at_least_one(self) -> None:
        assert read(limit="5").limit == 5
        for given in (0, "0", -1, 2**31):
            with pytest.raises(InvalidArgument, match="«limit»"):
                read(limit=given)

    @pytest.mark.parametrize("given", [SOME_ID, SOME_ID.upper()])
    def test_an_event_id_has_36_characters_in_either_case(self, given: Any) -> None:
        assert read(event_id=given).event_id == UUID(SOME_ID)

    @pytest.mark.parametrize(
        "given",
        [
            "",
            SOME_ID.replace("-", ""),
            f"{{{SOME_ID}}}",
            f"urn:uuid:{SOME_ID}",
            SOME_ID + "\n",
            f" {SOME_ID}",
            SOME_ID[:-1],
            SOME_ID.replace("-", "_"),
            SOME_ID.replace("0", "g"),
            SOME_ID.replace("0", "٠"),
            "0f8fad5bd-9cb-469f-a165-70867728950e",
            12,
            None.__class__,
        ],
    )
    def test_nothing_else_is_an_event_id(self, given: Any) -> None:
        with pytest.raises(InvalidArgument, match="«event_id»"):
            read(event_id=given)

    @pytest.mark.parametrize("given", [True, "true", "1"])
    def test_a_flag_is_true_or_false_in_a_body_or_a_query(self, given: Any) -> None:
        assert read(newest_first=given).newest_first is True
        assert (
            read(newest_first={True: False, "true": "false", "1": "0"}[given]).newest_first is False
        )

    @pytest.mark.parametrize("given", ["", "yes", "True", 1, 0, [], {}, b"1"])
    def test_nothing_else_is_a_flag(self, given: Any) -> None:
        with pytest.raises(InvalidArgument, match="«newest_first»"):
            read(newest_first=given)

    @pytest.mark.parametrize(
        "given", ["a\x00b", "\ud800", "a\udfff", 12, True, 1.5, ["a"], {}, b"a"]
    )
    def test_what_no_store_keeps_is_no_text(self, given: Any) -> None:
        with pytest.raises(InvalidArgument, match="«name»"):
            read(name=given)

    @pytest.mark.parametrize("query", [b"name=%FF", b"name=\xff", b"name=%ED%A0%80", b"name=%00"])
    def test_what_is_no_text_is_refused_by_the_field(self, query: bytes) -> None:
        with pytest.raises(InvalidArgument, match="«name»"):
            read(**parse_query(query))

    def test_a_query_in_another_charset_is_not_valid_rather_than_missing(self) -> None:
        for name in (quote("Ольга".encode("cp1251")).encode(), "Ольга".encode("koi8-r")):
            with pytest.raises(InvalidArgument, match="«name»"):
                reader_of(Needed)(parse_query(b"user_id=7&name=" + name))

    @pytest.mark.parametrize("marks", ["\u0300\u0316", "\u0f73\u0f71", "\uff9e\u0300"])
    def test_a_letter_has_only_so_many_marks(self, marks: str) -> None:
        """Contract: 1.13."""
        half = MAX_COMBINING_MARKS // 2
        allowed = f"e{marks * half}o{marks * half}"
        assert read(name=allowed).name == allowed
        with pytest.raises(InvalidArgument, match="«name»"):
            read(name=f"e{marks * half}{marks[0]}")

    def test_a_file_where_a_text_is_expected_is_refused(self) -> None:
        with pytest.raises(InvalidArgument, match="«name»"):
            read(name=b"a")

    def test_a_text_that_is_no_base64_is_refused_before_all_of_it_is_looked_at(self) -> None:
        given = "\U0001f600" + "A" * 100_000
        tracemalloc.start()
        try:
            with pytest.raises(InvalidArgument, match="«image»"):
                read(image=given)
            _, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak_bytes < len(given)

    def test_a_file_comes_as_it_is_or_in_base64(self) -> None:
        content = bytes(range(256))
        written = base64.b64encode(content).decode()
        for given in (
            content,
            written,
            f"data:image/png;base64,{written}",
            f"DATA:;BASE64,{written}",
            written.rstrip("="),
            "\r\n".join(written[at : at + 4] for at in range(0, len(written), 4)) + "\n",
            written.replace("+", "-").replace("/", "_"),
        ):
            assert read(image=given).image == content

    @pytest.mark.parametrize(
        "given",
        ["not base64", "Y", "YQ==YQ==", "data:image/png,YQ==", "é", "\ud800", 7, []],
    )
    def test_nothing_else_is_a_file(self, given: Any) -> None:
        with pytest.raises(InvalidArgument, match="«image»"):
            read(image=given)

    def test_what_is_needed_is_missed_before_anything_is_wrong(self) -> None:
        for given in ({"user_id": "x"}, {"name": None, "user_id": "x"}):
            with pytest.raises(MissingArgument, match="«name»"):
                reader_of(Needed)(given)

    def test_null_is_as_if_it_were_not_there(self) -> None:
        assert read(name=None, limit=None) == Everything()

    def test_unknown_fields_are_ignored(self) -> None:
        assert read(strange="\x00", more=[1]) == Everything()

    def test_a_declaration_that_nobody_can_read_is_our_own_slip(self) -> None:
        class Odd(msgspec.Struct):
            when: float

        with pytest.raises(TypeError, match="never declared"):
            reader_of(Odd)
