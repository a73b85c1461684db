"""The envelope of an answer, of whatever was raised, too. Contract: 1.1."""

from __future__ import annotations

import logging
from typing import Any, cast

import pytest
from litestar import Request
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from litestar.types import HTTPScope

from attendance_core.errors import TooManyRequests, Unavailable
from attendance_web.http.envelope import failure, success
from attendance_web.http.exception_handlers import EXCEPTION_HANDLERS
from attendance_web.wire.refusals import WrongMethod
from tests.support.envelopes import said


def handled(error: Exception, *headers: tuple[bytes, bytes]) -> Any:
    scope = cast(HTTPScope, {"type": "http", "headers": list(headers)})
    request: Request[Any, Any, Any] = Request(scope)
    return EXCEPTION_HANDLERS[Exception](request, error)


class TestAnswers:
    """Contract: 1.1."""

    def test_success_without_anything_to_say_is_an_empty_response(self) -> None:
        answer = success(None, [])
        assert answer.content == b'{"error":0,"error_msg":"","response":{}}'
        assert answer.status_code == 200

    def test_an_empty_list_is_something_to_say(self) -> None:
        assert said(success([], []))["response"] == []

    def test_too_many_requests_say_when_to_come_back(self) -> None:
        answer = failure(TooManyRequests(seconds=7), "en")
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
        assert "7" in said(answer)["error_msg"]

    def test_a_wrong_method_is_told_which_is_right(self) -> None:
        assert failure(WrongMethod(allowed="POST"), "en").headers["Allow"] == "POST"

    def test_nothing_is_kept_on_the_way(self) -> None:
        assert success(None, []).headers["Cache-Control"] == "no-store"
        assert failure(TooManyRequests(seconds=7), "en").headers["Cache-Control"] == "no-store"


class TestWhatWasRaised:
    def test_what_is_not_there_just_now_says_to_try_again(self) -> None:
        answer = handled(Unavailable())
        assert (answer.status_code, said(answer)["error"]) == (503, -1)
        assert answer.headers["Retry-After"] == "1"

    def test_and_the_log_on_one_line_why(self, caplog: pytest.LogCaptureFixture) -> None:
        """Thousands of calls fail in an outage of seconds: a traceback of each fills a disk."""
        unavailable = Unavailable()
        unavailable.__cause__ = OSError("the disk is full")
        handled(unavailable)
        handled(Unavailable())
        assert [each.exc_info for each in caplog.records] == [None, None]
        first, second = caplog.messages
        assert first.endswith(": OSError: the disk is full") and len(second) > 20

    def test_our_own_slip_tells_nothing_and_the_log_everything(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.ERROR)
        answer = handled(ZeroDivisionError("SELECT secret"), (b"accept-language", b"en"))
        assert (answer.status_code, said(answer)["error"]) == (500, -1)
        assert said(answer)["error_msg"] == "Something went wrong on our side"
        assert "SELECT secret" in caplog.text

    @pytest.mark.parametrize(
        ("error", "number", "status"),
        [
            (NotFoundException(), 8, 404),
            (MethodNotAllowedException(headers={"allow": "GET, OPTIONS"}), 8, 405),
            (HTTPException(status_code=400), 8, 400),
            (HTTPException(status_code=500), -1, 500),
        ],
    )
    def test_the_framework_s_own_refusals_are_in_the_envelope(
        self, error: Exception, number: int, status: int
    ) -> None:
        answer = handled(error)
        assert (said(answer)["error"], answer.status_code) == (number, status)

    def test_the_options_of_the_framework_are_no_method_of_ours(self) -> None:
        answer = handled(MethodNotAllowedException(headers={"allow": "GET, OPTIONS"}))
        assert answer.headers["Allow"] == "GET, HEAD"

    @pytest.mark.parametrize(
        ("header", "text"), [(b"ru", "Такого вызова нет"), (b"en", "There is no such call")]
    )
    def test_a_person_reads_it_in_their_language(self, header: bytes, text: str) -> None:
        assert said(handled(NotFoundException(), (b"accept-language", header)))["error_msg"] == text
