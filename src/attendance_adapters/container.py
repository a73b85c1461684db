"""Builds the use cases, once: a full resolve costs as much as a whole request."""

from __future__ import annotations

from typing import get_type_hints

import punq

from attendance_adapters.together import concurrently
from attendance_core import ports
from attendance_core.marking.terms import Terms
from attendance_core.recovery.comebacks import ComeBack
from attendance_core.use_cases import UseCases


def build_use_cases(
    *,
    transact: ports.Transact,
    observe: ports.Observe,
    browse: ports.Browse,
    files: ports.Files,
    pictures: ports.Pictures,
    passwords: ports.Passwords,
    ids: ports.Ids,
    provider: ports.IdentityProvider,
    terms: Terms,
) -> UseCases:
    """Builds every use case over these ports."""
    container = punq.Container()
    container.register(ports.Transact, instance=transact)
    container.register(ports.Observe, instance=observe)
    container.register(ports.Browse, instance=browse)
    container.register(ports.Files, instance=files)
    container.register(ports.Pictures, instance=pictures)
    container.register(ports.Passwords, instance=passwords)
    container.register(ports.Ids, instance=ids)
    container.register(ports.IdentityProvider, instance=provider)
    container.register(Terms, instance=terms)
    container.register(ports.Together, instance=concurrently)
    container.register(ComeBack)
    for use_case in get_type_hints(UseCases).values():
        container.register(use_case)
    container.register(UseCases)
    use_cases = container.resolve(UseCases)
    assert isinstance(use_cases, UseCases)
    return use_cases
