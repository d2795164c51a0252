from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from emailcleaner.core.checks import CheckData, load_check_data
from emailcleaner.core.errors import UserError

RESOURCES = Path(__file__).resolve().parents[3] / "resources"
LISTS = sorted((RESOURCES / "data").glob("*.txt"))


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_list_is_sorted_lower_case_and_without_repetition(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.endswith("\n")
    entries = [line for line in text.splitlines() if not line.startswith("#")]
    assert entries
    assert entries == [entry.strip().lower() for entry in entries]
    assert len(entries) == len({entry.split()[0] for entry in entries})
    if path.name not in {"typos.txt", "typo_tlds.txt"}:
        assert entries == sorted(entries)


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_list_says_where_it_comes_from(path: Path) -> None:
    assert path.read_text("utf-8").startswith("#")
    assert f"`{path.name}`" in (RESOURCES / "SOURCES.md").read_text("utf-8")


def test_domains_lie_under_top_levels_that_exist(data: CheckData) -> None:
    domains = set().union(data.free, data.aliases, *data.disposable, data.not_disposable)
    assert sorted(d for d in domains if d.rpartition(".")[2] not in data.tlds) == []


def test_free_providers_and_disposable_domains_are_apart(data: CheckData) -> None:
    assert sorted(data.free & frozenset().union(*data.disposable)) == []


def test_lists_are_as_large_as_their_origin(data: CheckData) -> None:
    assert len(data.disposable[0]) > 10_000
    assert len(data.disposable[1]) > 55_000
    assert len(data.tlds) > 1_400
    assert len(data.free) > 4_000


def test_mistyped_top_levels_do_not_exist_and_their_meanings_do(data: CheckData) -> None:
    assert sorted(data.typo_tlds.keys() & data.tlds) == []
    assert all(meant.rpartition(".")[2] in data.tlds for meant in data.typo_tlds.values())


def test_missing_list_is_said_and_not_passed_over(tmp_path: Path) -> None:
    shutil.copytree(RESOURCES / "data", tmp_path / "data")
    (tmp_path / "data" / "tlds.txt").unlink()
    with pytest.raises(UserError, match=r"tlds\.txt"):
        load_check_data(tmp_path)
