from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.export.names import folder_name, folder_names


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("leads.csv", "leads"),
        ("leads.csv.gz", "leads"),
        ("Kunden Köln.XLSX", "Kunden Köln"),
        ("a.b.csv", "a.b"),
        ("CON.csv", "CON_"),
        ("nul", "nul_"),
        ("com1.tar.csv", "com1.tar_"),
        ("lpt¹.csv", "lpt¹_"),
        ("report. .csv", "report"),
        ("a:stream.csv", "a_stream"),
        ("../../etc/passwd", "passwd"),
        ("..", "list"),
        ("...csv", "list"),
        (".hidden.csv", "hidden"),
        ("", "list"),
        ("\u202egnp.csv", "gnp"),
        ("a\0b\n.csv", "ab"),
        ("x\udcff.csv", "x_"),
    ],
)
def test_names_become_safe_on_every_system(name: str, folder: str) -> None:
    assert folder_name(name) == folder


def test_equal_names_are_told_apart_whatever_their_case() -> None:
    names = folder_names(["a.csv", "A.tsv", "b.csv", "a.txt", "a-2.csv"])
    assert names == ["a", "A-2", "b", "a-3", "a-2-2"]


def test_names_of_our_own_files_are_not_given_away() -> None:
    assert folder_names(["summary.json.csv"], taken=("summary.json",)) == ["summary.json-2"]


@given(st.lists(st.text(st.characters(), max_size=300), max_size=6))
def test_any_names_give_short_different_single_folders(names: list[str]) -> None:
    folders = folder_names(names)
    assert len({name.casefold() for name in folders}) == len(names)
    for folder in folders:
        assert 0 < len(folder.encode()) <= 255
        assert not set(folder) & set('/\\:*?"<>|\0')
        assert folder[0] != "."
        assert folder[-1] not in " ."
