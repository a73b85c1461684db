"""The published contracts name what is wrong with files and with a notifier: faults, planted."""

from __future__ import annotations

from pathlib import Path

import pytest

from attendance_core.testing import notifier as contract_of_notifiers
from tests.support.spoilt_files import FILE_FAULTS
from tests.support.spoilt_notifiers import NOTIFIER_FAULTS
from tests.support.stranger import SETTINGS, outcomes_of

MODULE = """
import pytest
from attendance_core.testing import FilesContract, NotifierContract
from tests.support.spoilt_files import FILE_FAULTS, ClaimedFiles
from tests.support.spoilt_notifiers import NOTIFIER_FAULTS

def files_of(made):
    class Contract(FilesContract):
        @pytest.fixture
        def files(self):
            return made()
    return Contract

def notifiers_of(made):
    class Contract(NotifierContract):
        @pytest.fixture
        def notifiers(self):
            notifier = made()
            return notifier, notifier
    return Contract

TestClaimed = files_of(ClaimedFiles)
for number, made in enumerate(FILE_FAULTS):
    globals()[f"TestFiles{number}"] = files_of(made)
for number, made in enumerate(NOTIFIER_FAULTS):
    globals()[f"TestNotifier{number}"] = notifiers_of(made)
"""


def test_each_is_named_by_a_test_of_the_contract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contract_of_notifiers, "PATIENCE_SECONDS", 0.1)
    names = [f"TestFiles{number}::{name}" for number, name in enumerate(FILE_FAULTS.values())]
    names += [
        f"TestNotifier{number}::{name}" for number, name in enumerate(NOTIFIER_FAULTS.values())
    ]
    found = outcomes_of(MODULE, tmp_path, *names, settings=SETTINGS)
    assert found == dict.fromkeys(names, "failed in call")


def test_files_that_are_listed_and_claimed_without_a_fault_pass(tmp_path: Path) -> None:
    found = outcomes_of(MODULE, tmp_path, "TestClaimed", settings=SETTINGS)
    assert len(found) > len(FILE_FAULTS)
    assert set(found.values()) == {"passed in call"}
