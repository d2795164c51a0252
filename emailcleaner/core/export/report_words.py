"""The words of the report for segments, faults and ratings. Only words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from emailcleaner.core.model import Blame, Depth, Rating, Segment


class SegmentWords(NamedTuple):
    """A segment's sign (so that colour is never alone), its name, and what it means."""

    sign: str
    name: str
    meaning: str


SEGMENTS: Mapping[Segment, SegmentWords] = MappingProxyType(
    {
        Segment.CLEAN: SegmentWords("✓", "Clean", "Passed every check that was asked for."),
        Segment.ROLE_BASED: SegmentWords(
            "R", "Role address", "A function such as info or sales, not a person."
        ),
        Segment.CATCHALL: SegmentWords("*", "Catch-all", "The domain takes mail for any name."),
        Segment.RISKY: SegmentWords("!", "Risky", "May come back, or reach nobody."),
        Segment.DISPOSABLE: SegmentWords("D", "Disposable", "A throw-away address."),
        Segment.INVALID: SegmentWords("✕", "Invalid", "Cannot be delivered."),
        Segment.UNKNOWN: SegmentWords("?", "Unknown", "A check got no answer; nothing is held against it."),
        Segment.SUPPRESSED: SegmentWords("–", "Suppressed", "On your own list of people not to write to."),
        Segment.DUPLICATE: SegmentWords("=", "Duplicate", "The same address stands earlier in the list."),
        Segment.REJECTED: SegmentWords("∅", "Rejected", "Not a row, or no address in it."),
    }
)

#: Who is to blame, and what may be done about it.
FAULTS: Mapping[Blame, tuple[str, str]] = MappingProxyType(
    {
        Blame.RECIPIENT: ("The mailbox", "Ask again later."),
        Blame.DOMAIN: ("The domain", "Its name servers are at fault; ask again in some hours."),
        Blame.REMOTE_SERVER: ("The other mail server", "Ask again in some hours."),
        Blame.OUR_IP: ("This computer's address", "Check from another network, or wait and ask more slowly."),
        Blame.OUR_IDENTITY: (
            "The name or sender used for checking",
            "Correct it in the settings and ask again.",
        ),
        Blame.OUR_NETWORK: ("This computer's network", "Look at the connection and ask again."),
        Blame.NONE: ("Nobody", "Resume the job, or run the list again."),
    }
)

DEPTHS: Mapping[str, str] = MappingProxyType(
    {
        Depth.SYNTAX.value: "Only the spelling was examined; whether the domains take mail was not asked.",
        Depth.DOMAIN.value: "Spelling and domains were examined; whether each mailbox exists was not asked.",
        Depth.MAILBOX.value: "Spelling, domains and mailboxes were examined.",
    }
)

#: Facts that are worth knowing beside the verdict, by the exported name of their flag.
FACTS: Mapping[str, str] = MappingProxyType(
    {
        "typo": "look mistyped; see ec_suggestion",
        "corrected": "were tidied up to be read; the cells are unchanged",
        "several": "stand first in a cell with more; see extra_addresses",
        "free": "are at free mail providers",
        "role": "belong to a function",
        "disposable": "are throw-away addresses",
        "catch_all": "are at domains that take any name",
        "gibberish": "have names that look random",
        "subaddress": "carry a tag behind a plus sign",
        "alias": "are at forwarding services",
        "implicit_mx": "are at domains without a mail exchanger of their own",
        "idn": "are at international domains",
        "smtputf8": "need a sender that handles international addresses",
        "gov": "belong to governments",
        "edu": "belong to schools and universities",
        "mil": "belong to the military",
    }
)

#: The bands of the score, with the colour each is drawn in and its limits.
RATINGS: tuple[tuple[Rating, str, str], ...] = (
    (Rating.EXCELLENT, "clean", "90 to 100"),
    (Rating.GOOD, "clean", "75 to 89"),
    (Rating.FAIR, "catchall", "50 to 74"),
    (Rating.POOR, "risky", "25 to 49"),
    (Rating.BAD, "invalid", "0 to 24"),
)
