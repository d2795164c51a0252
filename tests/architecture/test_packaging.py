"""Locks, pins and packaging: what a fresh machine is built from."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
#: Names that a distribution's modules go by, where they differ from its own.
MODULES = {
    "dnspython": "dns",
    "python-json-logger": "pythonjsonlogger",
    "pyside6-essentials": "PySide6",
    "python-calamine": "python_calamine",
    "charset-normalizer": "charset_normalizer",
}
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)( ;[^\\]+)?", re.MULTILINE)


def _pins(lock: str) -> set[tuple[str, str, str]]:
    return set(PIN.findall((ROOT / lock).read_text("utf-8")))


def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return project


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_names_versions_and_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert "://" not in text
    assert "--index" not in text
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)
    pinned = [block for block in blocks if PIN.match(block)]
    assert len(pinned) > 20
    assert not [block.splitlines()[0] for block in pinned if "--hash=sha256:" not in block]


def test_the_development_lock_contains_the_runtime_lock() -> None:
    """So that `run` and `test` share one environment, and a test runs what a user runs."""
    assert _pins("requirements.lock") <= _pins("requirements-dev.lock")


def test_every_direct_dependency_is_locked() -> None:
    locked = {_canonical(name) for name, _version, _marker in _pins("requirements.lock")}
    direct = [_canonical(re.split(r"[^A-Za-z0-9._-]", item)[0]) for item in _project()["dependencies"]]
    assert set(direct) <= locked
    assert len(direct) <= 15, "each direct dependency is a supplier: which one can go?"


def test_every_direct_dependency_says_why() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    block = text[text.index("dependencies = [") : text.index("]\n", text.index("dependencies = ["))]
    lines = [line for line in block.splitlines() if line.strip().startswith('"')]
    assert lines
    assert not [line for line in lines if "#" not in line]


def test_pyside_is_pinned_to_a_version_without_the_signal_fault() -> None:
    pins = {name: version for name, version, _marker in _pins("requirements.lock")}
    assert pins["pyside6-essentials"] == "6.11.3"
    assert "PySide6-Essentials==6.11.3" in (ROOT / "pyproject.toml").read_text("utf-8")


def test_the_version_stands_in_two_places_and_is_one() -> None:
    text = (ROOT / "emailcleaner" / "__init__.py").read_text("utf-8")
    assert f'__version__ = "{_project()["version"]}"' in text
    assert f"## [{_project()['version']}]" in (ROOT / "CHANGELOG.md").read_text(
        "utf-8"
    ) or "[Unreleased]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_package_list_holds_every_package_and_the_resources() -> None:
    code = (
        "import setuptools, json\n"
        "setuptools.setup = lambda **known: print(json.dumps(known['packages']))\n"
        "exec(compile(open('setup.py').read(), 'setup.py', 'exec'))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    if "No module named 'setuptools'" in done.stderr:
        pytest.skip("setuptools is not installed here; building a wheel brings it")
    assert done.returncode == 0, done.stderr
    packages = set(ast.literal_eval(done.stdout))
    wanted = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "emailcleaner").rglob("*.py")
        if "migrations" not in path.parts
    }
    assert wanted <= packages, "a folder with modules and without __init__.py is left out of the wheel"
    assert "emailcleaner.resources" in packages


def test_scripts_are_plain_shell_and_executable() -> None:
    for name in ("run", "test", ".ci/run"):
        path = ROOT / name
        assert path.stat().st_mode & 0o111, name
        shell = "bash" if "bash" in path.read_text("utf-8").splitlines()[0] else "sh"
        assert subprocess.run([shell, "-n", str(path)], check=False).returncode == 0
    assert subprocess.run(["sh", "-n", str(ROOT / "tools" / "environment.sh")], check=False).returncode == 0


def test_what_is_imported_is_declared() -> None:
    """A library that another one happened to bring may be gone with its next version."""
    declared = [*_project()["dependencies"], *_project()["optional-dependencies"]["ui"]]
    names = [re.split(r"[^A-Za-z0-9._-]", item)[0].lower() for item in declared]
    known = {MODULES.get(name, name) for name in names} | {"shiboken6", "emailcleaner"}
    foreign: dict[str, set[str]] = {}
    for path in (ROOT / "emailcleaner").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules = [node.module]
            for module in modules:
                top = module.partition(".")[0]
                if top not in sys.stdlib_module_names and top not in known:
                    foreign.setdefault(top, set()).add(str(path.relative_to(ROOT)))
    assert not foreign, "add it to the dependencies, with its reason, or do without"


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
