"""What may be imported where, seen in fresh interpreters: the core lives without Qt and starts light."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

#: Imported where they are used, never at the top of what a start passes through.
HEAVY = (
    "pandas",
    "sqlalchemy",
    "alembic",
    "xlsxwriter",
    "python_calamine",
    "charset_normalizer",
    "pyarrow.dataset",
    "PySide6",
)


def _core_modules() -> list[str]:
    modules = []
    for path in sorted((ROOT / "emailcleaner").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if "migrations" in parts or parts[1:2] == ("ui",) or parts[-1] == "__main__":
            continue
        modules.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return modules


def _run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_every_core_and_command_line_module_imports_without_qt() -> None:
    modules = _core_modules()
    assert "emailcleaner.core.model" in modules
    done = _run(
        "import tests.without_qt, importlib, sys\n"
        f"for name in {modules!r}:\n"
        "    importlib.import_module(name)\n"
        "assert not [name for name in sys.modules if name.startswith('PySide6')]\n"
    )
    assert done.returncode == 0, done.stderr


def test_the_block_on_qt_really_blocks() -> None:
    done = _run("import tests.without_qt\nimport PySide6")
    assert "ModuleNotFoundError" in done.stderr


def test_asking_for_help_loads_nothing_heavy() -> None:
    done = _run(
        "import sys\n"
        "from emailcleaner.__main__ import main\n"
        "sys.argv = ['emailcleaner', '--help']\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as ended:\n"
        "    assert not ended.code, ended.code\n"
        f"heavy = sorted(set({HEAVY!r}) & set(sys.modules))\n"
        "assert not heavy, heavy\n"
    )
    assert done.returncode == 0, done.stderr


def test_the_facade_of_the_core_loads_nothing_heavy() -> None:
    done = _run(
        "import sys\n"
        "import emailcleaner.core.services, emailcleaner.core.model\n"
        f"heavy = sorted(set({HEAVY!r}) & set(sys.modules))\n"
        "assert not heavy, heavy\n"
    )
    assert done.returncode == 0, done.stderr
