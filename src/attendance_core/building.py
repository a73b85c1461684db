"""Builds the use cases by the types of their fields, without any package. Decision 0034."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any, get_type_hints

from attendance_core import ports
from attendance_core.marking.terms import Terms
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
    together: ports.Together = ports.one_after_another,
) -> UseCases:
    """Builds every use case over these ports."""
    given: dict[Any, Any] = {
        ports.Transact: transact,
        ports.Observe: observe,
        ports.Browse: browse,
        ports.Files: files,
        ports.Pictures: pictures,
        ports.Passwords: passwords,
        ports.Ids: ids,
        ports.IdentityProvider: provider,
        ports.Together: together,
        Terms: terms,
    }

    def build(kind: Any) -> Any:
        """Builds one of a class: a use case of ports and use cases, or all of them."""
        return kind(
            **{
                field: given[wanted] if wanted in given else build(wanted)
                for field, wanted in _field_types(kind).items()
            }
        )

    use_cases: UseCases = build(UseCases)
    return use_cases


@cache
def _field_types(kind: type[Any]) -> Mapping[str, Any]:
    """Reads the types of the fields of a class; keeps them: that takes longer than to build one."""
    types = get_type_hints(kind)
    return {each.name: types[each.name] for each in fields(kind)}
