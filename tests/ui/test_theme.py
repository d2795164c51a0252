"""One table of tokens: contrast, completeness, and no colour or icon outside of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFontDatabase
from PySide6.QtWidgets import QApplication

from emailcleaner.core.model import Reason, Segment, Status
from emailcleaner.core.paths import resource_dir
from emailcleaner.ui.theme import tokens
from emailcleaner.ui.theme.theme import Mode, Theme
from emailcleaner.ui.widgets.reason_words import REASON_WORDS
from emailcleaner.ui.widgets.verdict_look import SEGMENT_HELP, SEGMENT_WORD, STATUS_SEGMENT, STATUS_WORD

_UI = Path(__file__).resolve().parents[2] / "emailcleaner" / "ui"
_BOTH = pytest.mark.parametrize("colors", [tokens.LIGHT, tokens.DARK], ids=["light", "dark"])


def _luminance(color: str) -> float:
    parts = [channel / 255 for channel in (QColor(color).red(), QColor(color).green(), QColor(color).blue())]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, two: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(two)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@_BOTH
def test_text_can_be_read_on_every_ground(colors: tokens.Colors) -> None:
    for ground in (colors.surface, colors.canvas, colors.raised, colors.hover):
        for text in (colors.text, colors.text_muted, colors.text_faint, colors.accent_text):
            assert _contrast(text, ground) >= 4.5, (text, ground)
    assert _contrast(colors.on_accent, colors.accent) >= 4.5
    assert _contrast(colors.accent_text, colors.accent_soft) >= 4.5
    for text, ground in (
        (colors.danger, colors.danger_soft),
        (colors.warning, colors.warning_soft),
        (colors.success, colors.success_soft),
        (colors.text_muted, colors.info_soft),
    ):
        assert _contrast(text, ground) >= 4.5, (text, ground)


@_BOTH
def test_marks_stand_out_from_the_page(colors: tokens.Colors) -> None:
    for segment in Segment:
        least = 2.4 if segment is Segment.DUPLICATE else 2.9
        assert _contrast(colors.segment(segment), colors.surface) >= least, segment


def test_every_segment_status_and_reason_has_words() -> None:
    assert set(SEGMENT_WORD) == set(SEGMENT_HELP) == set(Segment)
    assert set(STATUS_WORD) == set(STATUS_SEGMENT) == set(Status)
    assert set(REASON_WORDS) == set(Reason)
    assert max(len(words) for words in REASON_WORDS.values()) <= 36


def test_no_colour_stands_outside_the_tokens() -> None:
    named = re.compile(r"#[0-9a-fA-F]{6}\b|QColor\(\s*\d")
    sheet = resource_dir() / "styles" / "window.qss"
    sources = [path for path in _UI.rglob("*.py") if path.name != "tokens.py"]

    guilty = [path.name for path in [*sources, sheet] if named.search(path.read_text(encoding="utf-8"))]

    assert guilty == []


def test_every_icon_is_tinted_and_every_named_icon_exists(qapp: QApplication) -> None:
    folder = resource_dir() / "icons"
    theme = Theme(qapp, Mode.DARK, resource_dir())
    for path in folder.glob("*.svg"):
        assert "currentColor" in path.read_text(encoding="utf-8"), path.name
        picture = theme.pixmap(path.stem, "accent", 24, 2.0)
        assert picture.width() == 48
        assert picture.toImage() != theme.pixmap(path.stem, "danger", 24, 2.0).toImage()
    named = re.compile(r'icon="([a-z-]+)"')
    wanted = {name for path in _UI.rglob("*.py") for name in named.findall(path.read_text(encoding="utf-8"))}
    assert wanted <= {path.stem for path in folder.glob("*.svg")}


def test_the_bundled_font_is_used_with_its_licence(theme: Theme) -> None:
    assert "Inter" in QFontDatabase.families()
    assert QApplication.font().family() == "Inter"
    assert "SIL OPEN FONT LICENSE" in (resource_dir() / "fonts" / "OFL.txt").read_text(encoding="utf-8")


def test_changing_the_theme_changes_the_palette(theme: Theme) -> None:
    light = QApplication.palette().window().color()

    theme.set_mode(Mode.DARK)
    dark = QApplication.palette().window().color()
    theme.set_mode(Mode.LIGHT)

    assert light.lightness() > 200
    assert dark.lightness() < 60
    assert QApplication.palette().window().color() == light
