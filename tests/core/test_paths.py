from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from emailcleaner.core.errors import UserError
from emailcleaner.core.paths import Home, resource_dir


def test_the_home_is_the_one_that_the_environment_names(tmp_path: Path) -> None:
    assert Home.find({"EMAILCLEANER_HOME": str(tmp_path)}).root == tmp_path
    assert Home.find({"EMAILCLEANER_HOME": " relative "}).root == Path.cwd() / "relative"


def test_without_one_it_is_in_the_users_own_folder() -> None:
    root = Home.find({"EMAILCLEANER_HOME": ""}).root
    assert root.name == "emailcleaner"
    assert root.is_relative_to(Path.home())


def test_folders_are_made_for_this_user_only(tmp_path: Path) -> None:
    home = Home(tmp_path / "a" / "b").prepare()
    for folder in (home.root, home.jobs_dir, home.logs_dir):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert home.prepare() == home


def test_a_folder_that_the_user_chose_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Home(tmp_path).prepare()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_everything_is_inside_the_home(tmp_path: Path) -> None:
    home = Home(tmp_path)
    places = {
        home.database,
        home.jobs_dir,
        home.logs_dir,
        home.settings_file,
        home.lock_file,
        home.log_key_file,
        home.state_file,
    }
    assert len(places) == 7
    assert {place.parent for place in places} == {tmp_path}


def test_a_home_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot be made") as caught:
        Home(tmp_path / "file" / "home").prepare()
    assert "EMAILCLEANER_HOME" in caught.value.hint


def test_the_resources_hold_the_data_of_the_checks() -> None:
    assert (resource_dir() / "data").is_dir()


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit there")
def test_core_dumps_are_off() -> None:
    code = (
        "from emailcleaner.core.paths import forbid_core_dumps; import resource; forbid_core_dumps();"
        "print(resource.getrlimit(resource.RLIMIT_CORE))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "(0, 0)\n"
