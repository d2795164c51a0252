from __future__ import annotations

import csv
import gzip
import hashlib
import json
import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import PATIENCE_S, ROOT, Program, Until, first_line
from tests.servers.dns_server import DnsServer, Misdeed

pytestmark = pytest.mark.slow

_LIST = b"name,email\nAda,ada@acme-mail.org\nBob,bob@@acme-mail.org\n"
_STARTED = re.compile(r"job (j_[0-9a-f]{12}) started\n")


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_bytes(_LIST)
    return path


@pytest.fixture
def waiting_list(tmp_path: Path, server: DnsServer) -> Path:
    """A list of which one domain never answers."""
    server.zone.misdeed("silent-mail.org", Misdeed.SILENCE)
    path = tmp_path / "leads.csv"
    path.write_bytes(_LIST + b"Eve,eve@silent-mail.org\n")
    return path


def _job_of(process: subprocess.Popen[bytes]) -> str:
    line = first_line(process)
    found = _STARTED.fullmatch(line)
    assert found is not None, line
    return found[1]


def _jobs(program: Program) -> list[dict[str, Any]]:
    return [json.loads(line) for line in program.run("jobs", "list", "--json").stdout.splitlines()]


def _heal(server: DnsServer) -> None:
    server.zone.misdeed("silent-mail.org", Misdeed.SILENCE, times=0)
    server.zone.mail("silent-mail.org")


def _reasons(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row["ec_reason"] for row in csv.DictReader(file)]


def test_a_list_is_cleaned_and_left_as_it_was(tmp_path: Path, program: Program, leads: Path) -> None:
    before = (leads.stat().st_mtime_ns, hashlib.sha256(leads.read_bytes()).digest())
    done = program.run("clean", "leads.csv", "--json")
    assert done.returncode == 0
    assert _STARTED.fullmatch(done.stderr.decode())  # and no progress, since this is no terminal
    (line,) = done.stdout.splitlines()
    assert json.loads(line) == json.loads((tmp_path / "leads-cleaned" / "summary.json").read_text())
    assert _reasons(tmp_path / "leads-cleaned" / "results.csv") == ["domain_accepts", "multiple_at"]
    assert (leads.stat().st_mtime_ns, hashlib.sha256(leads.read_bytes()).digest()) == before


def test_a_list_comes_from_standard_input(tmp_path: Path, program: Program) -> None:
    done = program.run("clean", "-", "--json", "--out", "out", input=gzip.compress(_LIST))
    assert done.returncode == 0
    assert json.loads(done.stdout)["sources"] == ["-"]
    assert _reasons(tmp_path / "out" / "results.csv") == ["domain_accepts", "multiple_at"]
    for nothing in (b"", b"a,b\n1,2\n"):
        done = program.run("clean", "-", "--out", "out2", input=nothing)
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_job_says_how_to_go_on_and_does(
    tmp_path: Path,
    program: Program,
    waiting_list: Path,
    server: DnsServer,
    until: Until,
    number: signal.Signals,
) -> None:
    process = program.begin("clean", "leads.csv", "--json")
    job_id = _job_of(process)
    until(lambda: server.asked("silent-mail.org") > 0 and server.asked("acme-mail.org") > 0)
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert out == b""
    assert f"emailcleaner jobs resume {job_id}" in err.decode()
    assert b"Traceback" not in err
    assert not (tmp_path / "leads-cleaned").exists()
    assert [j["state"] for j in _jobs(program)] == ["paused"]
    _heal(server)
    done = program.run("jobs", "resume", job_id, "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["state"] == "done"
    assert _reasons(tmp_path / "leads-cleaned" / "results.csv") == [
        "domain_accepts",
        "multiple_at",
        "domain_accepts",
    ]


def test_a_killed_job_goes_on_at_the_next_start(
    tmp_path: Path, program: Program, waiting_list: Path, server: DnsServer, until: Until
) -> None:
    process = program.begin("clean", "leads.csv")
    job_id = _job_of(process)
    until(lambda: server.asked("silent-mail.org") > 0)
    process.kill()
    process.communicate()
    assert [(j["job_id"], j["state"]) for j in _jobs(program)] == [(job_id, "running")]
    _heal(server)
    done = program.run("jobs", "resume", "--all")
    assert done.returncode == 0
    assert [j["state"] for j in _jobs(program)] == ["done"]
    assert len(_reasons(tmp_path / "leads-cleaned" / "results.csv")) == 3


@pytest.mark.parametrize(("verb", "state"), [("pause", "paused"), ("cancel", "cancelled")])
def test_a_running_job_is_stopped_from_another_terminal_and_no_second_one_begins(
    program: Program, waiting_list: Path, server: DnsServer, until: Until, verb: str, state: str
) -> None:
    process = program.begin("clean", "leads.csv")
    job_id = _job_of(process)
    until(lambda: server.asked("silent-mail.org") > 0)
    refused = program.run("clean", "leads.csv", "--out", "other")
    assert refused.returncode != 0
    assert refused.stderr.count(b"\n") == 1
    known = program.run("jobs", "export", job_id, "--out", "known")
    assert known.returncode == 0
    assert program.run("jobs", verb, job_id).returncode == 0
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert [j["state"] for j in _jobs(program)] == [state]


def test_a_reader_who_has_seen_enough_is_no_error_to_show(program: Program, leads: Path) -> None:
    program.run("clean", "leads.csv", "--depth", "syntax")
    read, write = os.pipe()
    os.close(read)
    try:
        process = program.begin("jobs", "list", stdout=write)
        _, err = process.communicate(timeout=PATIENCE_S)
    finally:
        os.close(write)
    assert err == b""


@pytest.mark.parametrize("closed", [0, 1, 2])
def test_it_works_with_a_closed_stream(tmp_path: Path, program: Program, leads: Path, closed: int) -> None:
    done = program.run(
        "clean", "leads.csv", "--depth", "syntax", "--json", stdin=None, preexec_fn=lambda: os.close(closed)
    )
    assert done.returncode == 0
    assert len(_reasons(tmp_path / "leads-cleaned" / "results.csv")) == 2
    if closed == 0:
        refused = program.run("clean", "-", stdin=None, preexec_fn=lambda: os.close(0))
        assert refused.returncode == 2
        assert b"standard input" in refused.stderr


def test_a_full_disk_is_said_in_a_sentence_and_leaves_nothing_half_written(
    tmp_path: Path, program: Program
) -> None:
    resource = pytest.importorskip("resource")
    lines = b"".join(b"user%d@acme-mail.org,%s\n" % (n, b"x" * 100) for n in range(3_000))
    (tmp_path / "big.csv").write_bytes(b"email,note\n" + lines)
    limit = 400_000  # the working copy fits (as do parts and store), the export does not

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = program.run("clean", "big.csv", "--depth", "syntax", preexec_fn=small_files)
    assert done.returncode == 1
    assert b"room" in done.stderr or b"space" in done.stderr or b"large" in done.stderr
    assert not (tmp_path / "big-cleaned").exists()
    (job,) = _jobs(program)
    assert job["state"] == "failed"
    assert program.run("jobs", "resume", job["job_id"]).returncode == 0
    assert len(_reasons(tmp_path / "big-cleaned" / "results.csv")) == 3_000


def test_a_full_disk_while_copying_makes_no_job(tmp_path: Path, program: Program, home: Path) -> None:
    resource = pytest.importorskip("resource")
    (tmp_path / "big.csv").write_bytes(b"email,note\n" + b"user@acme-mail.org,xxxxxxxxxxxxxxxxx\n" * 30_000)

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))

    done = program.run("clean", "big.csv", "--depth", "syntax", preexec_fn=small_files)
    assert done.returncode != 0
    assert done.stderr.count(b"\n") == 1
    assert b"unexpected" not in done.stderr
    assert _jobs(program) == []
    assert list((home / "jobs").iterdir()) == []


def test_progress_is_drawn_on_a_terminal_only_and_wiped(
    program: Program, waiting_list: Path, server: DnsServer, until: Until
) -> None:
    pty = pytest.importorskip("pty")
    master, slave = pty.openpty()
    process = program.begin("clean", "leads.csv", stderr=slave)
    os.close(slave)
    said = b""
    while b"of 2 domains" not in said:
        said += os.read(master, 4096)
    process.send_signal(signal.SIGINT)
    try:
        while data := os.read(master, 4096):
            said += data
    except OSError:  # the other side is closed
        pass
    process.communicate(timeout=PATIENCE_S)
    os.close(master)
    text = said.decode()
    assert "\r\x1b[K" in text
    assert "█" in text or "░" in text
    assert "resume" in text.split("\r\x1b[K")[-1]
    assert process.returncode == 130


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_can_complete(program: Program, shell: str) -> None:
    asked = {
        "_EMAILCLEANER_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": "emailcleaner cl",
        "COMP_CWORD": "1",
        "_TYPER_COMPLETE_ARGS": "emailcleaner cl",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    done = program.run(environ=asked)
    assert b"clean" in done.stdout
    script = program.run(environ={"_EMAILCLEANER_COMPLETE": f"source_{shell}"})
    assert b"emailcleaner" in script.stdout


def test_help_and_errors_need_no_utf8(program: Program, tmp_path: Path) -> None:
    narrow = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    (tmp_path / "naïve.csv").write_bytes(_LIST)
    for arguments, status in (
        (["--help"], 0),
        (["clean", "--help"], 0),
        (["clean", "naïve.csv"], 0),
        (["clean", "naïve.csv", "--json"], 0),
        (["jobs", "list"], 0),
        (["verify", "ü@acme-mail.org"], 0),
        (["clean", "ünknown.csv"], 2),
    ):
        done = program.run(*arguments, environ=narrow)
        assert done.returncode == status, (arguments, done.stderr)


def test_a_list_alone_is_cleaned_where_there_is_no_display(
    tmp_path: Path, program: Program, leads: Path
) -> None:
    done = program.run("leads.csv")
    assert done.returncode == 0
    assert b"2 rows" in done.stdout
    assert (tmp_path / "leads-cleaned" / "report.html").exists()


def test_every_example_is_cleaned(program: Program, tmp_path: Path) -> None:
    examples = sorted(p for p in (ROOT / "examples").iterdir() if p.is_file() and p.suffix != ".md")
    assert len(examples) >= 5
    done = program.run(
        "clean", *map(str, examples), "--depth", "syntax", "--json", "--out", str(tmp_path / "out")
    )
    assert done.returncode == 0
    summary = json.loads(done.stdout)
    assert summary["records"] == summary["accepted"] + summary["rejected"] + summary["blank"]
    assert sum(summary["segments"].values()) == summary["accepted"] + summary["rejected"]
    assert summary["segments"]["clean"] > 0
