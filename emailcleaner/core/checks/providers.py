"""Local parts that cannot exist at the big providers.

Only what is certain for good: a character that a provider never allowed, a length it never had. The rules
for *new* accounts are stricter (Gmail asks for six characters today, Outlook.com for a letter first), but
older accounts live on, and an address that may exist is never called impossible.

- Gmail (support.google.com/mail/answer/9211434): letters, digits and dots; 30 without the dots at most; a
  plus tag may follow. Fewer than six exist from its first years, down to three.
- Yahoo, AOL and their brands: letters, digits, dot, underscore; hyphen in disposable addresses; plus tag.
- Outlook.com, Hotmail, Live, MSN: letters, digits, dot, underscore, hyphen, and from old days the apostrophe
  and the ampersand; plus tag.
- iCloud, me.com, mac.com: letters, digits, dot, underscore, hyphen; plus tag.
"""

from __future__ import annotations

import re
from enum import Enum


class Provider(Enum):
    """A provider with rules of its own."""

    GMAIL = "gmail"
    YAHOO = "yahoo"
    OUTLOOK = "outlook"
    ICLOUD = "icloud"


#: Gmail ignores dots; these providers deliver `name+tag` to `name`.
IGNORES_DOTS = frozenset({Provider.GMAIL})
HAS_PLUS_TAGS = frozenset({Provider.GMAIL, Provider.OUTLOOK, Provider.ICLOUD, Provider.YAHOO})

_DOMAINS = {
    Provider.GMAIL: "gmail.com googlemail.com",
    Provider.ICLOUD: "icloud.com me.com mac.com",
    Provider.YAHOO: "ymail.com rocketmail.com aol.com",
    Provider.OUTLOOK: "msn.com",
}
#: Where the families have their national domains; those that are run by somebody else (yahoo.co.jp,
#: yahoo.ne.jp, live.cn) are not among them.
_NATIONAL = {
    (
        Provider.YAHOO,
        "yahoo",
    ): "com ca ch de dk es fi fr gr ie in it nl no pl pt ro se co.id co.in co.nz co.th"
    " co.uk co.za com.ar com.au com.br com.co com.hk com.mx com.my com.pe com.ph com.sg com.tr com.tw com.ve"
    " com.vn",
    (
        Provider.OUTLOOK,
        "hotmail",
    ): "com be ca ch cl de dk es fi fr gr it nl no se sg co.id co.il co.jp co.nz co.th"
    " co.uk co.za com.ar com.au com.br com.hk com.tr com.tw com.vn",
    (
        Provider.OUTLOOK,
        "live",
    ): "com at be ca cl de dk fi fr hk ie in it jp nl no ru se co.uk co.za com.ar com.au"
    " com.mx com.my com.ph com.pt com.sg",
    (
        Provider.OUTLOOK,
        "outlook",
    ): "com at be cl cz de dk es fr hu ie in it jp kr lv my ph pt sa sg sk co.id co.il"
    " co.th com.ar com.au com.br com.gr com.tr com.vn",
}
_BY_DOMAIN = {name: provider for provider, names in _DOMAINS.items() for name in names.split()} | {
    f"{family}.{land}": provider for (provider, family), lands in _NATIONAL.items() for land in lands.split()
}

#: Every domain that `provider_of` knows.
PROVIDER_DOMAINS = frozenset(_BY_DOMAIN)

_ALLOWED = {
    Provider.GMAIL: re.compile(r"[a-z0-9.]+(?:\+.*)?", re.IGNORECASE | re.ASCII),
    Provider.YAHOO: re.compile(r"[a-z0-9._-]+(?:\+.*)?", re.IGNORECASE | re.ASCII),
    Provider.OUTLOOK: re.compile(r"[a-z0-9._'&-]+(?:\+.*)?", re.IGNORECASE | re.ASCII),
    Provider.ICLOUD: re.compile(r"[a-z0-9._-]+(?:\+.*)?", re.IGNORECASE | re.ASCII),
}
GMAIL_SHORTEST = 3
GMAIL_LONGEST = 30


def provider_of(domain: str) -> Provider | None:
    """The provider with own rules that runs `domain` (lower case), judged by the name alone."""
    return _BY_DOMAIN.get(domain)


def provider_refuses(local: str, provider: Provider) -> bool:
    """Whether no mailbox of that name can exist at `provider`."""
    if not _ALLOWED[provider].fullmatch(local):
        return True
    if provider is Provider.GMAIL:
        name = local.partition("+")[0].replace(".", "")
        return not GMAIL_SHORTEST <= len(name) <= GMAIL_LONGEST
    return False
