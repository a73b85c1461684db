"""The words of an exported sheet, for people. Contract: 8.13."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attendance_core.errors import Language

# By what they are called on the wire
WORDS: Final[Mapping[Language, Mapping[str, Any]]] = {
    "ru": {
        "title": "Посещаемость",
        "starts": "Начало",
        "ends": "Конец",
        "columns": (
            "№",
            "Имя",
            "Под каким именем",
            "Зачётка",
            "Состояние",
            "Когда",
            "Кто отметил",
            "Чья отметка",
            "Примечание",
            "Отменено",
        ),
        "confirmed": "проверена",
        "joined": "в списке",
        "waiting": "ждёт",
        "held": "отмечают",
        "marked": "отмечен",
        "left": "вышел",
        "organiser": "организатора",
        "checked": "с зачёткой",
        "peer": "студента",
        "wrong_person": "отмечен другой человек",
        "not_present": "не было на занятии",
        "duplicate": "отмечен дважды",
        "not_me": "«это не я»",
        "other": "другое",
        "annulled": "отметил {marked_by} {marked_at}, отменил {by} {at}: {reason}",
        "before": "ещё раньше: {count}",
        "counts": {
            "joined": "Всего",
            "waiting": "Ждут",
            "held": "Отмечают сейчас",
            "marked": "Отмечено",
        },
        "made": "Составлено",
    },
    "en": {
        "title": "Attendance",
        "starts": "Start",
        "ends": "End",
        "columns": (
            "No.",
            "Name",
            "Marked as",
            "Record",
            "State",
            "Marked at",
            "Marked by",
            "Grade",
            "Note",
            "Annulled",
        ),
        "confirmed": "checked",
        "joined": "joined",
        "waiting": "waiting",
        "held": "being marked",
        "marked": "marked",
        "left": "left",
        "organiser": "organiser",
        "checked": "checked",
        "peer": "peer",
        "wrong_person": "somebody else was meant",
        "not_present": "not present",
        "duplicate": "marked twice",
        "not_me": "“that is not me”",
        "other": "another reason",
        "annulled": "marked by {marked_by} {marked_at}, annulled by {by} {at}: {reason}",
        "before": "before these: {count}",
        "counts": {
            "joined": "Total",
            "waiting": "Waiting",
            "held": "Being marked",
            "marked": "Marked",
        },
        "made": "Made",
    },
}
