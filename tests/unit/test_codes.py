"""Codes of events: how they are drawn, typed and found. Contract: 8.10."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from attendance_adapters.system import RandomIds
from attendance_core.errors import EventNotFound
from attendance_core.events import (
    CODE_LETTERS,
    CreateEvent,
    DeleteEvent,
    Event,
    GetEventByCode,
    event_code_of,
)
from attendance_core.testing.clock import NOON
from attendance_core.testing.machine.driving import drive
from attendance_core.testing.stand_ins import CountedIds
from attendance_core.vocabulary import EventCode, UserId
from tests.support.world import World

ANNA = UserId(1)


@dataclass
class DrawsAsTold(CountedIds):
    """Draws what the test says, one after the other."""

    codes: list[str] = field(default_factory=list)

    def event_code(self) -> EventCode:
        return EventCode(self.codes.pop(0))


def create_event(world: World, name: str, *codes: str) -> Event:
    create = CreateEvent(world.store.transact, DrawsAsTold(world.ids.numbers, list(codes)))
    return drive(create(actor=ANNA, name=name, starts_at=NOON, ends_at=NOON + 60))


class TestLetters:
    def test_there_are_30_and_none_is_taken_for_another(self) -> None:
        assert len(set(CODE_LETTERS)) == len(CODE_LETTERS) == 30
        for alike in ("0O", "1IL", "UV"):
            assert len(set(alike) & set(CODE_LETTERS)) <= 1

    def test_six_are_drawn_by_chance(self) -> None:
        drawn = [RandomIds().event_code() for _ in range(2000)]
        assert {len(code) for code in drawn} == {6}
        assert {letter for code in drawn for letter in code} == set(CODE_LETTERS)
        assert len(set(drawn)) > 1990


class TestTyping:
    @pytest.mark.parametrize("typed", ["K7M2XP", "k7m2xp", "k7M2xP"])
    def test_either_case_will_do(self, typed: str) -> None:
        assert event_code_of(typed) == "K7M2XP"

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "K7M2X",
            "K7M2XPP",
            "K7M2XO",
            "K7M2X0",
            "K7M2X1",
            "k7m2xl",
            "K7M2X ",
            "K7M2X\n",
            "K7M2X\x00",
            "K7M2X\udcff",
            "K7M2X/",
            "К7М2ХР",  # Cyrillic
            "k7m2\u017fp",  # a long s, which becomes an S
            "\u212a7M2XP",  # the sign of Kelvin, which becomes a k
            "\uff2b7M2XP",  # a wide K
            "K7M2\ufb06",  # a ligature, which becomes two letters
            "K" * 10_000,
        ],
    )
    def test_what_can_be_no_code_is_none(self, typed: str) -> None:
        assert event_code_of(typed) is None


class TestCreateEvent:
    def test_a_code_that_is_taken_is_drawn_again(self) -> None:
        world = World()
        first = create_event(world, "First", "K7M2XP")
        second = create_event(world, "Second", "K7M2XP", "K7M2XP", "222222")
        assert (first.code, second.code) == ("K7M2XP", "222222")

    def test_that_of_a_deleted_event_is_free(self) -> None:
        world = World()
        first = create_event(world, "First", "K7M2XP")
        drive(DeleteEvent(world.store.transact)(actor=ANNA, event_id=first.event_id))
        assert create_event(world, "Second", "K7M2XP").code == "K7M2XP"


class TestGetEventByCode:
    def test_it_is_found_in_either_case(self) -> None:
        world = World()
        event = create_event(world, "First", "K7M2XP")
        get = GetEventByCode(world.store.observe)
        for typed in ("K7M2XP", "k7m2xp"):
            assert drive(get(code=typed)) == event

    @pytest.mark.parametrize("typed", ["222222", "none", "", "\u212a7M2XP"])
    def test_what_no_event_has_is_not_found(self, typed: str) -> None:
        world = World()
        create_event(world, "First", "K7M2XP")
        with pytest.raises(EventNotFound):
            drive(GetEventByCode(world.store.observe)(code=typed))
