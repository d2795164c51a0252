"""Looking at lists before they are cleaned."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING

from emailcleaner.core.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from emailcleaner.core.model import ListPreview, ReadOptions
    from emailcleaner.core.services import ListCounts
    from emailcleaner.ui.bridge import Task
    from emailcleaner.ui.session import Session
    from emailcleaner.ui.worker_pool import StopFlag

#: A clipboard larger than this (characters) is more likely a mistake than a list.
PASTE_LIMIT = 64 * 1024 * 1024


def look_at_list(
    session: Session,
    path: str,
    options: ReadOptions,
    done: Callable[[ListPreview], None],
    failed: Callable[[UserError], None],
) -> Task:
    """The head of a list with what was guessed about it."""
    return session.run(lambda services: services.inspect(path, options), done, failed)


def count_lists(
    session: Session,
    sources: Sequence[str],
    options: ReadOptions,
    flag: StopFlag,
    done: Callable[[ListCounts], None],
    failed: Callable[[UserError], None],
) -> Task:
    """Rows, addresses, duplicates and domains of the lists; ends early when `flag` is set."""
    return session.run(lambda services: services.count(sources, options, flag), done, failed)


def keep_pasted_text(session: Session, text: str, done: Callable[[str], None]) -> Task:
    """Put pasted text into a file of its own, so that it is a list like any other; gives the path.

    Text without an `@`, or more than `PASTE_LIMIT` characters, is a `UserError`.
    """
    return session.bridge.run(lambda: _write_pasted(session.scratch, text), done)


def _write_pasted(folder: Path, text: str) -> str:
    if "@" not in text:
        raise UserError(
            "The clipboard has no e-mail address.", "Copy the addresses first, then paste them here."
        )
    if len(text) > PASTE_LIMIT:
        raise UserError("The clipboard holds too much text.", "Save it as a file and drop the file here.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stamp = datetime.now().astimezone().strftime("%Y-%m-%d %H.%M.%S")
    for attempt in range(1000):
        path = folder / (f"Pasted {stamp}.txt" if not attempt else f"Pasted {stamp} ({attempt + 1}).txt")
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text.replace("\r\n", "\n"))
        return str(path)
    raise UserError("The pasted text could not be kept.", f"Is {folder} writable?")
