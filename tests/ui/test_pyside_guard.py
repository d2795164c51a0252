"""The pinned PySide6 survives thousands of emits: 6.12.0 dies after some 500 on Python 3.10 and 3.11."""

from __future__ import annotations

import os
import subprocess
import sys

_EMITS = """
from PySide6.QtCore import QCoreApplication, QObject, Signal
class Source(QObject):
    told = Signal(int)
app = QCoreApplication([])
source, heard = Source(), []
source.told.connect(heard.append)
for number in range(5000):
    source.told.emit(number)
assert len(heard) == 5000
print("alive")
"""


def test_five_thousand_emits_do_not_kill_the_process() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _EMITS],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=dict(os.environ),
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "alive"
