"""Builds the use cases, once: a full resolve costs as much as a whole request. Decision 0034."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, get_type_hints

from attendance_adapters.together import concurrently
from attendance_core import building, ports
from attendance_core.marking.terms import Terms
from attendance_core.recovery.recover_account import RecoverAccount
from attendance_core.use_cases import UseCases

if TYPE_CHECKING:
    import punq


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
    """Builds every use case over these ports; by the core alone where punq is not installed."""
    given: dict[str, Any] = {
        "transact": transact,
        "observe": observe,
        "browse": browse,
        "files": files,
        "pictures": pictures,
        "passwords": passwords,
        "ids": ids,
        "provider": provider,
        "terms": terms,
        "together": concurrently,
    }
    container = _container()
    if container is None:
        return building.build_use_cases(**given)
    use_cases = container.resolve(UseCases, **given)
    assert isinstance(use_cases, UseCases)
    return use_cases


@cache
def _container() -> punq.Container | None:
    """Registers what is built; its ports are given by their names to each that is resolved.

    None without punq. To read the types of a hundred constructors takes longer than to call them.
    """
    try:
        import punq
    except ModuleNotFoundError:
        return None
    container = punq.Container()
    for use_case in (RecoverAccount, UseCases, *get_type_hints(UseCases).values()):
        container.register(use_case)
    return container
