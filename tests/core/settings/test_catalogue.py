from __future__ import annotations

import pytest

from emailcleaner.core.settings import CATALOGUE, Kind, Setting
from emailcleaner.core.settings.values import check_value

ALL = list(CATALOGUE.values())


@pytest.mark.parametrize("setting", ALL, ids=lambda s: s.key)
def test_a_default_is_a_value_that_the_setting_takes(setting: Setting) -> None:
    assert check_value(setting, setting.default) == setting.default


@pytest.mark.parametrize("setting", ALL, ids=lambda s: s.key)
def test_a_setting_says_what_it_is_in_words(setting: Setting) -> None:
    assert setting.label
    assert setting.help.endswith(".")
    assert setting.environment[0] == "EMAILCLEANER_" + setting.key.replace(".", "_").upper()
    if setting.kind in (Kind.WHOLE, Kind.NUMBER):
        assert setting.minimum is not None
        assert setting.maximum is not None
    assert (setting.kind is Kind.CHOICE) == bool(setting.choices)


def test_no_variable_gives_two_settings() -> None:
    names = [name for setting in ALL for name in setting.environment]
    assert len(names) == len(set(names))
    assert {
        "LOG_LEVEL",
        "DATABASE_URL",
        "EMAILCLEANER_DNS_SERVERS",
        "EMAILCLEANER_NETWORK_ALLOW_PRIVATE",
    } <= set(names)
