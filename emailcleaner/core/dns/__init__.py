"""DNS for mail: many questions at a time, answers judged for what they mean to a mail server."""

from __future__ import annotations

from emailcleaner.core.dns.limits import DnsLimits
from emailcleaner.core.dns.providers import Provider, ProviderTable, load_providers
from emailcleaner.core.dns.system import parse_servers, system_servers

__all__ = [
    "DnsLimits",
    "Provider",
    "ProviderTable",
    "load_providers",
    "parse_servers",
    "system_servers",
]
