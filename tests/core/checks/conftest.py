"""The lists of the project, read once: they are never changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from emailcleaner.core.checks import AddressChecker, CheckData, load_check_data

RESOURCES = Path(__file__).resolve().parents[3] / "resources"


@pytest.fixture(scope="session")
def data() -> CheckData:
    return load_check_data(RESOURCES)


@pytest.fixture(scope="session")
def checker(data: CheckData) -> AddressChecker:
    return AddressChecker(data)
