"""A pytest plugin (`-p tests.without_qt`) that hides PySide6: the lane that runs the core without Qt."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

BLOCKED = ("PySide6", "shiboken6", "PyQt6", "PyQt5", "PySide2")


class QtBlocker:
    """A finder that refuses Qt, as if it were not installed."""

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"{fullname} is blocked in this lane", name=fullname)
        return None


sys.meta_path.insert(0, QtBlocker)  # type: ignore[arg-type] # a class with find_spec is a finder


def pytest_addoption(parser: pytest.Parser) -> None:
    """The settings of pytest-qt, which is not loaded in this lane, are known all the same."""
    for name in ("qt_api", "qt_log_level_fail", "qt_log_ignore"):
        parser.addini(name, "of pytest-qt; means nothing without it")
