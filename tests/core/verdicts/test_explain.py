from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.model import (
    Blame,
    Depth,
    DomainFinding,
    Findings,
    Flag,
    MxHost,
    Reason,
    Status,
)
from emailcleaner.core.verdicts import (
    BLAME_WORDS,
    FLAG_SENTENCES,
    explain,
    judge,
    reason_sentence,
    repeat_of,
    visible,
)

ACCEPTS = DomainFinding(
    "example.com",
    Reason.DOMAIN_ACCEPTS,
    Blame.NONE,
    mx=tuple(MxHost(10 * i, f"mx{i}.example.com") for i in range(1, 8)),
    provider="google",
    detail="MX 10 mx1.example.com",
    checked_at=datetime(2024, 5, 1, 12, 0, tzinfo=UTC),
    ttl_s=3600,
)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_one_plain_sentence(reason: Reason) -> None:
    sentence = reason_sentence(reason)
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "_" not in sentence


def test_every_reason_says_something_of_its_own() -> None:
    assert len({reason_sentence(r) for r in Reason}) == len(Reason)


def test_every_flag_and_blame_has_words() -> None:
    assert set(FLAG_SENTENCES) == set(Flag)
    assert set(BLAME_WORDS) == set(Blame)


def test_a_valid_domain_is_not_said_to_be_a_valid_mailbox() -> None:
    verdict = judge(Findings(Depth.DOMAIN, None, domain=ACCEPTS))
    told = explain(verdict, address="a@example.com", domain=ACCEPTS, suggestion="")
    assert "The domain takes mail; whether this mailbox exists was not asked." in told.sentences
    assert told.headline == "Fine as far as the domain goes"


def test_the_evidence_names_servers_provider_and_time() -> None:
    verdict = judge(Findings(Depth.DOMAIN, None, domain=ACCEPTS))
    evidence = dict(explain(verdict, address="a@example.com", domain=ACCEPTS, suggestion="").evidence)
    assert evidence["Mail servers"].startswith("mx1.example.com (10), ")
    assert evidence["Mail servers"].endswith("and 2 more")
    assert evidence["Provider"] == "google"
    assert evidence["Domain asked at"] == "2024-05-01 12:00:00+00:00"


def test_what_could_not_be_checked_is_said_with_whose_fault_it_is() -> None:
    verdict = judge(
        Findings(
            Depth.DOMAIN,
            None,
            domain=DomainFinding("example.com", Reason.DNS_TIMEOUT, Blame.OUR_NETWORK),
        )
    )
    told = explain(verdict, address="a@example.com", domain=None, suggestion="")
    assert told.headline == "Could not be checked"
    assert any("the network of this computer" in sentence for sentence in told.sentences)
    assert any("nothing is held against the address" in sentence for sentence in told.sentences)


def test_the_lists_that_name_a_disposable_domain_are_told() -> None:
    verdict = judge(Findings(Depth.DOMAIN, None, Flag.DISPOSABLE, ACCEPTS))
    told = explain(
        verdict,
        address="a@example.com",
        domain=ACCEPTS,
        suggestion="",
        disposable_sources=("list one", "list two"),
    )
    assert "Listed as disposable by: list one, list two." in told.sentences


def test_a_suggestion_is_offered_and_not_applied() -> None:
    verdict = judge(Findings(Depth.SYNTAX, None, Flag.TYPO))
    told = explain(verdict, address="a@gmial.com", domain=None, suggestion="a@gmail.com")
    assert told.sentences[-1] == "Perhaps a@gmail.com is meant; nothing was changed."


def test_a_duplicate_says_where_its_answer_comes_from() -> None:
    verdict = repeat_of(judge(Findings(Depth.DOMAIN, None, domain=ACCEPTS)), Flag(0))
    told = explain(verdict, address="a@example.com", domain=None, suggestion="")
    assert told.headline == "Stands earlier in the list"
    assert "Status and score are those of the first occurrence." in told.sentences


def test_a_flag_is_not_repeated_after_its_own_reason() -> None:
    verdict = judge(Findings(Depth.DOMAIN, None, Flag.ROLE | Flag.FREE, ACCEPTS))
    told = explain(verdict, address="info@example.com", domain=ACCEPTS, suggestion="")
    assert FLAG_SENTENCES[Flag.ROLE] not in told.sentences
    assert FLAG_SENTENCES[Flag.FREE] in told.sentences


@given(st.text())
def test_foreign_text_comes_out_without_control_or_invisible_characters(text: str) -> None:
    verdict = judge(Findings(Depth.DOMAIN, Reason.UNSAFE_UNICODE))
    domain = DomainFinding(text, Reason.DOMAIN_ACCEPTS, Blame.NONE, provider=text, detail=text)
    told = explain(verdict, address=text, domain=domain, suggestion=text, disposable_sources=(text,))
    said = "".join([*told.sentences, *(value for _, value in told.evidence)])
    assert all(ord(char) >= 32 for char in said)
    assert not set(said) & set("\u202e\u2066\u200b\u2028\u2029\x7f\x85")


@pytest.mark.parametrize("text", ["müller@bücher.de", "日本@例え.jp", "plain words"])
def test_visible_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize("status", Status)
def test_every_status_has_a_headline(status: Status) -> None:
    by_status = {
        Status.VALID: Findings(Depth.SYNTAX, None),
        Status.RISKY: Findings(Depth.SYNTAX, None, Flag.ROLE),
        Status.INVALID: Findings(Depth.SYNTAX, Reason.MISSING_AT),
        Status.UNKNOWN: Findings(Depth.DOMAIN, None),
    }
    verdict = judge(by_status[status])
    assert verdict.status is status
    assert explain(verdict, address="a", domain=None, suggestion="").headline
