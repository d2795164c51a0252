"""The program's settings: one catalogue, read from defaults, the settings file and the environment."""

from __future__ import annotations

from emailcleaner.core.settings.catalogue import (
    CATALOGUE,
    CheckSettings,
    DatabaseSettings,
    DnsSettings,
    Kind,
    LogSettings,
    NetworkSettings,
    Setting,
    Settings,
    Value,
)
from emailcleaner.core.settings.loading import (
    Origin,
    SettingValue,
    load_settings,
    set_setting,
    setting_values,
    unset_setting,
)
from emailcleaner.core.settings.values import find_setting

__all__ = [
    "CATALOGUE",
    "CheckSettings",
    "DatabaseSettings",
    "DnsSettings",
    "Kind",
    "LogSettings",
    "NetworkSettings",
    "Origin",
    "Setting",
    "SettingValue",
    "Settings",
    "Value",
    "find_setting",
    "load_settings",
    "set_setting",
    "setting_values",
    "unset_setting",
]
