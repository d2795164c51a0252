"""What is written to a terminal: the progress line, the summary, plain sentences. Never an address."""

from __future__ import annotations

import json
import shutil
import sys
from typing import Any, Self

from emailcleaner.core.model import Progress, Segment, Stage

_STAGES = {
    Stage.READ: "reading",
    Stage.SYNTAX: "deciding",
    Stage.DOMAINS: "asking domains",
    Stage.MAILBOXES: "asking mailboxes",
    Stage.EXPORT: "writing",
}
_WORDS = {
    Segment.CLEAN: "ready to mail",
    Segment.ROLE_BASED: "role accounts (info@, sales@)",
    Segment.CATCHALL: "domains that accept anything",
    Segment.RISKY: "mail with care",
    Segment.DISPOSABLE: "throw-away addresses",
    Segment.INVALID: "can never be delivered",
    Segment.UNKNOWN: "could not be checked",
    Segment.SUPPRESSED: "on your suppression list",
    Segment.DUPLICATE: "repeated earlier rows",
    Segment.REJECTED: "no address, or no readable row",
}
_BAR = 24


def say(text: str) -> None:
    """A sentence on standard error, on one line whatever names of files are in it."""
    sys.stderr.write(one_line(text) + "\n")
    sys.stderr.flush()


def one_line(text: str) -> str:
    """`text` without anything that would move a cursor, colour a terminal or begin a line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def print_text(text: str) -> None:
    """Text and a line end on standard output, with escapes where its encoding lacks a character."""
    narrow = text.encode(sys.stdout.encoding, "backslashreplace")
    sys.stdout.write(narrow.decode(sys.stdout.encoding) + "\n")


def print_json(value: Any) -> None:
    """One JSON object as one line of standard output, in whatever encoding that has."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:  # a narrow encoding, or a file name that is no text
        text = json.dumps(value)
    sys.stdout.write(text + "\n")


class ProgressLine:
    """One line that is drawn over and over, only on a terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def clear(self) -> None:
        """Leave an empty line."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def draw(self, progress: Progress) -> None:
        """Show a snapshot."""
        if self._shown:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write("\r\x1b[K" + progress_text(progress)[:width])
            sys.stderr.flush()


def progress_text(progress: Progress) -> str:
    """A snapshot as one line."""
    full = round(progress.fraction * _BAR)
    parts = [f"{'█' * full}{'░' * (_BAR - full)} {progress.fraction:4.0%}", _STAGES[progress.stage]]
    if progress.stage is Stage.DOMAINS:
        parts.append(f"{progress.domains_done:,} of {progress.domains_total:,} domains")
    else:
        parts.append(f"{progress.rows_read:,} rows")
    if progress.remaining_s is not None:
        parts.append(f"{duration(progress.remaining_s)} left")
    return " · ".join(parts)


def duration(seconds: float) -> str:
    """A length of time in words short enough for a line."""
    whole = round(seconds)
    if seconds < 1:
        return "under a second"
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def show_summary(summary: dict[str, Any], out: str) -> None:
    """The outcome of a job, for people."""
    rows = [(Segment(name), count) for name, count in summary["segments"].items() if count]
    rows.sort(key=lambda row: list(Segment).index(row[0]))
    total = sum(count for _, count in rows)
    lines = [
        f"{total:,} {'row' if total == 1 else 'rows'} in {duration(summary['duration_s'])}",
        "",
    ]
    wide = max((len(f"{count:,}") for _, count in rows), default=1)
    for segment, count in rows:
        share = count / total if total else 0.0
        lines.append(f"  {segment.value:<11} {count:>{wide},}  {share:6.1%}  {_WORDS[segment]}")
    if summary["depth"] != "mailbox":
        what = "its domain takes mail" if summary["depth"] == "domain" else "it is well formed"
        meaning = f"clean means that {what}; whether each mailbox exists was not asked."
        lines += ["", f"Checked to depth {summary['depth']}: {meaning}"]
    lines += ["", f"Written to {one_line(out)}"]
    print_text("\n".join(lines))
