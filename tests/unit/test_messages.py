"""What a frame says of people who are at hand, and of those who are not."""

from __future__ import annotations

import json

from attendance_core.marking.frames import Listed, MarkingList, UserJoined
from attendance_core.profiles import ProfileSummary
from attendance_core.vocabulary import FileKey, UserId
from attendance_web.live.messages import encode, spell_person

ANNA, BORIS = UserId(1), UserId(2)


class TestPeople:
    anna = ProfileSummary(ANNA, "Анна", FileKey("a.jpg"), confirmed=True, group="БПМИ-231")

    def told(self, frame: MarkingList | UserJoined) -> dict[str, object]:
        params: dict[str, object] = json.loads(
            encode(frame, "en", {ANNA: spell_person(self.anna)}).payload
        )["params"]
        return params

    def test_the_list_has_those_who_are_at_hand(self) -> None:
        assert self.told(MarkingList((Listed(BORIS, 1.5), Listed(ANNA, 2.5)))) == {
            "marking_list": [BORIS, ANNA],
            "asked_at": [1.5, 2.5],
            "users": [
                {
                    "user_id": ANNA,
                    "display_name": "Анна",
                    "pic": "/pictures/a.jpg",
                    "confirmed": True,
                    "group": "БПМИ-231",
                }
            ],
        }

    def test_one_who_is_not_at_hand_comes_as_an_id(self) -> None:
        assert "user" in self.told(UserJoined(ANNA, 1.5))
        assert self.told(UserJoined(BORIS, 1.5)) == {"user_id": BORIS, "asked_at": 1.5}
