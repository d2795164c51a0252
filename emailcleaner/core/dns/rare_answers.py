"""Reads the rare answers with dnspython: names with unusual octets, extended forms.

Some fifty times slower than `codec`, hence only for what that does not understand. Must not raise,
whatever the bytes are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emailcleaner.core.dns.codec import AAAA, CNAME, MX, A, Message, Rdata, Record

if TYPE_CHECKING:
    import dns.message
    import dns.name
    import dns.rrset


def read_rare_answer(data: bytes) -> Message | None:
    """What `data` says, or None when it is no DNS message at all.

    The caller has matched id and question, and the number of records is bounded.
    """
    import dns.message  # late: dnspython is heavy, and rarely needed
    import dns.rdatatype

    try:
        message = dns.message.from_wire(data, ignore_trailing=True, one_rr_per_rrset=True)
        return _convert(message)
    except Exception:  # noqa: BLE001 - hostile bytes: whatever dnspython makes of them, they are no answer
        return None


def _convert(message: dns.message.Message) -> Message:
    import dns.flags
    import dns.rdatatype

    soa_ttl: int | None = None
    for rrset in message.authority:
        if rrset.rdtype == dns.rdatatype.SOA:
            for soa in rrset:
                ttl = min(rrset.ttl, soa.minimum)  # RFC 2308 section 5
                soa_ttl = ttl if soa_ttl is None else min(ttl, soa_ttl)
    return Message(
        rcode=int(message.rcode()),
        is_own=bool(message.flags & (dns.flags.AA | dns.flags.RA)),
        answers=_records(message.answer),
        soa_ttl=soa_ttl,
        additional=None,  # the addresses are then asked for
    )


def _records(section: list[dns.rrset.RRset]) -> list[Record]:
    records = []
    for rrset in section:
        owner = _text(rrset.name)
        for rdata in rrset:
            value = _value(int(rrset.rdtype), rdata)
            if value is not None and rrset.rdclass == 1:
                records.append((owner, int(rrset.rdtype), rrset.ttl, value))
    return records


def _value(rtype: int, rdata: Any) -> Rdata | None:
    if rtype == MX:
        return rdata.preference, _text(rdata.exchange)
    if rtype in {A, AAAA}:
        return rdata.to_wire() or b""
    if rtype == CNAME:
        return _text(rdata.target)
    return None


def _text(name: dns.name.Name) -> str:
    """The name in lower case without the last dot; unusual octets escaped as `\\DDD`."""
    return name.to_text(omit_final_dot=True).lower() if name.labels != (b"",) else ""
