"""Every reason, blame and flag of the contract as a plain sentence.

Only words. They say what was seen and no more: a domain that takes mail is no proof of a mailbox.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from emailcleaner.core.model import Blame, Flag, Reason

_R = Reason

REASON_SENTENCES: Mapping[Reason, str] = MappingProxyType(
    {
        _R.MISSING_AT: "There is no @ sign in it.",
        _R.MULTIPLE_AT: "There is more than one @ sign in it.",
        _R.LOCAL_TOO_LONG: "The part before the @ is longer than the 64 bytes that mail allows.",
        _R.DOMAIN_TOO_LONG: "The domain is longer than the 253 characters that DNS allows.",
        _R.ADDRESS_TOO_LONG: "The address is longer than the 254 bytes that mail allows.",
        _R.DOUBLE_DOT: "Two dots follow each other.",
        _R.EDGE_DOT: "The part before the @, or the domain, begins or ends with a dot.",
        _R.BAD_CHARACTER: "It holds a character that mail addresses may not contain.",
        _R.QUOTED_NOT_ALLOWED: "The part before the @ is quoted: legal, but mailing tools refuse it.",
        _R.UNBALANCED_QUOTE: "A quotation mark is opened and never closed.",
        _R.BAD_DOMAIN_LABEL: "A part of the domain is empty, too long or not spelled as DNS requires.",
        _R.BAD_IDN: "The international domain name is not valid.",
        _R.UNSAFE_UNICODE: "It holds invisible or misleading characters.",
        _R.DOMAIN_LITERAL: "An IP address stands where the domain should be: legal, but not mailable.",
        _R.SPECIAL_USE_DOMAIN: "The domain is reserved for examples, tests or local networks.",
        _R.UNKNOWN_TLD: "The ending of the domain does not exist.",
        _R.CONTROL_CHARACTER: "The cell holds a control character, so it was not taken as an address.",
        _R.PROVIDER_SYNTAX: "The provider of this domain gives out no addresses of this form.",
        _R.NO_SUCH_DOMAIN: "The domain does not exist.",
        _R.NULL_MX: "The domain says that it takes no mail.",
        _R.NO_MAIL_HOST: "The domain exists but has no mail server.",
        _R.MX_UNRESOLVABLE: "The mail servers that the domain names do not exist.",
        _R.MX_UNROUTABLE: "The mail servers that the domain names cannot be reached from the Internet.",
        _R.DNS_TIMEOUT: "The name servers did not answer in time.",
        _R.DNS_FAILURE: "The name servers of the domain answered with an error.",
        _R.ACCEPTED: "The mail server takes mail for this mailbox.",
        _R.EXISTS_RATE_LIMITED: "The mailbox exists; it only gets too much mail at the moment.",
        _R.DOMAIN_ACCEPTS: "The domain takes mail; whether this mailbox exists was not asked.",
        _R.WELL_FORMED: "The address is well formed; whether its domain takes mail was not asked.",
        _R.NOT_FOUND: "The mail server says that there is no such mailbox.",
        _R.DISABLED: "The mailbox has been switched off.",
        _R.MOVED: "The mailbox has moved to another address.",
        _R.RELAY_DENIED: "The mail server does not take mail for this domain.",
        _R.RESTRICTED: "The mailbox takes no mail from outside.",
        _R.MAILBOX_FULL: "The mailbox is full.",
        _R.ACCEPTED_UNCONFIRMED: (
            "The mail server takes the address, but may take any: the test for that got no answer."
        ),
        _R.CATCH_ALL: "The mail server takes every address, so this one proves nothing.",
        _R.UNVERIFIABLE_PROVIDER: "This provider never says whether a mailbox exists.",
        _R.GREYLISTED: "The mail server asked to come back later, and no later answer is there.",
        _R.TEMPORARY_FAILURE: "The mail server has a temporary fault.",
        _R.SYSTEM_FULL: "The mail server has no space left.",
        _R.TOO_MANY_RECIPIENTS: "The mail server would not answer for so many recipients.",
        _R.NO_CONNECT: "No connection to the mail server could be made.",
        _R.TIMEOUT: "The mail server did not answer in time.",
        _R.DISCONNECTED: "The mail server broke off the conversation.",
        _R.PROTOCOL_ERROR: "The mail server answered with something that is not mail protocol.",
        _R.TLS_REQUIRED: "The mail server demands an encryption that could not be agreed on.",
        _R.SMTPUTF8_UNSUPPORTED: "The mail server does not handle international addresses.",
        _R.IP_BLOCKED: "The mail server refuses the network address of this computer.",
        _R.NO_REVERSE_DNS: "The mail server wants a name for the network address of this computer.",
        _R.HELO_REJECTED: "The mail server refuses the name with which this computer greets.",
        _R.SENDER_REJECTED: "The mail server refuses the sender address used for checking.",
        _R.POLICY_REJECTED: "The mail server refuses the question by its own policy.",
        _R.RATE_LIMITED: "The mail server allows no more questions for now.",
        _R.PORT_25_BLOCKED: "The network of this computer does not let mail connections out.",
        _R.NETWORK_DOWN: "This computer had no working network.",
        _R.PROXY_FAILURE: "The proxy of this computer did not make the connection.",
        _R.BREAKER_OPEN: "Questions to this mail server were stopped, so as not to be taken for abuse.",
        _R.DISPOSABLE_DOMAIN: "The domain gives out throw-away addresses.",
        _R.ROLE_ACCOUNT: "It belongs to a function (such as info or sales), not to a person.",
        _R.LOW_QUALITY: "The name before the @ looks random.",
        _R.SUPPRESSED: "It stands on your suppression list and was not asked about.",
        _R.ALLOWLISTED: "It stands on your allow list; its mailbox was not asked about.",
        _R.DUPLICATE: "The same address stands earlier in the list.",
        _R.MALFORMED_ROW: "The line could not be read as a row of this list.",
        _R.EMPTY: "There is no address in this row.",
        _R.NOT_CHECKED: "A check that was asked for has not been made yet.",
        _R.CANCELLED: "The job was stopped before this address was checked.",
    }
)

BLAME_WORDS: Mapping[Blame, str] = MappingProxyType(
    {
        Blame.RECIPIENT: "the address itself",
        Blame.DOMAIN: "the domain",
        Blame.REMOTE_SERVER: "the other mail server",
        Blame.OUR_IP: "the network address of this computer",
        Blame.OUR_IDENTITY: "the name or sender used for checking",
        Blame.OUR_NETWORK: "the network of this computer",
        Blame.NONE: "nobody",
    }
)

FLAG_SENTENCES: Mapping[Flag, str] = MappingProxyType(
    {
        Flag.ROLE: "It is an address of a function, read by whoever is on duty.",
        Flag.FREE: "It is at a free mail provider.",
        Flag.DISPOSABLE: "Its domain is known for throw-away addresses.",
        Flag.CATCH_ALL: "Its domain takes mail for any name.",
        Flag.ALIAS: "It is at a forwarding service.",
        Flag.SUBADDRESS: "It carries a tag (the part behind the plus sign).",
        Flag.TYPO: "Its domain looks like a slip of the keyboard.",
        Flag.GIBBERISH: "Its name looks random.",
        Flag.GOV: "It belongs to a government.",
        Flag.EDU: "It belongs to a school or university.",
        Flag.MIL: "It belongs to the military.",
        Flag.IDN: "Its domain is written in international characters.",
        Flag.SMTPUTF8: "Only senders that handle international addresses can write to it.",
        Flag.IMPLICIT_MX: "Its domain names no mail exchanger, so mail goes to the host of that name.",
        Flag.CORRECTED: "The cell was tidied up to get this address; the cell itself is unchanged.",
        Flag.SEVERAL: "The cell holds more than one address; this is the first.",
    }
)


def reason_sentence(reason: Reason) -> str:
    """What `reason` means, as one plain sentence."""
    return REASON_SENTENCES[reason]
