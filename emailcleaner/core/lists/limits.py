"""How big things may be before a list is refused, or a record of it rejected.

Only figures; who enforces one says so where it does.
"""

from __future__ import annotations

KIB = 1024
MIB = 1024 * KIB

#: Bytes of a list that are looked at to guess how it is written.
HEAD = MIB
#: Records of the head that are parsed for the guess.
SAMPLE_RECORDS = 1_000
#: Bytes of the working copy that are taken at once.
BLOCK = 4 * MIB
#: A longer field makes its record a `malformed_row`; a quoted field that would be longer was never closed.
FIELD = 64 * KIB
#: A longer record is a `malformed_row`, and its raw text is kept up to this length.
RECORD = MIB
#: A quoted field over more lines than this was never closed.
QUOTED_LINES = 10
#: A list with more columns is refused.
COLUMNS = 10_000
#: More rows than this earn a warning.
ROWS_WARNED = 50_000_000

#: Compressed input: entries of an archive, bytes when inflated, and the ratio of the two sizes that is
#: believed once an entry is larger than `RATIO_FROM`.
ARCHIVE_ENTRIES = 10_000
ARCHIVE_INFLATED = 2 * 1024 * MIB
GZIP_INFLATED = 64 * 1024 * MIB
RATIO = 200
RATIO_FROM = 10 * MIB
XLS_SIZE = 512 * MIB
#: Cells of the rectangles that sheets span, empty ones included.
SHEET_CELLS = 64_000_000
