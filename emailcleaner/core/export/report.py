"""The report: one HTML file without script or anything from outside, for screen and paper.

Says what was found in plain words. It is built from counts; addresses are not in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emailcleaner.core.export.report_html import bar, donut, mark, number, share, size, table, text
from emailcleaner.core.export.report_style import STYLE
from emailcleaner.core.export.report_words import DEPTHS, FACTS, FAULTS, RATINGS, SEGMENTS
from emailcleaner.core.export.tally import NameTally, Tally
from emailcleaner.core.export.writer import WrittenFile
from emailcleaner.core.model import Blame, Reason, Segment, Status

_TOP = 10
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_LOGO = (
    '<svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="var(--accent)" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round"><path d="M3 6.5h18v11H3z"/><path d="m3 7 9 6.5L21 7"/>'
    "</svg>"
)


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What the report tells: the summary, the counts, the files by name, and the lists' names."""

    summary: Mapping[str, Any]
    tally: Tally
    files: Mapping[str, WrittenFile]
    lists: tuple[str, ...]
    sentence_of: Callable[[Reason], str]


def render_report(facts: ReportFacts) -> str:
    """The whole page."""
    segments = {Segment(name): rows for name, rows in facts.tally.segments().items()}
    title = _title(facts.lists)
    parts = (
        _head(title, facts, segments),
        _cards(segments),
        _segments(segments, facts.files),
        _reasons(facts),
        _unanswered(facts),
        '<div class="two">',
        _ratings(facts.tally),
        _names("Mail providers", "provider", facts.tally.providers),
        _names("Most frequent domains", "domain", facts.tally.domains),
        _worth_knowing(facts.tally),
        "</div>",
        _files(facts),
        _foot(facts.summary),
    )
    body = "\n".join(part for part in parts if part)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{text(title)}</title>\n<style>{STYLE}</style></head>\n"
        f"<body><main>\n{body}\n</main></body></html>\n"
    )


def _title(lists: tuple[str, ...]) -> str:
    if len(lists) == 1:
        return f"{lists[0]}, cleaned"
    return f"{len(lists)} lists, cleaned"


def _head(title: str, facts: ReportFacts, segments: Mapping[Segment, int]) -> str:
    total = sum(segments.values())
    clean = segments.get(Segment.CLEAN, 0)
    told = f"{number(clean)} of {number(total)} rows are clean." if total else "The list has no rows."
    depth = DEPTHS.get(str(facts.summary.get("depth", "")), "")
    several = ""
    if len(facts.lists) > 1:
        several = f'<p class="soft">{", ".join(text(name) for name in facts.lists)}</p>'
    return (
        f'<header><div class="made">{_LOGO}Email Cleaner</div><h1>{text(title)}</h1>{several}'
        f'<p class="lead">{told} {depth}</p><p class="soft">{_accounting(facts.summary)}</p></header>'
    )


def _accounting(summary: Mapping[str, Any]) -> str:
    """Where every record of the list went, as a sum that can be checked."""
    counts = [summary.get(name) for name in ("records", "accepted", "rejected", "blank")]
    if not all(isinstance(count, int) for count in counts):
        return ""
    records, accepted, rejected, blank = (number(int(count or 0)) for count in counts)
    return f"{records} records read = {accepted} with an address + {rejected} rejected + {blank} blank."


def _cards(segments: Mapping[Segment, int]) -> str:
    total = sum(segments.values())
    groups = (
        ("Clean", "clean", "ready to use", (Segment.CLEAN,)),
        (
            "Think twice",
            "catchall",
            "role, catch-all and risky",
            (Segment.ROLE_BASED, Segment.CATCHALL, Segment.RISKY),
        ),
        (
            "Do not send",
            "invalid",
            "invalid, disposable, suppressed",
            (Segment.INVALID, Segment.DISPOSABLE, Segment.SUPPRESSED),
        ),
        ("Not answered", "unknown", "could not be checked", (Segment.UNKNOWN,)),
    )
    cards = []
    for name, tone, note, members in groups:
        rows = sum(segments.get(member, 0) for member in members)
        cards.append(
            f'<div class="card" style="--tone:var(--{tone})"><div class="name">{name}</div>'
            f'<b>{number(rows)}</b><span class="note">{share(rows, total)} · {note}</span></div>'
        )
    return f'<div class="cards">{"".join(cards)}</div>'


def _segments(segments: Mapping[Segment, int], files: Mapping[str, WrittenFile]) -> str:
    total = sum(segments.values())
    rows = [
        (
            _named(segment),
            number(count),
            share(count, total),
        )
        for segment, count in segments.items()
    ]
    head = (("", "Segment"), ("n", "Rows"), ("n", "Share"))
    where = "Each row is in exactly one of them" + (
        ", and each has a file of its own." if len(files) > 1 else "."
    )
    return (
        f'<section><h2>Where the rows went</h2><p class="hint">{where}</p><div class="chart">'
        f"{donut(segments)}{table(head, rows, 'Rows by segment')}</div></section>"
    )


def _named(segment: Segment) -> str:
    words = SEGMENTS[segment]
    return f'{mark(segment)}<span class="word">{words.name}</span><span class="says">{words.meaning}</span>'


def _reasons(facts: ReportFacts) -> str:
    status_of = _status_by_reason(facts.tally)
    counts = facts.tally.reasons()
    total = sum(counts.values())
    rows = [
        (
            f"{text(facts.sentence_of(Reason(code)))} <code>{text(code)}</code>",
            f'<span class="status">{text(status_of.get(code, Status.UNKNOWN.value))}</span>',
            number(count),
            share(count, total),
            bar(count, total, _TONES.get(status_of.get(code, ""), "unknown")),
        )
        for code, count in counts.items()
    ]
    if not rows:
        return ""
    head = (("", "Reason"), ("", "Status"), ("n", "Rows"), ("n", "Share"), ("bars", ""))
    return (
        '<section class="long"><h2>Why</h2><p class="hint">The one reason that decided each row.</p>'
        f"{table(head, rows, 'Rows by reason')}</section>"
    )


_TONES = {"valid": "clean", "risky": "catchall", "invalid": "invalid", "unknown": "unknown"}


def _status_by_reason(tally: Tally) -> Mapping[str, str]:
    """The status that most rows of a reason have; a duplicate has that of its first occurrence."""
    counts: dict[str, Counter[str]] = {}
    for word, count in tally.verdicts.items():
        counts.setdefault(word.reason, Counter())[word.status] += count
    found = {reason: by.most_common(1)[0][0] for reason, by in counts.items()}
    if Reason.DUPLICATE.value in found:
        found[Reason.DUPLICATE.value] = "as before"
    return found


def _unanswered(facts: ReportFacts) -> str:
    counts: Counter[tuple[str, str]] = Counter()
    for word, count in facts.tally.verdicts.items():
        if word.segment == Segment.UNKNOWN.value:
            counts[word.blame, word.reason] += count
    title = "<h2>What could not be checked, and whose fault it is</h2>"
    if not counts:
        return f'<section>{title}<p class="good">Every check that was asked for got an answer.</p></section>'
    rows = []
    for (blame, reason), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        whose, remedy = FAULTS[Blame(blame)]
        sentence = text(facts.sentence_of(Reason(reason)))
        rows.append(
            (
                f'<span class="word">{whose}</span>',
                f"{sentence} <code>{text(reason)}</code>",
                remedy,
                number(count),
            )
        )
    head = (("", "Whose fault"), ("", "What happened"), ("", "What to do"), ("n", "Rows"))
    return (
        f'<section class="long">{title}<p class="hint">These addresses may be perfectly good. They are '
        "never counted as invalid.</p>"
        f"{table(head, rows, 'Rows that could not be checked')}</section>"
    )


def _ratings(tally: Tally) -> str:
    counts: Counter[str] = Counter()
    for word, count in tally.verdicts.items():
        counts[word.rating] += count
    total = counts.total()
    if not total:
        return ""
    rows = [
        (
            f'<span class="word">{rating.value.capitalize()}</span>',
            limits,
            number(counts[rating.value]),
            bar(counts[rating.value], total, tone),
        )
        for rating, tone, limits in RATINGS
    ]
    head = (("", "Rating"), ("", "Score"), ("n", "Rows"), ("bars", ""))
    return (
        '<section><h2>Deliverability score</h2><p class="hint">From 0 to 100, from the evidence that was '
        f"asked for.</p>{table(head, rows, 'Rows by rating')}</section>"
    )


def _names(title: str, what: str, tally: NameTally) -> str:
    top, different = tally.top(_TOP)
    if not top:
        return ""
    rows = [
        (
            text(name.name),
            number(name.rows),
            share(name.clean, name.rows),
            bar(name.clean, name.rows, "clean"),
        )
        for name in top
    ]
    head = (("", what.capitalize()), ("n", "Rows"), ("n", "Clean"), ("bars", ""))
    if different > len(top):
        told = f"The {len(top)} with most rows, of {number(different)}."
    else:
        told = "By their number of rows."
    return f'<section><h2>{title}</h2><p class="hint">{told}</p>{table(head, rows, title)}</section>'


def _worth_knowing(tally: Tally) -> str:
    counts: Counter[str] = Counter()
    for word, count in tally.verdicts.items():
        for flag in word.flags.split(";"):
            counts[flag] += count
    rows = [(number(counts[flag]), words) for flag, words in FACTS.items() if counts[flag]]
    if not rows:
        return ""
    return (
        '<section><h2>Worth knowing</h2><p class="hint">Facts that do not decide by themselves.</p>'
        f"{table((('n', 'Rows'), ('', 'that')), rows, 'Facts about the rows')}</section>"
    )


def _files(facts: ReportFacts) -> str:
    rows = [(text(name), number(file.rows), size(file.size)) for name, file in facts.files.items()]
    head = (("", "File"), ("n", "Rows"), ("n", "Size"))
    cut = facts.summary.get("cells_cut")
    note = (
        f'<p class="hint">{number(int(cut))} cells were longer than a spreadsheet cell can be and were cut; '
        "CSV holds them whole.</p>"
        if cut
        else ""
    )
    return (
        '<section class="long"><h2>Files</h2><p class="hint">Source cells stand in them exactly as they were '
        f"read; the list itself was not changed.</p>{note}{table(head, rows, 'Files')}</section>"
    )


def _foot(summary: Mapping[str, Any]) -> str:
    told = [
        f"{words} {text(summary[name])}"
        for name, words in (("job_id", "Job"), ("started_at", "started"), ("finished_at", "finished"))
        if summary.get(name)
    ]
    return (
        f"<footer><p>{' · '.join(told)}</p><p>A domain that takes mail is no proof that a mailbox exists. "
        "What could not be checked is unknown, never invalid.</p></footer>"
    )
