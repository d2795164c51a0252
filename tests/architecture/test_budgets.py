"""Sizes and words that the source tree keeps to; a breach names the file and what to do instead."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "emailcleaner"
MAX_LINES = 500
MAX_PUBLIC_METHODS = 15
VAGUE_NAMES = {"util", "utils", "misc", "helper", "helpers", "common", "stuff", "tools", "lib"}
UNFINISHED = ("TO" + "DO", "FIX" + "ME", "X" * 3 + " ", "raise NotImplemented")


def _python_files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def _all_files() -> list[Path]:
    return [
        *_python_files(),
        *sorted((ROOT / "tests").rglob("*.py")),
        *sorted((ROOT / "tools").rglob("*.py")),
    ]


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    return {_name(path): ast.parse(path.read_text("utf-8")) for path in _python_files()}


def test_no_file_is_longer_than_the_budget() -> None:
    long = {
        _name(path): lines
        for path in _all_files()
        if (lines := len(path.read_text("utf-8").splitlines())) > MAX_LINES
    }
    assert not long, "divide these by subject"


def test_no_class_has_more_public_methods_than_the_budget(trees: dict[str, ast.Module]) -> None:
    big = {
        f"{name}:{node.name}": count
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and (count := len(list(_public_methods(node)))) > MAX_PUBLIC_METHODS
    }
    assert not big, "a class like this has two subjects: divide it"


def _public_methods(node: ast.ClassDef) -> Iterator[str]:
    for child in node.body:
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and not child.name.startswith("_"):
            # What Qt calls by its own names is Qt's interface, and a property is a value.
            decorators = {ast.unparse(decorator) for decorator in child.decorator_list}
            is_qt_override = child.name != child.name.lower()
            if not is_qt_override and not decorators & {"property", "override"}:
                yield child.name


def test_modules_are_named_by_their_subject() -> None:
    vague = [
        _name(path) for path in _python_files() if path.stem in VAGUE_NAMES or path.parent.name in VAGUE_NAMES
    ]
    assert not vague, "name the subject"


def test_every_module_says_what_it_is_for(trees: dict[str, ast.Module]) -> None:
    silent = [name for name, tree in trees.items() if tree.body and ast.get_docstring(tree) is None]
    assert not [name for name in silent if "/versions/" not in name]


def test_annotations_are_lazy_everywhere(trees: dict[str, ast.Module]) -> None:
    missing = [
        name
        for name, tree in trees.items()
        if any(isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AnnAssign) for node in ast.walk(tree))
        and not any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body)
    ]
    assert not missing, "start with `from __future__ import annotations`"


@pytest.mark.parametrize("word", UNFINISHED)
def test_nothing_is_left_for_later(word: str) -> None:
    assert not [_name(path) for path in _python_files() if word in path.read_text("utf-8")]


FORBIDDEN_CALLS = {
    "print": "write to sys.stdout/sys.stderr in the command line, or log",
    "eval": "parse",
    "exec": "parse",
    "input": "the window or a parameter asks",
    "breakpoint": "take it out",
}
FORBIDDEN_IMPORTS = {
    "pickle": "write JSON or Arrow",
    "marshal": "write JSON or Arrow",
    "shelve": "use the store",
    "smtplib": "it probes another mailbox than the one given for hostile strings",
    "nose": "",
    "mock": "",
}


def test_dangerous_or_noisy_calls_are_not_used(trees: dict[str, ast.Module]) -> None:
    found = [
        f"{name}:{node.lineno}: {node.func.id}: {FORBIDDEN_CALLS[node.func.id]}"
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS
    ]
    shells = [
        f"{name}:{node.lineno}: shell=True"
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "shell"
    ]
    assert not found + shells


def test_dangerous_modules_are_not_imported(trees: dict[str, ast.Module]) -> None:
    found = [
        f"{name}: {module}: {FORBIDDEN_IMPORTS[module.partition('.')[0]]}"
        for name, tree in trees.items()
        for module in _imported(tree)
        if module.partition(".")[0] in FORBIDDEN_IMPORTS
    ]
    assert not found


def test_a_silenced_warning_says_why() -> None:
    bare = []
    for path in _all_files():
        if path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            for mark in ("# noqa", "# type: ignore"):
                _, found, rest = line.partition(mark)
                # Codes first, then a dash or a second comment with the reason.
                reason = (
                    rest.split("]")[-1]
                    if "ignore" in mark
                    else rest.lstrip(": ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789,")
                )
                if found and len(reason.strip(" #-:,")) < 8:
                    bare.append(f"{_name(path)}:{number}")
    assert not bare, "write the reason beside it"


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
