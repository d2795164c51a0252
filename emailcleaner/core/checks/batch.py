"""A block of cells at once: the screen for the many, the one-by-one path for the few, put back together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from emailcleaner.core.checks import screen as kernels
from emailcleaner.core.checks.categories import is_role
from emailcleaner.core.checks.domain_facts import PROVIDERS, FactColumns, provider_number
from emailcleaner.core.checks.duplicates import U64, hash_slices, hash_strings, join_keys, string_buffers
from emailcleaner.core.checks.gibberish import is_gibberish
from emailcleaner.core.checks.inspection import CellInspector
from emailcleaner.core.checks.odd_rows import OddRows, inspect_rows, keys_of_parts
from emailcleaner.core.checks.providers import GMAIL_LONGEST, GMAIL_SHORTEST, Provider, provider_refuses
from emailcleaner.core.columns import CheckedBatch
from emailcleaner.core.model import REASON_CODE, Flag, Reason
from emailcleaner.core.sliced import column_of, texts_of

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
_PROVIDER_SYNTAX = REASON_CODE[Reason.PROVIDER_SYNTAX]
#: Plain characters of a local part that some providers never allowed: all that `screen` lets through and
#: `providers` does not.
_RARE = {
    b"_-": (Provider.GMAIL,),
    b"'": (Provider.GMAIL, Provider.YAHOO, Provider.ICLOUD),
}


def check_block(inspector: CellInspector, cells: pa.Array) -> CheckedBatch:
    """Check all cells of a block."""
    text = _plain_strings(cells)
    block = kernels.screen(text)
    codes, domains, respelt = _domains(block)
    hashes = hash_strings(domains)
    facts = inspector.domains.columns(domains, hashes)
    block.plain[~facts.usable[codes]] = False
    odd = np.flatnonzero(~block.plain)
    seen = inspect_rows(inspector, text, odd)
    known = len(domains)
    codes[odd], domains = _with_names(domains, seen.domain)
    if len(domains) > known:
        more = hash_strings(domains[known:])
        facts = facts.extended(inspector.domains.columns(domains[known:], more))
        hashes = np.concatenate([hashes, more])

    flags = facts.flags[codes]
    reason = facts.code[codes]
    flags[block.repaired] |= np.uint32(Flag.CORRECTED)
    local = kernels.local_hashes(block)
    provider = facts.provider[codes]
    _refuse_at_providers(block, provider, reason)
    _flag_locals(inspector, block, local, flags)
    key = join_keys(_merged(inspector, block, local, provider), hashes[codes])

    flags[odd], reason[odd], key[odd] = seen.flags, seen.reason, seen.key
    return CheckedBatch(
        address=kernels.with_texts(block, (odd, seen.address)),
        normalized=_normalized(block, respelt, codes, domains, seen),
        domain=pa.DictionaryArray.from_arrays(pa.array(codes), domains),
        reason=reason,
        flags=flags,
        key=key,
        suggestion=_suggestions(inspector, block, facts, codes, domains, seen),
        extra=tuple(seen.extra),
    )


def keys_of_columns(inspector: CellInspector, normalized: pa.Array, domain: pa.DictionaryArray) -> U64:
    """Duplicate keys from the columns `normalized` and `domain` of checked blocks."""
    block = kernels.screen(_plain_strings(normalized))
    hashes = hash_strings(domain.dictionary)
    codes = domain.indices.to_numpy(zero_copy_only=False)
    provider = inspector.domains.columns(domain.dictionary, hashes).provider[codes]
    key = join_keys(_merged(inspector, block, kernels.local_hashes(block), provider), hashes[codes])
    odd = np.flatnonzero(~block.plain)
    parts = [address.rpartition("@") for address in texts_of(kernels.cells_of(block, odd))]
    key[odd] = keys_of_parts(inspector, [(local, name) for local, _, name in parts])
    return key


def _plain_strings(cells: pa.Array) -> pa.StringArray:
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    if cells.type != pa.string():
        cells = cells.cast(pa.string())
    return cells.fill_null("") if cells.null_count else cells


def _domains(block: kernels.Screen) -> tuple[I32, pa.StringArray, npt.NDArray[np.bool_]]:
    """Codes and names of the lower-case domains, and which rows wrote theirs in another case."""
    encoded = kernels.split_domains(block)
    codes = encoded.indices.to_numpy().copy()
    lower = pc.ascii_lower(encoded.dictionary)
    changed = pc.not_equal(lower, encoded.dictionary).to_numpy(zero_copy_only=False)
    if not changed.any():
        return codes, lower, np.zeros(len(codes), np.bool_)
    folded = lower.dictionary_encode()
    return folded.indices.to_numpy()[codes], folded.dictionary, changed[codes]


def _with_names(domains: pa.StringArray, wanted: pa.StringArray) -> tuple[I32, pa.StringArray]:
    """Codes of the domains of odd rows, and `domains` with the new ones put behind."""
    codes = pc.index_in(wanted, value_set=domains)
    if not codes.null_count:
        return codes.to_numpy(), domains
    new = wanted.filter(codes.is_null()).unique()
    behind = pc.add(pc.index_in(wanted, value_set=new), pa.scalar(len(domains), pa.int32()))
    return pc.coalesce(codes, behind).to_numpy(), pa.concat_arrays([domains, new])


def _refuse_at_providers(
    block: kernels.Screen,
    provider: npt.NDArray[np.uint8],
    reason: npt.NDArray[np.uint8],
) -> None:
    """Mark local parts that cannot exist at their provider."""
    if not provider.any():
        return
    tagged, place = block.notes.first(b"+")
    has_tag = np.zeros(len(provider), np.bool_)
    has_tag[tagged] = True
    doubtful = np.zeros(len(provider), np.bool_)
    for rare, names in _RARE.items():
        rows = block.notes.rows(rare)
        refuses = np.zeros(len(PROVIDERS) + 1, np.bool_)
        refuses[[provider_number(name) for name in names]] = True
        doubtful[rows[refuses[provider[rows]]]] = True
    reason[doubtful & ~has_tag & (reason == 0)] = _PROVIDER_SYNTAX
    gmail = provider == provider_number(Provider.GMAIL)
    # Dots and tags do not count, so names that may be too long or too short are counted one by one.
    doubtful |= gmail & ((block.at > GMAIL_LONGEST) | (block.at < 2 * GMAIL_SHORTEST) | has_tag)
    doubtful[tagged[place == 0]] = True
    rows = np.flatnonzero(doubtful & block.plain & (provider > 0) & (reason == 0))
    for row, local in zip(rows.tolist(), kernels.locals_of(block, rows), strict=True):
        if provider_refuses(local, PROVIDERS[provider[row] - 1]):
            reason[row] = _PROVIDER_SYNTAX


def _flag_locals(
    inspector: CellInspector,
    block: kernels.Screen,
    hashes: U64,
    flags: npt.NDArray[np.uint32],
) -> None:
    """Set the flags that depend on the local part."""
    rows, place = block.notes.first(b"+")
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


def _merged(
    inspector: CellInspector, block: kernels.Screen, hashes: U64, provider: npt.NDArray[np.uint8]
) -> U64:
    """`hashes` of the local parts, those replaced that the policy merges with others of their provider."""
    policy = inspector.policy
    if not (policy.merge_gmail_dots or policy.merge_plus_tags):
        return hashes
    rows = np.flatnonzero((provider > 0) & block.plain)
    names = [
        inspector.merge_local(local, PROVIDERS[number - 1])
        for local, number in zip(kernels.locals_of(block, rows), provider[rows].tolist(), strict=True)
    ]
    hashes = hashes.copy()
    hashes[rows] = hash_strings(pa.array(names, pa.string()))
    return hashes


def _normalized(
    block: kernels.Screen,
    respelt: npt.NDArray[np.bool_],
    codes: I32,
    domains: pa.StringArray,
    seen: OddRows,
) -> pa.StringArray:
    """Addresses as they go on the wire: as found, but for domains in capitals and for odd rows."""
    rows = np.flatnonzero(respelt & block.plain)
    if not len(rows):
        return kernels.with_texts(block, (seen.row, seen.normalized))
    texts = kernels.with_domains(block, rows, domains.take(pa.array(codes[rows])))
    return kernels.with_texts(block, (seen.row, seen.normalized), (rows, texts))


def _suggestions(
    inspector: CellInspector,
    block: kernels.Screen,
    facts: FactColumns,
    codes: I32,
    domains: pa.StringArray,
    seen: OddRows,
) -> pa.StringArray:
    is_slip = (facts.flags & np.uint32(Flag.TYPO)) != 0
    slips, rows = np.flatnonzero(is_slip), np.flatnonzero(is_slip[codes] & block.plain)
    meant = np.zeros(len(domains), np.int32)
    meant[slips] = np.arange(len(slips))
    names = column_of(map(inspector.domains.suggestion, texts_of(domains.take(pa.array(slips)))))
    right = names.take(pa.array(meant[codes[rows]]))
    odd = np.flatnonzero(np.diff(string_buffers(seen.suggestion)[0]))
    texts = pa.concat_arrays([kernels.with_domains(block, rows, right), seen.suggestion.take(pa.array(odd))])
    places = np.concatenate([rows, seen.row[odd]])
    order = np.argsort(places)
    return _sparse(len(codes), places[order], texts.take(pa.array(order)))


def _sparse(count: int, rows: I64, texts: pa.StringArray) -> pa.StringArray:
    """`count` strings, empty but for those of `rows` (ascending)."""
    own, data = string_buffers(texts)
    length = np.zeros(count + 1, np.int32)
    length[rows + 1] = np.diff(own)
    offsets = np.cumsum(length, dtype=np.int32)
    return pa.Array.from_buffers(
        pa.string(), count, [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(data))]
    )
