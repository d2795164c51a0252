"""What sort of address it is: throw-away, free, alias, of a function, government, education, military.

Facts that do not decide by themselves. Domain facts depend on the domain alone, so they are found once for
each domain of a list.
"""

from __future__ import annotations

from collections.abc import Collection

from emailcleaner.core.checks.data import CheckData, parents
from emailcleaner.core.checks.policy import AddressPolicy
from emailcleaner.core.model import Flag


def domain_flags(domain: str, data: CheckData, policy: AddressPolicy) -> Flag:
    """The flags of a well-formed domain (lower-case A-labels).

    Domains below a listed throw-away, alias or sector domain count as it does; free providers only by
    their own name, since what lies below one is somebody's web space.
    """
    chain = [*parents(domain), domain.rpartition(".")[2]]
    flags = Flag.FREE if domain in data.free else Flag(0)
    if not data.aliases.isdisjoint(chain):
        flags |= Flag.ALIAS
    if is_disposable(chain, data, policy):
        flags |= Flag.DISPOSABLE
    for suffix in chain:
        sector = data.sectors.get(suffix)
        if sector is not None:
            return flags | sector
    return flags


def marked_domains(data: CheckData, policy: AddressPolicy) -> tuple[Collection[str], ...]:
    """All domains and suffixes that `domain_flags` may have something to say about."""
    return (*data.disposable, data.free, data.aliases, data.sectors, policy.disposable)


def is_disposable(chain: list[str], data: CheckData, policy: AddressPolicy) -> bool:
    """Whether the domain or one above it is a throw-away domain; allow lists win, the user's own first."""
    if policy.not_disposable and not policy.not_disposable.isdisjoint(chain):
        return False
    if policy.disposable and not policy.disposable.isdisjoint(chain):
        return True
    if not data.not_disposable.isdisjoint(chain):
        return False
    return any(not entries.isdisjoint(chain) for entries in data.disposable)


def is_role(local: str, data: CheckData) -> bool:
    """Whether the local part (lower case, tag ignored) names a function: RFC 2142 and the usual ones."""
    return local.partition("+")[0] in data.roles
