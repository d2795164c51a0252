from __future__ import annotations

import io
import json
import sys

import pytest

from emailcleaner.cli.terminal import duration, one_line, print_json, print_text, progress_text, show_summary
from emailcleaner.core.model import JobId, JobState, Progress, Stage


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "under a second"),
        (0.999, "under a second"),
        (1, "1 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (3599.4, "59 min 59 s"),
        (3599.7, "1 h 00 min"),
        (7380, "2 h 03 min"),
    ],
)
def test_lengths_of_time_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_line_has_nothing_in_it_that_moves_the_cursor() -> None:
    assert one_line("ä\x1b[2J\r\n\x07\u202e日") == "ä\\x1b[2J\\r\\n\\x07\\u202e日"


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii"])
def test_json_is_json_in_any_encoding(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict")
    monkeypatch.setattr(sys, "stdout", out)
    value = {"name": "ü 日 \udcff"}
    print_json(value)
    out.flush()
    written = out.buffer.getvalue()  # type: ignore[attr-defined]  # the buffer is the one given above
    assert json.loads(written.decode(encoding)) == value
    assert written.count(b"\n") == 1


def test_text_goes_out_in_a_narrow_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="strict")
    monkeypatch.setattr(sys, "stdout", out)
    print_text("naïve 日")
    out.flush()
    assert out.buffer.getvalue() == b"na\\xefve \\u65e5\n"  # type: ignore[attr-defined]  # as above


def test_progress_is_one_line_with_what_is_known() -> None:
    reading = Progress(JobId("j"), JobState.RUNNING, Stage.READ, rows_read=12_000, fraction=0.25)
    assert "12,000 rows" in progress_text(reading)
    assert "25%" in progress_text(reading)
    asking = Progress(
        JobId("j"), JobState.RUNNING, Stage.DOMAINS, domains_done=5, domains_total=10, remaining_s=61
    )
    assert "5 of 10 domains" in progress_text(asking)
    assert "1 min 01 s left" in progress_text(asking)
    for stage in Stage:
        assert "\n" not in progress_text(Progress(JobId("j"), JobState.RUNNING, stage))


@pytest.mark.parametrize(("count", "words"), [(1, "1 row in 1 s\n"), (2, "2 rows in 1 s\n")])
def test_the_outcome_counts_one_row_as_one(
    capsys: pytest.CaptureFixture[str], count: int, words: str
) -> None:
    show_summary({"segments": {"unknown": count}, "duration_s": 1, "depth": "domain"}, "/out")
    assert capsys.readouterr().out.startswith(words)
