"""The list stage as others would write it, each in a process of its own.

    python -m tests.benchmarks.contestants NAME LIST OUT

All do the same: read every column as text, trim and fold the address, test it with one regular
expression, look up disposable domains and role names, find duplicates, and write one file a segment with
the source columns. The two floors only read and write.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

from emailcleaner.core.paths import resource_dir

_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
PATTERN = rf"^{_ATOM}(\.{_ATOM})*@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{{2,}}$"
SEGMENTS = ("invalid", "duplicate", "disposable", "role_based", "clean")
ROLES = ("info", "sales", "support", "admin", "office", "contact", "billing", "hello", "abuse", "postmaster")


def disposable_domains() -> list[str]:
    """The same names that the program looks up, so that the sets are as large."""
    found: set[str] = set()
    for path in (resource_dir() / "data").glob("*disposable*"):
        if path.suffix == ".txt":
            found.update(
                line.strip() for line in path.read_text("utf-8").splitlines() if line[:1] not in ("", "#")
            )
    return sorted(found) or [f"throwaway{number}.com" for number in range(60_000)]


def floor(source: Path, out: Path) -> None:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    reading = _as_text(source)
    table = arrow_csv.read_csv(source, convert_options=reading)
    with pa.OSFile(str(out / "all.csv"), "wb") as sink:
        arrow_csv.write_csv(table, sink)


def floor_streaming(source: Path, out: Path) -> None:
    from pyarrow import csv as arrow_csv

    with (
        arrow_csv.open_csv(source, convert_options=_as_text(source)) as reader,
        arrow_csv.CSVWriter(out / "all.csv", reader.schema) as writer,
    ):
        for batch in reader:
            writer.write_batch(batch)


def _as_text(source: Path) -> object:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    with source.open("rb") as file:
        names = file.readline().decode().strip().split(",")
    return arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False)


def plain(source: Path, out: Path) -> None:
    pattern = re.compile(PATTERN)
    disposable = set(disposable_domains())
    roles = set(ROLES)
    seen: set[str] = set()
    with source.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        header = next(rows)
        column = header.index("email")
        files = {name: (out / f"{name}.csv").open("w", newline="", encoding="utf-8") for name in SEGMENTS}
        writers = {name: csv.writer(opened) for name, opened in files.items()}
        for writer in writers.values():
            writer.writerow(header)
        for row in rows:
            address = row[column].strip().lower()
            local, _at, domain = address.rpartition("@")
            if not pattern.match(address) or len(local) > 64:
                segment = "invalid"
            elif address in seen:
                segment = "duplicate"
            elif domain in disposable:
                segment = "disposable"
            elif local in roles:
                segment = "role_based"
            else:
                segment = "clean"
            seen.add(address)
            writers[segment].writerow(row)
        for opened in files.values():
            opened.close()


def polars(source: Path, out: Path) -> None:
    import polars as pl

    table = pl.scan_csv(source, infer_schema=False)
    columns = table.collect_schema().names()
    address = pl.col("email").fill_null("").str.strip_chars().str.to_lowercase()
    parts = pl.col("_address").str.splitn("@", 2)
    disposable = pl.Series(disposable_domains()).implode()
    table = table.with_columns(address.alias("_address")).with_columns(parts.alias("_parts"))
    segment = (
        pl.when(~pl.col("_address").str.contains(PATTERN))
        .then(0)
        .when(~pl.col("_address").is_first_distinct())
        .then(1)
        .when(pl.col("_parts").struct.field("field_1").is_in(disposable))
        .then(2)
        .when(pl.col("_parts").struct.field("field_0").is_in(pl.Series(ROLES).implode()))
        .then(3)
        .otherwise(4)
    )
    done = table.select([*columns, segment.cast(pl.Int8).alias("_segment")]).collect()
    for number, name in enumerate(SEGMENTS):
        done.filter(pl.col("_segment") == number).select(columns).write_csv(out / f"{name}.csv")


def duckdb(source: Path, out: Path) -> None:
    import duckdb as db
    import pyarrow as pa

    con = db.connect()
    con.register("disposable", pa.table({"d": disposable_domains()}))
    con.execute("SET preserve_insertion_order=true")
    pattern = PATTERN.replace("'", "''")
    con.execute(
        f"""
        CREATE TABLE t AS
        WITH r AS (SELECT *, lower(trim(email)) AS _a
            FROM read_csv('{source}', all_varchar=true, header=true)),
        n AS (SELECT *, row_number() OVER (PARTITION BY _a ORDER BY CAST(id AS BIGINT)) AS _n FROM r)
        SELECT n.*, CASE WHEN NOT regexp_matches(coalesce(_a, ''), '{pattern}') THEN 'invalid'
            WHEN _n > 1 THEN 'duplicate'
            WHEN split_part(_a, '@', 2) IN (SELECT d FROM disposable) THEN 'disposable'
            WHEN split_part(_a, '@', 1) IN {ROLES!r} THEN 'role_based' ELSE 'clean' END AS _s
        FROM n"""
    )
    for name in SEGMENTS:
        con.execute(
            f"COPY (SELECT * EXCLUDE (_a, _n, _s) FROM t WHERE _s = '{name}') TO '{out / name}.csv' (HEADER)"
        )


CONTESTANTS: dict[str, Callable[[Path, Path], None]] = {
    "floor": floor,
    "floor_streaming": floor_streaming,
    "plain": plain,
    "polars": polars,
    "duckdb": duckdb,
}
IMPORTS = {
    "floor": ("pyarrow", "pyarrow.csv"),
    "floor_streaming": ("pyarrow", "pyarrow.csv"),
    "polars": ("polars",),
    "duckdb": ("duckdb", "pyarrow"),
}


def main() -> None:
    name, source, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    out.mkdir(parents=True, exist_ok=True)
    for library in IMPORTS.get(name, ()):
        __import__(library)
    started = time.perf_counter()
    CONTESTANTS[name](source, out)
    print(json.dumps({"seconds": time.perf_counter() - started}))


if __name__ == "__main__":
    main()
