"""The tree speaks of the program alone: no addresses of package registries, no secrets, no strange files."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT_ENDINGS = {
    ".py",
    ".md",
    ".toml",
    ".lock",
    ".txt",
    ".sh",
    ".qss",
    ".ini",
    ".cfg",
    ".in",
    ".spec",
    ".json",
    "",
}
MAX_FILE_BYTES = 5 * 1024 * 1024
# Put together here, so that this file does not find itself.
REGISTRY_HOSTS = ("pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "deb.debian" + ".org")
KEYS = re.compile(r"AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY-----|whsec_[A-Za-z0-9+/]{24}")


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    if shutil.which("git") is None:
        pytest.skip("git is not installed here")
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [path for name in done.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def _texts(paths: list[Path]) -> dict[str, str]:
    return {
        str(path.relative_to(ROOT)): path.read_text("utf-8", errors="replace")
        for path in paths
        if path.suffix in TEXT_ENDINGS
        and path.stat().st_size < MAX_FILE_BYTES
        and "resources/data" not in str(path)
    }


def test_no_file_names_a_package_registry(tracked: list[Path]) -> None:
    found = [name for name, text in _texts(tracked).items() if any(host in text for host in REGISTRY_HOSTS)]
    assert not found


def test_no_file_holds_a_key(tracked: list[Path]) -> None:
    assert not [name for name, text in _texts(tracked).items() if KEYS.search(text)]


def test_no_file_is_bigger_than_a_repository_should_carry(tracked: list[Path]) -> None:
    assert not [str(path) for path in tracked if path.stat().st_size > MAX_FILE_BYTES]


def test_no_generated_file_is_tracked(tracked: list[Path]) -> None:
    generated = (".pyc", ".sqlite3", ".parquet", ".whl", ".so", ".egg-info")
    assert not [str(path) for path in tracked if path.name.endswith(generated)]
