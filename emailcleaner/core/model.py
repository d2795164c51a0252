"""The words of the program: verdict enums and the frozen values that pass between the stages.

The names and values of the enums are a public contract (exported columns, database, screens).
This module knows no stage, no file and no network.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntFlag, StrEnum
from typing import NewType

JobId = NewType("JobId", str)


class Status(StrEnum):
    """What may be done with an address. `UNKNOWN` is never rounded to another."""

    VALID = "valid"
    RISKY = "risky"
    INVALID = "invalid"
    UNKNOWN = "unknown"


class Depth(StrEnum):
    """How deep the evidence goes."""

    SYNTAX = "syntax"
    DOMAIN = "domain"
    MAILBOX = "mailbox"


class Blame(StrEnum):
    """Whose fault a failure is. Only `RECIPIENT` and `DOMAIN` may make an address invalid."""

    RECIPIENT = "recipient"
    DOMAIN = "domain"
    REMOTE_SERVER = "remote_server"
    OUR_IP = "our_ip"
    OUR_IDENTITY = "our_identity"
    OUR_NETWORK = "our_network"
    NONE = "none"


class Segment(StrEnum):
    """Where a row goes on export."""

    CLEAN = "clean"
    ROLE_BASED = "role_based"
    CATCHALL = "catchall"
    RISKY = "risky"
    DISPOSABLE = "disposable"
    INVALID = "invalid"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


class Rating(StrEnum):
    """Bands of the deliverability score."""

    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    BAD = "bad"


class Reason(StrEnum):
    """The one code that decided the status; in the order of the public contract."""

    # syntax -> invalid
    MISSING_AT = "missing_at"
    MULTIPLE_AT = "multiple_at"
    LOCAL_TOO_LONG = "local_too_long"
    DOMAIN_TOO_LONG = "domain_too_long"
    ADDRESS_TOO_LONG = "address_too_long"
    DOUBLE_DOT = "double_dot"
    EDGE_DOT = "edge_dot"
    BAD_CHARACTER = "bad_character"
    QUOTED_NOT_ALLOWED = "quoted_not_allowed"
    UNBALANCED_QUOTE = "unbalanced_quote"
    BAD_DOMAIN_LABEL = "bad_domain_label"
    BAD_IDN = "bad_idn"
    UNSAFE_UNICODE = "unsafe_unicode"
    DOMAIN_LITERAL = "domain_literal"
    SPECIAL_USE_DOMAIN = "special_use_domain"
    UNKNOWN_TLD = "unknown_tld"
    CONTROL_CHARACTER = "control_character"
    PROVIDER_SYNTAX = "provider_syntax"
    # domain -> invalid
    NO_SUCH_DOMAIN = "no_such_domain"
    NULL_MX = "null_mx"
    NO_MAIL_HOST = "no_mail_host"
    MX_UNRESOLVABLE = "mx_unresolvable"
    MX_UNROUTABLE = "mx_unroutable"
    # domain -> unknown
    DNS_TIMEOUT = "dns_timeout"
    DNS_FAILURE = "dns_failure"
    # mailbox -> valid
    ACCEPTED = "accepted"
    EXISTS_RATE_LIMITED = "exists_rate_limited"
    DOMAIN_ACCEPTS = "domain_accepts"
    WELL_FORMED = "well_formed"
    # mailbox -> invalid
    NOT_FOUND = "not_found"
    DISABLED = "disabled"
    MOVED = "moved"
    RELAY_DENIED = "relay_denied"
    RESTRICTED = "restricted"
    # mailbox -> risky
    MAILBOX_FULL = "mailbox_full"
    ACCEPTED_UNCONFIRMED = "accepted_unconfirmed"
    # remote server -> risky, unknown
    CATCH_ALL = "catch_all"
    UNVERIFIABLE_PROVIDER = "unverifiable_provider"
    GREYLISTED = "greylisted"
    TEMPORARY_FAILURE = "temporary_failure"
    SYSTEM_FULL = "system_full"
    TOO_MANY_RECIPIENTS = "too_many_recipients"
    NO_CONNECT = "no_connect"
    TIMEOUT = "timeout"
    DISCONNECTED = "disconnected"
    PROTOCOL_ERROR = "protocol_error"
    TLS_REQUIRED = "tls_required"
    SMTPUTF8_UNSUPPORTED = "smtputf8_unsupported"
    # our side -> unknown
    IP_BLOCKED = "ip_blocked"
    NO_REVERSE_DNS = "no_reverse_dns"
    HELO_REJECTED = "helo_rejected"
    SENDER_REJECTED = "sender_rejected"
    POLICY_REJECTED = "policy_rejected"
    RATE_LIMITED = "rate_limited"
    PORT_25_BLOCKED = "port_25_blocked"
    NETWORK_DOWN = "network_down"
    PROXY_FAILURE = "proxy_failure"
    BREAKER_OPEN = "breaker_open"
    # policy -> risky; own lists
    DISPOSABLE_DOMAIN = "disposable_domain"
    ROLE_ACCOUNT = "role_account"
    LOW_QUALITY = "low_quality"
    SUPPRESSED = "suppressed"
    ALLOWLISTED = "allowlisted"
    # list
    DUPLICATE = "duplicate"
    MALFORMED_ROW = "malformed_row"
    EMPTY = "empty"
    # run -> unknown
    NOT_CHECKED = "not_checked"
    CANCELLED = "cancelled"


#: Reasons as small numbers for columns: 0 means "nothing wrong", n means `REASONS[n]`.
REASONS: tuple[Reason | None, ...] = (None, *Reason)
REASON_CODE: dict[Reason, int] = {r: i for i, r in enumerate(Reason, start=1)}


class Flag(IntFlag):
    """Facts that do not decide by themselves, as bits of a uint32 column.

    The exported name is the member's name in lower case (`flag_names`). `CORRECTED`: the cell was
    repaired to give the address. `SEVERAL`: the cell held more addresses than one.
    """

    ROLE = 1 << 0
    FREE = 1 << 1
    DISPOSABLE = 1 << 2
    CATCH_ALL = 1 << 3
    ALIAS = 1 << 4
    SUBADDRESS = 1 << 5
    TYPO = 1 << 6
    GIBBERISH = 1 << 7
    GOV = 1 << 8
    EDU = 1 << 9
    MIL = 1 << 10
    IDN = 1 << 11
    SMTPUTF8 = 1 << 12
    IMPLICIT_MX = 1 << 13
    CORRECTED = 1 << 14
    SEVERAL = 1 << 15


#: No flag at all.
NO_FLAGS = Flag(0)


def flag_names(flags: Flag, provider: str = "") -> tuple[str, ...]:
    """The exported names of `flags`, sorted; `provider` adds `provider:NAME`."""
    names = [str(f.name).lower() for f in flags]
    if provider:
        names.append(f"provider:{provider}")
    return tuple(sorted(names))


@dataclass(frozen=True, slots=True)
class AddressFinding:
    """What one cell of a list says: the address in it and what is wrong with it, if anything.

    `address` is what was found in the cell, repaired but not folded; `normalized` is the form that
    goes on the wire (RFC 5321 dot-atom, local part NFC, domain lower-case A-label) and is empty
    when `reason` is a syntax reason that leaves no address. `extra` are the other addresses of the
    cell, as found. `suggestion` is a likely intended address, never applied by itself.
    """

    address: str
    normalized: str
    domain: str
    reason: Reason | None
    flags: Flag
    suggestion: str = ""
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MxHost:
    """One usable mail exchanger: RFC 5321 section 5.1."""

    preference: int
    host: str


@dataclass(frozen=True, slots=True)
class DomainFinding:
    """What DNS says about one domain's mail.

    `reason` is `DOMAIN_ACCEPTS` or a domain reason of the contract; `mx` is ordered by preference;
    `detail` is the evidence in words (plain text, escaped); `expires_at` is when it must be asked
    again (clamped TTL), `ttl_s` the same as a duration.
    """

    domain: str
    reason: Reason
    blame: Blame
    mx: tuple[MxHost, ...] = ()
    flags: Flag = NO_FLAGS
    provider: str = ""
    detail: str = ""
    checked_at: datetime | None = None
    ttl_s: int = 0


@dataclass(frozen=True, slots=True)
class Findings:
    """All that is known of one address; what `verdicts.judge` turns into a verdict.

    `asked` is the depth the job asked for. `domain` is None where the domain was not (yet) asked,
    and `run` then says why (`NOT_CHECKED`, `CANCELLED`). `listed` is `SUPPRESSED`, `ALLOWLISTED`
    or None. `mailbox` is a mailbox, remote-server or our-side reason, with its blame.
    """

    asked: Depth
    syntax: Reason | None
    flags: Flag = NO_FLAGS
    domain: DomainFinding | None = None
    mailbox: Reason | None = None
    mailbox_blame: Blame = Blame.NONE
    listed: Reason | None = None
    run: Reason | None = None


@dataclass(frozen=True, slots=True)
class Contribution:
    """One part of a score: what counted, and how many points it gave or took."""

    label: str
    points: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one address; fields as in the public contract."""

    status: Status
    reason: Reason
    depth: Depth
    blame: Blame
    segment: Segment
    score: int
    rating: Rating
    flags: Flag
    provider: str = ""
    contributions: tuple[Contribution, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user says about a list instead of letting it be guessed; None or empty = guess.

    `delimiter` is one of `, ; | tab` (the character) or "" for "no delimiter, one cell a line".
    `columns` are names or 1-based numbers of the address columns.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    columns: tuple[str | int, ...] = ()
    sheet: str | None = None


#: Everything is guessed.
GUESS_ALL = ReadOptions()


class ListKind(StrEnum):
    """What sort of file a list is."""

    DELIMITED = "delimited"
    TEXT = "text"
    SPREADSHEET = "spreadsheet"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a list is read: guessed by content or told, and shown to the user.

    `encoding` is the source's (the working copy is UTF-8 always). `address_columns` are 0-based.
    `notes` say in words what was guessed and how sure it is.
    """

    kind: ListKind
    encoding: str
    bom: bool
    delimiter: str
    has_header: bool
    line_end: str
    column_names: tuple[str, ...]
    address_columns: tuple[int, ...]
    compressed: bool = False
    encoding_guessed: bool = False
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListPreview:
    """The head of a list as the Prepare page shows it; `rows` exclude the header."""

    path: str
    size: int
    dialect: Dialect
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class SegmentCount:
    """How many rows of a job are in one segment."""

    segment: Segment
    rows: int


class JobState(StrEnum):
    """States of a durable job."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    FAILED = "failed"
    DONE = "done"


class Stage(StrEnum):
    """Where a running job is; the strip on the Progress page."""

    READ = "read"
    SYNTAX = "syntax"
    DOMAINS = "domains"
    MAILBOXES = "mailboxes"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class Progress:
    """A snapshot of a job, pulled every 100 to 200 ms.

    `rows_read` counts rows of the lists so far and `rows_total` is an estimate until the reading
    is over (`rows_total_exact`). `fraction` is 0 to 1 over the whole job; `remaining_s` is None as
    long as nothing sensible can be said.
    """

    job_id: JobId
    state: JobState
    stage: Stage
    rows_read: int = 0
    rows_total: int = 0
    rows_total_exact: bool = False
    rows_done: int = 0
    domains_total: int = 0
    domains_done: int = 0
    fraction: float = 0.0
    rate_per_s: float = 0.0
    elapsed_s: float = 0.0
    remaining_s: float | None = None
    segments: tuple[SegmentCount, ...] = ()
    message: str = ""


class OutputFormat(StrEnum):
    """What a cleaned list is written as."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class CleanRequest:
    """What the user asked for; kept with the job, so that a resumed job does the same."""

    sources: tuple[str, ...]
    out: str | None = None
    depth: Depth = Depth.DOMAIN
    read: ReadOptions = GUESS_ALL
    suppress: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    format: OutputFormat = OutputFormat.CSV
    spreadsheet_safe: bool = False
    force: bool = False
    recheck: bool = False
    merge_gmail_dots: bool = False
    merge_plus_tags: bool = False
    allow_quoted: bool = False
    allow_literal: bool = False
    deadline_s: float | None = None


@dataclass(frozen=True, slots=True)
class JobSummary:
    """One line of the list of jobs."""

    job_id: JobId
    state: JobState
    sources: tuple[str, ...]
    depth: Depth
    records: int
    done: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    out: str
    error: str = ""
    segments: tuple[SegmentCount, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """What an earlier job found about an address."""

    address: str
    job_id: JobId
    status: Status
    reason: Reason
    depth: Depth
    score: int
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class Explanation:
    """One verdict in plain words, for the detail pane, the report and `verify`."""

    headline: str
    sentences: tuple[str, ...]
    contributions: tuple[Contribution, ...]
    evidence: tuple[tuple[str, str], ...] = field(default=())
