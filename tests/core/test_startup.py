"""How a process is settled, seen in a process of its own: it would change the one of the tests."""

from __future__ import annotations

import json
import subprocess
import sys

_CODE = """
import gc, json, sys
before = gc.get_freeze_count()
from emailcleaner.core.startup import tune_process
tune_process()
import pyarrow
print(json.dumps({
    "frozen": gc.get_freeze_count() - before,
    "thresholds": gc.get_threshold(),
    "is_collecting": gc.isenabled(),
    "allocator": pyarrow.default_memory_pool().backend_name,
    "turn_s": sys.getswitchinterval(),
}))
"""


def test_what_is_imported_is_left_to_itself_and_rubbish_is_still_collected() -> None:
    done = subprocess.run([sys.executable, "-c", _CODE], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert told["frozen"] > 10_000
    assert told["thresholds"] == [20_000, 50, 50]
    assert told["is_collecting"]
    assert told["allocator"] == "system"
    assert told["turn_s"] < 0.001
