"""How a list is laid out, guessed from its contents."""

from __future__ import annotations

import contextlib
import time

import pytest

from emailcleaner.core.errors import UserError
from emailcleaner.core.lists.guess import Guess, guess
from emailcleaner.core.model import Dialect, ListKind, ReadOptions

SEED = Dialect(ListKind.DELIMITED, "utf-8", False, "", False, "\n", (), ())


def look(
    text: str, *, suffix: str = ".csv", domains: bool = False, cut: bool = False, **told: object
) -> Guess:
    options = ReadOptions(**told)  # type: ignore[arg-type]  # the tests name only fields there are
    return guess(text.encode(), SEED, options, suffix=suffix, cut=cut, domains=domains)


@pytest.mark.parametrize(
    ("text", "delimiter", "columns"),
    [
        ("name,email\nAnn,a@example.com\nBob,b@example.com\n", ",", (1,)),
        ("name;email;city\nAnn;a@example.com;Bern\nBob;b@example.com;Genf\n", ";", (1,)),
        ("email\tname\na@example.com\tAnn\nb@example.com\tBob\n", "\t", (0,)),
        ("id|email\n1|a@example.com\n2|b@example.com\n", "|", (1,)),
        # Decimal commas are as regular as the semicolons.
        ("price;email\n1,5;a@example.com\n2,5;b@example.com\n9,9;c@example.com\n", ";", (1,)),
        ('"Smith, Ann";a@example.com\n"Jones, Bob";b@example.com\n', ";", (1,)),
        ("Ann,a@example.com\nBob,b@example.com\n", ",", (1,)),
        ('note,email\n"two\nlines",a@example.com\n"a\nb\nc",b@example.com\n', ",", (1,)),
    ],
)
def test_the_delimiter_is_the_one_that_makes_columns_with_addresses(
    text: str, delimiter: str, columns: tuple[int, ...]
) -> None:
    found = look(text).dialect
    assert (found.delimiter, found.address_columns, found.kind) == (delimiter, columns, ListKind.DELIMITED)


@pytest.mark.parametrize(
    "text",
    [
        "a@example.com\nb@example.com\n",
        "Dear all,\nplease write to ann@example.com, or to\nbob@example.com; thanks, Ann\n",
        "a@example.com, b@example.com, c@example.com\n",
        "a@example.com; b@example.com\nc@example.com\nd@example.com; e@example.com; f@example.com\n",
        'Ann "the boss" <a@example.com>\nSmith, Bob <b@example.com>\nc@example.com\n',
    ],
)
def test_free_text_is_one_cell_a_line(text: str) -> None:
    found = look(text, suffix=".txt").dialect
    assert (found.kind, found.delimiter, found.address_columns) == (ListKind.TEXT, "", (0,))
    assert not found.has_header


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("email\na@example.com\n", True),
        ("E-Mail Address\na@example.com\n", True),
        ("メールアドレス,名前\na@example.jp,田中\n", True),
        ("Kunde,Kontakt\nAnn,a@example.com\nBob,b@example.com\n", True),
        ("Ann,a@example.com\nBob,b@example.com\n", False),
        ("Ann,\nBob,b@example.com\nCid,c@example.com\n", False),
        ("17,not-an-address\n18,b@example.com\n19,c@example.com\n", False),
        ("name,ann.example.com\nBob,b@example.com\nCid,c@example.com\n", False),
    ],
)
def test_a_header_is_words_over_a_column_of_addresses(text: str, header: bool) -> None:
    assert look(text).dialect.has_header is header


def test_a_header_can_be_told_and_denied() -> None:
    text = "email,name\na@example.com,Ann\n"
    assert look(text, header=False).dialect.column_names == ("column_1", "column_2")
    assert (
        look("a@example.com,Ann\nb@example.com,Bob\n", header=True).dialect.column_names[0] == "a@example.com"
    )


def test_the_column_is_found_by_content_before_its_name() -> None:
    text = "email,contact\nyes,a@example.com\nno,b@example.com\nyes,c@example.com\n"
    assert look(text).dialect.address_columns == (1,)


def test_further_columns_of_the_same_people_count_and_those_of_others_do_not() -> None:
    rows = "".join(f"p{n}@example.com,q{n}@example.org,rep@example.net\n" for n in range(20))
    assert look("Email,Work email,Owner email\n" + rows).dialect.address_columns == (0, 1)
    assert look(rows).dialect.address_columns == (0, 1)


def test_the_fuller_column_of_somebody_else_is_not_taken() -> None:
    rows = "".join(f"rep{n % 2}@example.net,{f'p{n}@example.com' if n % 2 else ''}\n" for n in range(20))
    assert look("Owner email,Email\n" + rows).dialect.address_columns == (1,)


@pytest.mark.parametrize("column", ["Contact", "contact", "2", 2])
def test_a_column_is_told_by_name_or_number(column: str | int) -> None:
    text = "email,Contact\na@example.com,b@example.com\n"
    assert look(text, columns=(column,)).dialect.address_columns == (1,)


@pytest.mark.parametrize("column", ["nobody", 0, 3, "-1"])
def test_a_column_that_is_not_there_is_refused_with_those_that_are(column: str | int) -> None:
    with pytest.raises(UserError) as error:
        look("email,Contact\na@example.com,b@example.com\n", columns=(column,))
    assert "email, Contact" in error.value.hint


def test_a_told_column_needs_no_address_in_it() -> None:
    found = look("who,where\nAnn,Bern\nBob,Genf\n", columns=("who",)).dialect
    assert (found.delimiter, found.address_columns, found.has_header) == (",", (0,), True)


@pytest.mark.parametrize("text", ["", "\n\r\n\n", "\r"])
def test_an_empty_list_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="empty") as error:
        look(text)
    assert error.value.exit_code == 2


def test_a_list_without_addresses_is_refused() -> None:
    with pytest.raises(UserError, match="No column with e-mail addresses"):
        look("name,city\nAnn,Bern\n")


def test_a_header_alone_is_a_list_without_rows() -> None:
    found = look("name,email\n")
    assert (found.dialect.address_columns, found.rows) == ((1,), ())


@pytest.mark.parametrize(
    "text",
    [
        "spam.example\nbad.test\n",
        "domain,why\nspam.example,complaint\n@bad.test,bounce\n",
        "domain\nspam.example\n",
    ],
)
def test_bare_domains_will_do_where_they_are_asked_for(text: str) -> None:
    assert look(text, domains=True).dialect.address_columns == (0,)
    with pytest.raises(UserError):
        look(text)


@pytest.mark.parametrize(
    ("told", "delimiter"), [("tab", "\t"), (";", ";"), ("semicolon", ";"), ("", ""), ("none", "")]
)
def test_a_delimiter_can_be_told(told: str, delimiter: str) -> None:
    found = look("email;x\na@example.com;1\n", delimiter=told).dialect
    assert found.delimiter == delimiter


def test_an_unknown_delimiter_is_refused() -> None:
    with pytest.raises(UserError, match="no delimiter"):
        look("email\na@example.com\n", delimiter="^")


def test_the_list_is_as_wide_as_its_header_or_more_than_a_few_of_its_rows() -> None:
    ragged = "email,name\n" + "a@example.com,x,more\n" * 10
    assert look(ragged).dialect.column_names == ("email", "name", "column_3")
    trailing = "email,name\n" + "a@example.com,x,\n" * 10
    assert look(trailing).dialect.column_names == ("email", "name")
    single = "email,name\n" + "a@example.com,x\n" * 99 + "b@example.com,x,odd\n"
    assert look(single).dialect.column_names == ("email", "name")


def test_too_many_columns_are_refused() -> None:
    wide = ",".join(["email"] + ["c"] * 10_000) + "\n" + ",".join(["a@example.com"] * 10_001) + "\n"
    with pytest.raises(UserError, match="10,000 columns"):
        look(wide)


@pytest.mark.parametrize(
    ("text", "line_end"), [("a@b.c\r\nd@e.f\r\n", "\r\n"), ("a@b.c\rd@e.f", "\r"), ("a@b.c", "\n")]
)
def test_the_line_end_is_the_one_most_lines_have(text: str, line_end: str) -> None:
    assert look(text).dialect.line_end == line_end


def test_a_record_cut_off_at_the_end_of_the_head_does_not_count() -> None:
    found = look("email,name\na@example.com,Ann\nb@exam", cut=True)
    assert found.rows == (("a@example.com", "Ann"),)


@pytest.mark.parametrize("unit", ["((((", "email1", "@<", '""', "a.", "''@", "adresse ", ',"', "<@"])
def test_hostile_text_is_looked_at_in_linear_time(unit: str) -> None:
    text = unit * (200_000 // len(unit)) + "\n" + "a@example.com\n" * 3
    started = time.process_time()
    with contextlib.suppress(UserError):
        look(text)
    assert time.process_time() - started < 5
