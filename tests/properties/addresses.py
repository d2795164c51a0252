"""Cells as people and machines leave them in lists, and a name server for their domains."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.servers.dns_server import Misdeed, Zone

_GOOD = "acme-mail.org globex-mail.com initech.co.uk gmail.com yahoo.com mailinator.com harvard.edu".split()
_BAD = "null-mail.org webonly-mail.org broken-mail.org gone-mail.org implicit-mail.org odd-mail.org".split()
_ODD = (
    "gmial.com gmail.con GMAIL.COM. bücher-mail.de xn--bcher-mail-9db.de münchen.example localhost "
    "a..b.org -x.org x-.org 1.2.3.4 [192.0.2.1] [IPv6:2001:db8::1] nodot . org пример.рф example.test"
).split()
_LOCALS = (
    "ada.lovelace info postmaster x a+tag anna.b xkqzwvbn12 'o o'brien a..b .a a. =cmd -f "
    '"quoted" "a@b" ünïcode Ünï 我 user%host a!b abuse noreply root'
).split()

#: What hides in cells: no-break and zero-width spaces, marks of direction, controls, a lone combining mark.
_HIDDEN = list("\u00a0\u200b\u200d\ufeff\u202e\u2066\u00ad\u0301\x00\x07\x1b\x7f\x85\u2028\t\r\n ")
_PUNCTUATION = list(" ,;:<>()[]\"'`@.|/\\=*?!&")


def _is_cell(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


domains = st.sampled_from(_GOOD + _BAD + _ODD) | st.from_regex(
    r"[a-z0-9-]{1,6}\.(org|com|de|zz)", fullmatch=True
)
locals_ = st.sampled_from(_LOCALS) | st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
addresses = st.builds(lambda local, domain: f"{local}@{domain}", locals_, domains)
_scraps = (
    addresses
    | st.sampled_from(
        _HIDDEN + _PUNCTUATION + ["mailto:", "Name ", "<", ">", "(at)", "@", "@@", " and ", "%40"]
    )
    | st.text(st.characters(codec="utf-8"), max_size=5)
)
_joined = st.lists(_scraps, max_size=6).map("".join)
_named = st.builds(lambda name, address: f"{name} <{address}>", st.text(max_size=6), addresses)
_long = st.builds(
    lambda a, n, b: f"{a * n}@{b}", st.sampled_from(["a", "ü", "a."]), st.integers(30, 200), domains
)

#: Without NUL: a record with one in it is no row at all.
cells = (addresses | _joined | _named | _long | st.text(max_size=12)).filter(_is_cell)


def fill_zone(zone: Zone) -> None:
    """Every outcome that a domain can have, except silence, which takes its time."""
    for name in (*_GOOD, "xn--bcher-mail-9db.de"):
        zone.mail(name)
    zone.mx("null-mail.org", (0, ""))
    zone.empty("webonly-mail.org")
    zone.misdeed("broken-mail.org", Misdeed.SERVFAIL)
    zone.a("implicit-mail.org", "192.0.32.9")
    zone.mx("odd-mail.org", (10, "mx.gone-mail.org"))
    zone.mx("google-mail.org", (1, "aspmx.l.google.com"))
