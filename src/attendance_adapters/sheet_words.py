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
        "joined": "ещё не в списке",
        "waiting": "ждёт",
        "held": "сейчас отмечают",
        "marked": "есть отметка",
        "left": "отметка отменена",
        "organiser": "организатор",
        "checked": "с зачёткой",
        "peer": "студент",
        "wrong_person": "отмечен другой человек",
        "not_present": "не было на занятии",
        "duplicate": "повторная отметка",
        "not_me": "«это не я»",
        "other": "другое",
        "annulled": "отметка {marked_at} ({marked_by}) отменена {at} ({by}): {reason}",
        "before": "ещё раньше: {count}",
        "counts": {
            "joined": "Всего",
            "waiting": "Ждут",
            "held": "Сейчас отмечают",
            "marked": "Отмечено",
            "participants": "Без организатора и ушедших",
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
        "left": "mark cancelled",
        "organiser": "organiser",
        "checked": "checked",
        "peer": "peer",
        "wrong_person": "somebody else was meant",
        "not_present": "not present",
        "duplicate": "marked twice",
        "not_me": "“that is not me”",
        "other": "another reason",
        "annulled": "mark of {marked_at} ({marked_by}) cancelled {at} ({by}): {reason}",
        "before": "before these: {count}",
        "counts": {
            "joined": "Total",
            "waiting": "Waiting",
            "held": "Being marked",
            "marked": "Marked",
            "participants": "Without organiser and those who left",
        },
        "made": "Made",
    },
}
