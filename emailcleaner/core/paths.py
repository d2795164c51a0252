"""Where things are: the user's home of data, logs and settings, and the program's own resources.

Nothing here reads or writes what is inside those places.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from emailcleaner.core.errors import UserError

_APP_NAME = "emailcleaner"
_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Home:
    """All places of one user's data. `prepare` makes the folders; the rest only names them."""

    root: Path

    @classmethod
    def find(cls, environ: Mapping[str, str] = os.environ) -> Home:
        """The home named by `EMAILCLEANER_HOME`, else the platform's place for user data."""
        told = environ.get("EMAILCLEANER_HOME", "").strip()
        if told:
            return cls(Path(told).expanduser().absolute())
        import platformdirs

        return cls(Path(platformdirs.user_data_dir(_APP_NAME, appauthor=False)))

    @property
    def database(self) -> Path:
        """The embedded database."""
        return self.root / "store.sqlite3"

    @property
    def jobs_dir(self) -> Path:
        """One folder a job: working copies of its lists and its part files."""
        return self.root / "jobs"

    @property
    def logs_dir(self) -> Path:
        """The rotating log files."""
        return self.root / "logs"

    @property
    def settings_file(self) -> Path:
        """What the user changed from the defaults."""
        return self.root / "settings.toml"

    @property
    def lock_file(self) -> Path:
        """Held by the one running instance."""
        return self.root / "instance.lock"

    @property
    def log_key_file(self) -> Path:
        """The key that pseudonyms in the logs are made with."""
        return self.root / "log.key"

    @property
    def state_file(self) -> Path:
        """Window geometry, recent lists: what may be lost without harm."""
        return self.root / "state.json"

    def prepare(self) -> Home:
        """Make the folders that are missing, for this user only (mode 0700).

        A root that exists keeps its mode, since it may be a folder that the user chose. Raises `UserError`
        if a folder cannot be made.
        """
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in (self.jobs_dir, self.logs_dir):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as fault:
            raise UserError(
                f"The data folder {self.root} cannot be made: {fault.strerror}.",
                "Set EMAILCLEANER_HOME to a folder you may write to.",
            ) from fault
        return self


def resource_dir() -> Path:
    """The folder of data, icons and styles that came with the program.

    It is inside the package in an installed wheel, in the unpacked folder of a frozen program, and at the
    top of a source tree. Raises `UserError` if it is nowhere.
    """
    frozen = getattr(sys, "_MEIPASS", None)
    candidates = [Path(frozen) / "resources"] if frozen else []
    candidates += [_PACKAGE / "resources", _PACKAGE.parent / "resources"]
    for candidate in candidates:
        if (candidate / "data").is_dir():
            return candidate
    raise UserError("The program's own data files are missing.", "Install Email Cleaner again.", exit_code=1)


def forbid_core_dumps() -> None:
    """Keep addresses out of core files; does nothing where the system has no such limit."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
