"""Puts the use cases together, once: a full resolve costs as much as a whole request."""

from __future__ import annotations

from typing import get_type_hints

import punq

from attendance_adapters.together import at_once
from attendance_core import ports
from attendance_core.marking.connections import Terms
from attendance_core.use_cases import UseCases


def use_cases_over(
    *,
    transact: ports.Transact,
    observe: ports.Observe,
    files: ports.Files,
    pictures: ports.Pictures,
    passwords: ports.Passwords,
    ids: ports.Ids,
    terms: Terms,
) -> UseCases:
    """Every use case over these ports."""
    container = punq.Container()
    container.register(ports.Transact, instance=transact)
    container.register(ports.Observe, instance=observe)
    container.register(ports.Files, instance=files)
    container.register(ports.Pictures, instance=pictures)
    container.register(ports.Passwords, instance=passwords)
    container.register(ports.Ids, instance=ids)
    container.register(Terms, instance=terms)
    container.register(ports.Together, instance=at_once)
    for use_case in get_type_hints(UseCases).values():
        container.register(use_case)
    container.register(UseCases)
    made = container.resolve(UseCases)
    assert isinstance(made, UseCases)
    return made
