from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from emailcleaner.core.errors import UserError
from emailcleaner.core.paths import Home
from emailcleaner.core.store import InstanceLock

HOLD = (
    "import sys; from pathlib import Path; from emailcleaner.core.store import InstanceLock\n"
    "with InstanceLock(Path(sys.argv[1])):\n"
    "    print('held', flush=True); sys.stdin.read()\n"
)


def holder(home: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    return child


def test_a_second_process_is_told_who_has_it(tmp_path: Path) -> None:
    with holder(tmp_path) as child:
        with pytest.raises(UserError, match=rf"process {child.pid}") as caught:
            InstanceLock(tmp_path).acquire()
        assert caught.value.exit_code == 1
        child.communicate()
    with InstanceLock(tmp_path):
        assert (tmp_path / "instance.lock").read_text() == f"{os.getpid()}\n"


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    with holder(tmp_path) as child:
        child.kill()
        child.communicate()
    with InstanceLock(tmp_path):
        assert (tmp_path / "instance.lock").exists()


def test_two_holders_in_one_process_are_refused_too(tmp_path: Path) -> None:
    with InstanceLock(tmp_path), pytest.raises(UserError, match=str(os.getpid())):
        InstanceLock(tmp_path).acquire()


def test_it_is_the_file_that_the_home_names(tmp_path: Path) -> None:
    with InstanceLock(tmp_path):
        assert Home(tmp_path).lock_file.exists()


def test_another_home_has_another_lock(tmp_path: Path) -> None:
    with InstanceLock(tmp_path / "a"), InstanceLock(tmp_path / "b"):
        assert stat.S_IMODE((tmp_path / "a" / "instance.lock").stat().st_mode) == 0o600


def test_a_lock_can_be_taken_again_and_given_back_twice(tmp_path: Path) -> None:
    lock = InstanceLock(tmp_path)
    with lock, pytest.raises(RuntimeError):
        lock.acquire()
    lock.release()
    with lock:
        assert (tmp_path / "instance.lock").read_text().strip().isdigit()
