"""Arrow arrays without `pyarrow.array`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa

from emailcleaner.core.lists.arrow_arrays import integers, slices, texts


def test_numbers_and_texts_are_what_they_were() -> None:
    assert integers(np.arange(5, dtype=np.int64)[::2]).to_pylist() == [0, 2, 4]
    assert integers(np.empty(0, dtype=np.int32)).to_pylist() == []
    assert texts(["é".encode(), b"", b"x"], pa.string()).to_pylist() == ["é", "", "x"]
    assert texts([], pa.large_binary()).to_pylist() == []
    assert slices(np.array([0, 1, 3]), b"abc", pa.large_string()).to_pylist() == ["a", "bc"]


def test_reading_a_list_does_not_import_pandas(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib\n"
        "from emailcleaner.core.lists import spool\n"
        "from emailcleaner.core.model import ReadOptions\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "(folder / 'l.csv').write_text('email,n\\na@example.com,1\\n\"stray,2\\nb@example.com\\nc,d,e\\n')\n"
        "found = spool(folder / 'l.csv', 'l.csv', ReadOptions(), folder / 'job')\n"
        "list(found.batches()), list(found.raw_batches())\n"
        "print('pandas' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
