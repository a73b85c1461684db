"""Which number, status, code and texts a refusal has on the wire. Contract: 1.2, 1.15."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

import attendance_web
from attendance_core import errors
from attendance_core.errors import Refusal, RefusalKind, Unavailable
from attendance_web.http.envelope import encode_refusal, failure
from attendance_web.http.wire_codes import WIRE_CODES, wire_code_of
from attendance_web.wire import refusals
from tests.support.envelopes import said

# Contract: 1.2
PROMISED = {
    "InvalidArgument": (1, 200),
    "BadLength": (1, 200),
    "BadBody": (1, 200),
    "RepeatedArgument": (1, 200),
    "MissingArgument": (2, 200),
    "NotTheCreator": (3, 200),
    "WrongCredentials": (3, 200),
    "WrongPassword": (3, 200),
    "LogInAgain": (3, 200),
    "AlreadyJoined": (3, 200),
    "UnsupportedMediaType": (4, 200),
    "PersonNotFound": (5, 200),
    "EventNotFound": (5, 200),
    "UsernameTaken": (6, 200),
    "EventNameTaken": (6, 200),
    "NotLoggedIn": (7, 401),
    "CsrfFailed": (8, 403),
    "ForeignOrigin": (8, 403),
    "UnknownPath": (8, 404),
    "WrongMethod": (8, 405),
    "BodyTooSlow": (8, 408),
    "BodyTooLarge": (8, 413),
    "TooManyRequests": (8, 429),
}
# Contract: 1.15: a code is the name of a class, and stays when that gets another one
GIVEN_OUT = """
    already_holding already_joined already_marked bad_body bad_characters bad_event_id bad_frame
    bad_length bad_params bad_picture bad_request bad_times bad_username board_not_found
    body_too_large body_too_slow changed client_left common_password csrf_failed event_name_taken
    event_not_found event_not_started event_over event_started foreign_origin friend_of_oneself
    head_too_large heic_picture helper_of_oneself holding_somebody invalid_argument left_event
    linked_to_another log_in_not_begun no_provider only_way_in provider_distrusted provider_refused
    too_many_links
    log_in_again may_not_annul may_not_mark may_not_review missing_argument missing_scope
    nobody_held not_a_moderator not_an_organiser not_held not_joined not_logged_in not_taken
    not_the_creator not_waiting other_person person_not_found picture_too_large repeated_argument
    scan_not_found somebody_took_part somebody_was_marked taken too_many_events too_many_frames
    too_many_helpers too_many_requests too_many_rows too_many_sockets too_many_tokens too_short
    too_soon unknown_message unknown_path unsupported_media_type username_taken wrong_credentials
    wrong_method wrong_password wrong_recovery_code wrong_reset_link you_are_waiting yourself
"""
WORDS = {
    "field": "name",
    "least": 1,
    "most": 2,
    "seconds": 3,
    "minutes": 4,
    "allowed": "GET",
    "fields": "name, bio",
}


def refusal(name: str) -> Refusal:
    kind = getattr(refusals, name, None) or getattr(errors, name)
    made: Refusal = kind(**WORDS)
    return made


def every_refusal(of: type[Refusal] = Refusal) -> list[type[Refusal]]:
    return [each for kind in of.__subclasses__() for each in (kind, *every_refusal(kind))]


class TestRefusals:
    @pytest.mark.parametrize("name", PROMISED)
    def test_a_refusal_has_the_number_and_the_status_it_was_promised(self, name: str) -> None:
        wire_code = wire_code_of(refusal(name))
        assert (wire_code.error, wire_code.status) == PROMISED[name]

    def test_every_kind_has_a_number(self) -> None:
        assert set(RefusalKind) <= set(WIRE_CODES)

    @pytest.mark.parametrize("kind", every_refusal(), ids=lambda kind: kind.__name__)
    def test_every_refusal_can_be_said_in_both_languages(self, kind: type[Refusal]) -> None:
        for language in ("en", "ru"):
            answer = failure(kind(**WORDS), language)
            told = said(answer)
            assert told["error"] > 0 and told["error_msg"] == kind(**WORDS).text(language)
            assert "response" not in told

    @pytest.mark.parametrize("kind", every_refusal(), ids=lambda kind: kind.__name__)
    def test_every_refusal_has_a_name_for_programs(self, kind: type[Refusal]) -> None:
        """Contract: 1.15."""
        answer = failure(kind(**WORDS), "ru")
        assert said(answer)["code"] == kind.code
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", kind.code)

    def test_one_about_an_argument_names_it_for_programs_too(self) -> None:
        """Contract: 1.15."""
        assert said(failure(errors.MissingArgument(field="bio"), "ru"))["field"] == "bio"
        assert "field" not in said(failure(errors.EventNotFound(), "ru"))
        for error, field in (
            (errors.EventNameTaken(), "name"),
            (errors.UsernameTaken(), "username"),
            (errors.BadUsername(), "username"),
            (errors.EventStarted(), "time_from"),
            (errors.HeicPicture(), "image"),
            (refusals.CsrfFailed(), "X-CSRFToken"),
        ):
            assert said(failure(error, "ru"))["field"] == field
        assert "field" not in said(failure(Unavailable(), "ru"))

    def test_no_name_that_programs_may_know_is_ever_lost(self) -> None:
        """Contract: 1.15. A new one is added to the list."""
        assert {kind.code for kind in every_refusal()} == set(GIVEN_OUT.split())

    def test_what_is_our_fault_has_a_name_for_programs_too(self) -> None:
        assert said(failure(Unavailable(), "en"))["code"] == "unavailable"
        assert said(failure(ZeroDivisionError(), "en"))["code"] == "internal_error"

    def test_what_is_said_at_the_door_has_a_name_for_programs_too(self) -> None:
        told = msgspec.json.decode(encode_refusal(refusal("HeadTooLarge"), "en"))
        assert told["code"] == "head_too_large"

    @pytest.mark.parametrize(
        ("making", "file"), [("WireCode", "http/wire_codes.py"), ("Envelope", "http/envelope.py")]
    )
    def test_nothing_else_knows_a_number(self, making: str, file: str) -> None:
        folder = Path(attendance_web.__file__).parent
        knowing = [
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*.py")
            if re.search(rf"\b{making}\(", path.read_text("utf-8"))
        ]
        assert knowing == [file]
