"""The contracts of the kit ask a store and a notifier for all that a service asks them for."""

from __future__ import annotations

from attendance_adapters.service_ports import Notifier, Store
from attendance_core import ports
from attendance_core.testing.notifier import ASKED_OF_A_NOTIFIER
from attendance_core.testing.stores.transactions import ASKED_OF_A_STORE


def asked_by(*protocols: type) -> set[str]:
    """Names what they ask for."""
    named = [name for each in protocols for name in (*vars(each), *each.__annotations__)]
    return {name for name in named if not name.startswith("_")}


def test_of_a_store() -> None:
    assert asked_by(Store) == {*ASKED_OF_A_STORE}


def test_of_a_notifier() -> None:
    assert asked_by(Notifier, ports.Notifier) == {*ASKED_OF_A_NOTIFIER}
