"""A block of cells at once: the screen for the many, the one-by-one path for the few, put back together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from emailcleaner.core.checks import screen as kernels
from emailcleaner.core.checks.categories import is_role
from emailcleaner.core.checks.domain_facts import FactColumns, provider_number
from emailcleaner.core.checks.duplicates import U64, hash_slices, hash_strings, join_keys
from emailcleaner.core.checks.gibberish import is_gibberish
from emailcleaner.core.checks.inspection import CellInspector, Inspected
from emailcleaner.core.checks.providers import GMAIL_LONGEST, GMAIL_SHORTEST, Provider, provider_refuses
from emailcleaner.core.columns import CheckedBatch
from emailcleaner.core.model import REASON_CODE, Flag, Reason

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
_PROVIDER_SYNTAX = REASON_CODE[Reason.PROVIDER_SYNTAX]
#: Plain characters of a local part that some providers never allowed: all that `screen` lets through and
#: `providers` does not.
_RARE = {
    Provider.GMAIL: b"_-'",
    Provider.YAHOO: b"'",
    Provider.ICLOUD: b"'",
}


def check_block(inspector: CellInspector, cells: pa.Array) -> CheckedBatch:
    """Check all cells of a block."""
    text = _plain_strings(cells)
    block = kernels.screen(text)
    codes, domains, respelt = _domains(block)
    block.plain[~inspector.domains.columns(domains).usable[codes]] = False
    odd = np.flatnonzero(~block.plain)
    seen = [inspector.inspect(cell) for cell in text.take(pa.array(odd)).to_pylist()]
    codes[odd] = _codes_for([s.domain for s in seen], domains)
    facts = inspector.domains.columns(domains)

    flags = facts.flags[codes]
    reason = facts.code[codes]
    pluses = kernels.plus_rows(block)
    local = kernels.local_hashes(block)
    _refuse_at_providers(block, facts.provider[codes], pluses[0], reason)
    _flag_locals(inspector, block, local, pluses, flags)
    key = _keys(inspector, block, local, codes, domains)

    flags[odd] = np.fromiter((s.flags for s in seen), np.uint32, len(seen))
    reason[odd] = np.fromiter((REASON_CODE[s.reason] if s.reason else 0 for s in seen), np.uint8, len(seen))
    key[odd] = _part_keys(inspector, [(s.local, s.domain) for s in seen])
    domain = pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(domains, pa.string()))
    return CheckedBatch(
        address=_replaced(text, odd, pa.array([s.address for s in seen], pa.string())),
        normalized=_normalized(block, respelt, codes, domains, odd, seen),
        domain=domain,
        reason=reason,
        flags=flags,
        key=key,
        suggestion=_suggestions(inspector, block, facts, codes, domains, odd, seen),
        extra=tuple((int(row), other) for row, s in zip(odd, seen, strict=True) for other in s.extra),
    )


def keys_of_columns(inspector: CellInspector, normalized: pa.Array, domain: pa.DictionaryArray) -> U64:
    """Duplicate keys from the columns `normalized` and `domain` of checked blocks."""
    block = kernels.screen(_plain_strings(normalized))
    domains = domain.dictionary.to_pylist()
    codes = domain.indices.to_numpy(zero_copy_only=False)
    local = kernels.local_hashes(block)
    key = _keys(inspector, block, local, codes, domains)
    odd = np.flatnonzero(~block.plain)
    parts = [address.rpartition("@") for address in block.cells.take(pa.array(odd)).to_pylist()]
    key[odd] = _part_keys(inspector, [(local, name) for local, _, name in parts])
    return key


def _plain_strings(cells: pa.Array) -> pa.StringArray:
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    if cells.type != pa.string():
        cells = cells.cast(pa.string())
    return cells.fill_null("") if cells.null_count else cells


def _domains(block: kernels.Screen) -> tuple[I32, list[str], npt.NDArray[np.bool_]]:
    """Codes and names of the lower-case domains, and which rows wrote theirs in another case."""
    encoded = kernels.split_domains(block)
    codes = encoded.indices.to_numpy().copy()
    lower = pc.ascii_lower(encoded.dictionary)
    changed = pc.not_equal(lower, encoded.dictionary).to_numpy(zero_copy_only=False)
    if not changed.any():
        return codes, lower.to_pylist(), np.zeros(len(codes), np.bool_)
    respelt = changed[codes]
    folded = lower.dictionary_encode()
    return folded.indices.to_numpy()[codes], folded.dictionary.to_pylist(), respelt


def _codes_for(names: list[str], domains: list[str]) -> I32:
    """Codes of the domains of odd rows; new ones are put behind `domains`."""
    place = {name: code for code, name in enumerate(domains)} if names else {}
    codes = []
    for name in names:
        code = place.get(name)
        if code is None:
            code = place[name] = len(domains)
            domains.append(name)
        codes.append(code)
    return np.array(codes, dtype=np.int32)


def _refuse_at_providers(
    block: kernels.Screen, provider: npt.NDArray[np.uint8], tagged: I64, reason: npt.NDArray[np.uint8]
) -> None:
    """Mark local parts that cannot exist at their provider."""
    if not provider.any():
        return
    has_tag = np.zeros(len(provider), np.bool_)
    has_tag[tagged] = True
    doubtful = np.zeros(len(provider), np.bool_)
    for name, rare in _RARE.items():
        rows = kernels.rows_with(block, rare)
        rows = rows[provider[rows] == provider_number(name)]
        doubtful[rows] = True
    reason[doubtful & ~has_tag] = _PROVIDER_SYNTAX
    gmail = provider == provider_number(Provider.GMAIL)
    # Dots and tags do not count, so names that may be too long or too short are counted one by one.
    doubtful |= gmail & ((block.at > GMAIL_LONGEST) | (block.at < 2 * GMAIL_SHORTEST) | has_tag)
    rows = np.flatnonzero(doubtful & block.plain & (reason == 0))
    names = {provider_number(name): name for name in Provider}
    for row, local in zip(rows.tolist(), kernels.locals_of(block, rows), strict=True):
        if provider_refuses(local, names[int(provider[row])]):
            reason[row] = _PROVIDER_SYNTAX


def _flag_locals(
    inspector: CellInspector,
    block: kernels.Screen,
    hashes: U64,
    pluses: tuple[I64, I32],
    flags: npt.NDArray[np.uint32],
) -> None:
    """Set the flags that depend on the local part."""
    rows, place = pluses
    tagged = rows[(place > 0) & (place < block.at[rows] - 1)]
    flags[tagged] |= np.uint32(Flag.SUBADDRESS)
    names = hashes.copy()
    names[rows] = hash_slices(block.data, block.start[rows], place)
    likely = np.flatnonzero(inspector.roles.may_hold(names) & block.plain)
    roles = [is_role(local, inspector.data) for local in kernels.locals_of(block, likely)]
    flags[likely[np.array(roles, np.bool_)]] |= np.uint32(Flag.ROLE)
    suspects = kernels.suspect_rows(block)
    random = [is_gibberish(local) for local in kernels.locals_of(block, suspects)]
    flags[suspects[np.array(random, np.bool_)]] |= np.uint32(Flag.GIBBERISH)


def _keys(
    inspector: CellInspector, block: kernels.Screen, hashes: U64, codes: I32, domains: list[str]
) -> U64:
    """Keys of the plain rows (0 elsewhere); `hashes` are those of the lower-case local parts."""
    policy = inspector.policy
    if policy.merge_gmail_dots or policy.merge_plus_tags:
        merged = inspector.domains.columns(domains).provider[codes] > 0
        rows = kernels.rows_with(block, b".+")
        rows = rows[merged[rows]]
        local = kernels.locals_of(block, rows)
        names = [
            inspector.canonical_local(a, domains[c]) for a, c in zip(local, codes[rows].tolist(), strict=True)
        ]
        hashes = hashes.copy()
        hashes[rows] = hash_strings(pa.array(names, pa.string()))
    key = join_keys(hashes, hash_strings(pa.array(domains, pa.string()))[codes])
    key[~block.plain] = 0
    return key


def _part_keys(inspector: CellInspector, parts: list[tuple[str, str]]) -> U64:
    """Keys of odd rows from local part and domain; 0 where there is no domain."""
    key = inspector.keys_of([local for local, _ in parts], [domain for _, domain in parts])
    key[np.array([not domain for _, domain in parts], np.bool_)] = 0
    return key


def _normalized(
    block: kernels.Screen,
    respelt: npt.NDArray[np.bool_],
    codes: I32,
    domains: list[str],
    odd: I64,
    seen: list[Inspected],
) -> pa.StringArray:
    """Addresses as they go on the wire: as found, but for domains in capitals and for odd rows."""
    rows = np.flatnonzero(respelt & block.plain)
    odd_texts = pa.array([s.normalized for s in seen], pa.string())
    if not len(rows):
        return _replaced(block.cells, odd, odd_texts)
    names = pa.array(domains, pa.string()).take(pa.array(codes[rows]))
    texts = pa.concat_arrays([kernels.with_domains(block, rows, names), odd_texts])
    places = np.concatenate([rows, odd])
    order = np.argsort(places)
    return _replaced(block.cells, places[order], texts.take(pa.array(order)))


def _suggestions(
    inspector: CellInspector,
    block: kernels.Screen,
    facts: FactColumns,
    codes: I32,
    domains: list[str],
    odd: I64,
    seen: list[Inspected],
) -> pa.StringArray:
    slips = (facts.flags & np.uint32(Flag.TYPO)) != 0
    rows = np.flatnonzero(slips[codes] & block.plain)
    meant = {code: inspector.domains.suggestion(domains[code]) for code in np.flatnonzero(slips).tolist()}
    names = pa.array([meant[code] for code in codes[rows].tolist()], pa.string())
    odd_rows = [(row, s.suggestion) for row, s in zip(odd.tolist(), seen, strict=True) if s.suggestion]
    found = pa.concat_arrays(
        [kernels.with_domains(block, rows, names), pa.array([text for _, text in odd_rows], pa.string())]
    )
    places = np.concatenate([rows, np.array([row for row, _ in odd_rows], np.int64)])
    order = np.argsort(places)
    empty = pa.repeat(pa.scalar("", pa.string()), len(block.plain))
    return _replaced(empty, places[order], found.take(pa.array(order)))


def _replaced(texts: pa.StringArray, rows: I64, new: pa.StringArray) -> pa.StringArray:
    """`texts` with those of `rows` (ascending) replaced by `new`, in order."""
    if not len(rows):
        return texts
    mask = np.zeros(len(texts), np.bool_)
    mask[rows] = True
    return pc.replace_with_mask(texts, pa.array(mask), new)
