"""What suits a process that works on lists; whoever starts the program calls it, never the core by itself."""

from __future__ import annotations

import gc
import sys

import pyarrow as pa

#: New objects before the collector looks, and how seldom it looks at the older ones. A list makes
#: millions of short-lived objects and next to no cycles.
_THRESHOLDS = (20_000, 50, 50)


def tune_process() -> None:
    """Settle allocator, threads and garbage collector; call once the program is imported.

    The system's allocator keeps the large buffers of a block for the next one, where Arrow's own
    gives them back and has them zeroed anew: less time and less memory, measured on lists of a
    million rows.
    """
    pa.set_memory_pool(pa.system_memory_pool())
    # Workers come back from Arrow and numpy all the time; they should not wait 5 ms for their turn.
    sys.setswitchinterval(0.0005)
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
