"""Pieces of HTML for the report: everything foreign goes through `text`."""

from __future__ import annotations

import html
import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from emailcleaner.core.export.report_words import SEGMENTS
from emailcleaner.core.model import Segment

_RADIUS = 87.0
_GAP = 1.5


def text(value: object) -> str:
    """Any value as harmless HTML; control, invisible and direction-turning characters escaped."""
    shown = "".join(
        char.encode("unicode_escape").decode() if _is_hidden(char) else char for char in str(value)
    )
    return html.escape(shown, quote=True)


def _is_hidden(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] == "C" or category in ("Zl", "Zp")


def number(value: int) -> str:
    """A count with thousands separators."""
    return f"{value:,}"


def share(part: int, whole: int) -> str:
    """A percentage that never says 100 or 0 when it is not quite that."""
    if not whole or not part:
        return "0 %"
    percent = 100 * part / whole
    if part < whole and percent > 99.9:
        return "> 99.9 %"
    if percent < 0.1:
        return "< 0.1 %"
    return f"{percent:.1f} %" if part < whole else "100 %"


def size(count: int) -> str:
    """A file size in words."""
    amount = float(count)
    for unit in ("bytes", "KB", "MB"):
        if amount < 1000:
            return f"{count} bytes" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def bar(part: int, whole: int, tone: str) -> str:
    """A bar as long as the share; says nothing to a screen reader, the numbers beside it do."""
    width = 100 * part / whole if whole else 0.0
    if part:
        width = max(width, 1.0)
    return (
        f'<span class="bar" style="--tone:var(--{tone})" aria-hidden="true">'
        f'<i style="width:{width:.2f}%"></i></span>'
    )


def mark(segment: Segment) -> str:
    """The coloured sign of a segment."""
    sign = SEGMENTS[segment].sign
    return f'<span class="mark" style="--tone:var(--{segment.value})" aria-hidden="true">{sign}</span>'


def table(head: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]], label: str) -> str:
    """A table; `head` are (class, words) for each column, the cells are HTML already."""
    titles = "".join(f'<th scope="col"{_class(name)}>{words}</th>' for name, words in head)
    body = "".join(
        "<tr>"
        + "".join(f"<td{_class(name)}>{cell}</td>" for (name, _), cell in zip(head, row, strict=True))
        + "</tr>\n"
        for row in rows
    )
    return f'<table aria-label="{text(label)}"><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>'


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def donut(segments: Mapping[Segment, int]) -> str:
    """The segments as a ring, with the clean share in the middle and all of it in words."""
    total = sum(segments.values())
    spoken = ", ".join(f"{SEGMENTS[s].name} {share(n, total)}" for s, n in segments.items())
    label = f"Rows by segment: {spoken}" if total else "No rows"
    arcs = "".join(_arcs(segments, total))
    clean = share(segments.get(Segment.CLEAN, 0), total)
    return (
        f'<svg class="donut" viewBox="0 0 220 220" role="img" aria-label="{text(label)}">'
        f'<circle cx="110" cy="110" r="{_RADIUS}" stroke="var(--track)"/>{arcs}'
        f'<text class="big" x="110" y="114" text-anchor="middle">{text(clean)}</text>'
        '<text class="small" x="110" y="138" text-anchor="middle">clean</text></svg>'
    )


def _arcs(segments: Mapping[Segment, int], total: int) -> Iterable[str]:
    around = 2 * math.pi * _RADIUS
    begin = 0.0
    for segment, rows in segments.items():
        length = around * rows / total
        # A gap between neighbours, as long as that leaves something of the arc to be seen.
        drawn = max(length - _GAP, min(length, _GAP)) if len(segments) > 1 else length
        yield (
            f'<circle cx="110" cy="110" r="{_RADIUS}" stroke="var(--{segment.value})" '
            f'stroke-dasharray="{drawn:.3f} {around - drawn:.3f}" stroke-dashoffset="{-begin:.3f}" '
            f'transform="rotate(-90 110 110)">'
            f"<title>{SEGMENTS[segment].name}: {number(rows)}</title></circle>"
        )
        begin += length
