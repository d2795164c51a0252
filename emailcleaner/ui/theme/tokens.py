"""The one table of design tokens: colours, spacing, radii, type sizes.

Everything that has a colour or a measure takes it from here; no other module may name a colour.
Contrast of text on its ground is at least 4.5 : 1 in both themes (`tests/ui/theme` holds that).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from emailcleaner.core.model import Segment, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

# Spacing in device independent pixels.
SPACE_XS = 4
SPACE_S = 8
SPACE_M = 12
SPACE_L = 16
SPACE_XL = 24

RADIUS_S = 6
RADIUS_M = 8
RADIUS_L = 12

CONTROL_HEIGHT = 34
ROW_HEIGHT = 36
NAV_WIDTH = 204
PAGE_WIDTH = 1040

# Type scale in pixels (so that it follows the scale factor, not the screen's point size).
TEXT_CAPTION = 12
TEXT_BODY = 13
TEXT_LEAD = 15
TEXT_HEADING = 17
TEXT_TITLE = 24


@dataclass(frozen=True, slots=True)
class Colors:
    """One theme. `surface` is the page, `canvas` what lies behind it, `raised` a card on it."""

    canvas: str
    surface: str
    raised: str
    hover: str
    pressed: str
    border: str
    border_strong: str
    text: str
    text_muted: str
    text_faint: str
    accent: str
    accent_hover: str
    accent_soft: str
    accent_text: str
    on_accent: str
    danger: str
    danger_soft: str
    warning: str
    warning_soft: str
    success: str
    success_soft: str
    info_soft: str
    clean: str
    role_based: str
    catchall: str
    risky: str
    disposable: str
    invalid: str
    unknown: str
    suppressed: str
    duplicate: str
    rejected: str

    def segment(self, segment: Segment) -> str:
        """The colour of a segment, as mark, bar or chart."""
        return str(getattr(self, segment.value))

    def status(self, status: Status) -> str:
        """The colour of a status: that of the segment it mostly goes to."""
        return str(getattr(self, _STATUS_COLOR[status]))


_STATUS_COLOR: Mapping[Status, str] = MappingProxyType(
    {
        Status.VALID: "clean",
        Status.RISKY: "risky",
        Status.INVALID: "invalid",
        Status.UNKNOWN: "unknown",
    }
)

LIGHT = Colors(
    canvas="#f4f5f8",
    surface="#ffffff",
    raised="#ffffff",
    hover="#f1f3f7",
    pressed="#e6e9f0",
    border="#e3e6ec",
    border_strong="#c6ccd6",
    text="#141a26",
    text_muted="#4b5565",
    text_faint="#606a7a",
    accent="#3355dd",
    accent_hover="#2845ba",
    accent_soft="#edf1fe",
    accent_text="#2d4cc9",
    on_accent="#ffffff",
    danger="#c02b23",
    danger_soft="#fdf0ef",
    warning="#96560a",
    warning_soft="#fef6e7",
    success="#0d7a50",
    success_soft="#ebf8f2",
    info_soft="#f0f4fe",
    clean="#128a5c",
    role_based="#1782c4",
    catchall="#b98900",
    risky="#c76a08",
    disposable="#8446d6",
    invalid="#d13a31",
    unknown="#7b8494",
    suppressed="#4e5a6e",
    duplicate="#9aa3b2",
    rejected="#8a6d5c",
)

DARK = Colors(
    canvas="#0e1116",
    surface="#14181f",
    raised="#1a1f28",
    hover="#212733",
    pressed="#2a3140",
    border="#283040",
    border_strong="#3d4759",
    text="#e9ecf2",
    text_muted="#adb6c5",
    text_faint="#8b95a6",
    accent="#5b7cfa",
    accent_hover="#7591ff",
    accent_soft="#1e2845",
    accent_text="#9db2ff",
    on_accent="#0b1022",
    danger="#ff8a80",
    danger_soft="#361c1d",
    warning="#f3b95f",
    warning_soft="#33270f",
    success="#5fd3a0",
    success_soft="#12301f",
    info_soft="#1b2338",
    clean="#3cc38c",
    role_based="#4db4ee",
    catchall="#d9b540",
    risky="#ee9a45",
    disposable="#b48bf2",
    invalid="#f2726a",
    unknown="#8f99a9",
    suppressed="#b4bdcb",
    duplicate="#657083",
    rejected="#b79a88",
)
