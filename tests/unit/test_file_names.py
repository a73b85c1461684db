"""RFC 6266: what is not ASCII is spelled out, and there is another name beside it."""

from __future__ import annotations

import pytest

from attendance_web.http.file_names import MAX_NAME_BYTES, content_disposition, file_name


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Lecture 1", "Lecture 1"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ('a"b\\c:d*e?f<g>h|i', "a_b_c_d_e_f_g_h_i"),
        ("\u202egpj.exe\u200f", "gpj.exe"),
        (" . ", "attendance"),
        ("\u200b", "attendance"),
        ("😀 Ёж שרה", "😀 Ёж שרה"),
    ],
)
def test_no_system_takes_it_for_anything_else(name: str, kept: str) -> None:
    assert file_name(name) == kept


def test_it_is_short_enough_and_no_letter_is_cut_in_two() -> None:
    assert file_name("Ж" * 128) == "Ж" * (MAX_NAME_BYTES // 2)
    assert len(file_name("a" + "😀" * 127).encode()) <= MAX_NAME_BYTES


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("Lecture 1", "filename=\"Lecture 1.csv\"; filename*=UTF-8''Lecture%201.csv"),
        ("100%", "filename=\"attendance.csv\"; filename*=UTF-8''100%25.csv"),
        ("Ё\r\nX: y", "filename=\"attendance.csv\"; filename*=UTF-8''%D0%81X_%20y.csv"),
    ],
)
def test_the_header_is_ascii(name: str, header: str) -> None:
    assert content_disposition(name, "csv") == f"attachment; {header}"
