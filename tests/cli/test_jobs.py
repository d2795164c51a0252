from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from emailcleaner.core.bootstrap import open_services
from emailcleaner.core.model import CleanRequest, Depth, OutputFormat
from emailcleaner.core.paths import Home
from tests.cli.conftest import Command


@pytest.fixture
def waiting(tmp_path: Path, home: Path) -> str:
    """A job that was begun and never run, to be written as JSON lines; its id."""
    source = tmp_path / "leads.csv"
    source.write_text("email\nada@acme-mail.org\nbad@@acme-mail.org\n")
    request = CleanRequest(
        sources=(str(source),), out=str(tmp_path / "out"), depth=Depth.SYNTAX, format=OutputFormat.JSONL
    )
    with open_services(home=Home(home)) as opened:
        return str(opened.create(request))


def test_the_list_of_jobs_has_exactly_the_fields_of_the_contract(
    tmp_path: Path, waiting: str, command: Command
) -> None:
    said = command("jobs list --json")
    assert (said.status, said.err) == (0, "")
    (job,) = (json.loads(line) for line in said.lines)
    assert list(job) == ["job_id", "state", "sources", "records", "done", "created_at", "out"]
    assert (job["job_id"], job["state"]) == (waiting, "queued")
    assert (job["sources"], job["out"]) == ([str(tmp_path / "leads.csv")], str(tmp_path / "out"))
    assert command("jobs resume --all").status == 0
    (job,) = (json.loads(line) for line in command("jobs list --json").lines)
    assert (job["state"], job["records"], job["done"]) == ("done", 2, 2)


def test_jobs_are_listed_newest_first_for_people(tmp_path: Path, command: Command) -> None:
    assert "emailcleaner clean" in command("jobs list").out
    for name in ("one", "two"):
        (tmp_path / f"{name}.csv").write_text("email\na@acme-mail.org\n")
        command(f"clean {name}.csv --depth syntax")
    lines = command("jobs list").lines
    assert [line.split()[-1] for line in lines] == ["two.csv", "one.csv"]
    assert all("done" in line for line in lines)


def test_resume_writes_where_and_what_the_job_was_told(
    tmp_path: Path, waiting: str, command: Command
) -> None:
    (tmp_path / "leads.csv").unlink()
    said = command(f"jobs resume {waiting} --json")
    assert said.status == 0
    summary = json.loads(said.lines[-1])
    assert summary == json.loads((tmp_path / "out" / "summary.json").read_text())
    assert {p.suffix for p in (tmp_path / "out").iterdir() if p.name[0] != "."} == {
        ".jsonl",
        ".json",
        ".html",
    }
    again = command(f"jobs resume {waiting}")
    assert again.status == 2
    assert "done" in again.err


def test_a_finished_job_is_shown_with_the_rows_of_its_files(waiting: str, command: Command) -> None:
    assert command(f"jobs resume {waiting}").status == 0
    shown = command(f"jobs show {waiting}").out
    assert "files        results.jsonl 2, " in shown
    assert "{" not in shown
    assert json.loads(command(f"jobs show {waiting} --json").out)["files"]["results.jsonl"]["rows"] == 2


def test_resume_all_goes_on_behind_a_job_that_fails(
    tmp_path: Path, home: Path, waiting: str, command: Command
) -> None:
    shutil.rmtree(Home(home).jobs_dir / waiting / "lists")
    with open_services(home=Home(home)) as opened:
        second = opened.create(
            CleanRequest(
                sources=(str(tmp_path / "leads.csv"),), out=str(tmp_path / "two"), depth=Depth.SYNTAX
            )
        )
    said = command("jobs resume --all")
    assert said.status == 1
    assert f"job {waiting} failed" in said.err
    assert (tmp_path / "two" / "results.csv").exists()
    states = {j["job_id"]: j["state"] for j in map(json.loads, command("jobs list --json").lines)}
    assert states == {waiting: "failed", second: "done"}
    shown = json.loads(command(f"jobs show {waiting} --json").out)
    assert "copy" in shown["error"]


def test_export_writes_what_is_known_in_the_format_of_the_job(
    tmp_path: Path, waiting: str, command: Command
) -> None:
    said = command(f"jobs export {waiting} --out now")
    assert (said.status, said.out) == (0, "")
    rows = [json.loads(line) for line in (tmp_path / "now" / "results.jsonl").read_text().splitlines()]
    assert [row["ec_reason"] for row in rows] == ["well_formed", "multiple_at"]
    assert command(f"jobs export {waiting} --out table --format csv").status == 0
    assert (tmp_path / "table" / "results.csv").exists()
    assert json.loads(command("jobs list --json").out)["state"] == "queued"
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "x").write_text("")
    assert command(f"jobs export {waiting} --out theirs").status == 2
    assert command(f"jobs export {waiting} --out theirs --force").status == 0


def test_a_waiting_job_can_be_paused_cancelled_and_shown(waiting: str, command: Command) -> None:
    for verb, state in (("pause", "paused"), ("cancel", "cancelled")):
        said = command(f"jobs {verb} {waiting}")
        assert (said.status, said.out) == (0, "")
        assert json.loads(command(f"jobs show {waiting} --json").out)["state"] == state
    assert f"job_id       {waiting}" in command(f"jobs show {waiting}").out


def test_a_done_job_cannot_be_stopped(waiting: str, command: Command) -> None:
    command("jobs resume --all")
    assert command("jobs resume --all").err == "no job is waiting\n"
    for verb in ("pause", "cancel"):
        said = command(f"jobs {verb} {waiting}")
        assert said.status == 2
        assert "done" in said.err


def test_names_of_files_cannot_write_on_the_terminal(tmp_path: Path, command: Command) -> None:
    name = "l\x1b[31m\nsecond line.csv"
    (tmp_path / name).write_text("email\na@acme-mail.org\n")
    cleaned = command("clean --depth syntax", name)
    assert cleaned.status == 0
    shown = [cleaned, command("jobs list"), command("clean --depth syntax", name + ".gone")]
    for said in shown:
        assert "\x1b" not in said.out + said.err
        assert "\nsecond line" not in said.out + said.err
    job = json.loads(command("jobs list --json").out)
    assert job["sources"] == [str(tmp_path / name)]


def test_a_name_that_is_no_text_is_refused_with_a_sentence(tmp_path: Path, command: Command) -> None:
    name = b"l\xff.csv".decode(errors="surrogateescape")
    try:
        (tmp_path / name).write_text("email\na@acme-mail.org\n")
    except OSError:
        pytest.skip("this file system has text names only")
    said = command("clean --depth syntax", name)
    assert said.status == 2
    assert "not valid UTF-8" in said.err
