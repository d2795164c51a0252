"""Encodings: certain where they can be, declared guesses where not, and no byte lost."""

from __future__ import annotations

import codecs
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.errors import UserError
from emailcleaner.core.lists.encodings import Encoding, copy_as_utf8, detect, told

NAMES = {
    "cp1252": "José Muñoz,jose@example.com\nFrançois Lefèvre,f@example.com\nO’Brien,o@example.com\n",
    "iso8859-2": "Łukasz Wałęsa,l@example.com\nŻaneta Ćwik,z@example.com\nŚląsk,s@example.com\n",
    "cp1251": "Иван Петров,i@example.com\nМария Смирнова,m@example.com\n",
    "koi8-r": "Иван Петров,i@example.com\nМария Смирнова,m@example.com\n",
    "iso8859-7": "Γιώργος Παπαδόπουλος,g@example.com\nΑθήνα Ελένη,e@example.com\n",
    "iso8859-9": "Ayşe Yılmaz,a@example.com\nGüneş Çelik İstanbul,g@example.com\nŞükrü Öğüt,s@example.com\n",
    "cp932": "名前,メール\n田中太郎,t@example.jp\n鈴木花子,s@example.jp\n",
    "gb18030": "姓名,邮箱\n张伟,z@example.com\n王芳,w@example.com\n李娜,l@example.com\n",
}


def copied(
    data: bytes, encoding: Encoding, *, head: int = 1 << 20, piece: int = 1 << 20
) -> tuple[str, Encoding]:
    out, rest = io.BytesIO(), io.BytesIO(data[head:])
    found = copy_as_utf8(lambda _: rest.read(piece), data[:head], encoding, out, lambda: None)
    assert found.size == len(out.getvalue())
    return out.getvalue().decode(), found.encoding


@pytest.mark.parametrize("name", NAMES)
def test_an_old_encoding_is_guessed_and_said_to_be_a_guess(name: str) -> None:
    found = detect(NAMES[name].encode(name))
    assert (found.name, found.guessed) == (name, True)
    assert found.notes


@pytest.mark.parametrize(
    ("mark", "name"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_mark_is_certain_and_no_part_of_the_text(mark: bytes, name: str) -> None:
    data = mark + "é,a@example.com\n".encode(name)
    found = detect(data)
    assert found == Encoding(name, bom=True)
    assert copied(data, found)[0] == "é,a@example.com\n"


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize(
    "text", ["name,email\nAnn,a@example.com\n", "田中太郎,t@example.jp\nЖук,z@example.com\n"]
)
def test_wide_text_without_a_mark_is_recognised(name: str, text: str) -> None:
    found = detect(text.encode(name))
    assert (found.name, found.guessed) == (name, True)


@pytest.mark.parametrize("text", ["", "plain@example.com\n", "Jörg 田中 😀,a@example.com\n"])
def test_utf8_is_certain(text: str) -> None:
    assert detect(text.encode()) == Encoding("utf-8")


def test_a_character_cut_in_two_at_the_end_of_the_head_is_no_error() -> None:
    half = b"abc " + "é".encode()[:1]
    assert detect(half, cut=True) == Encoding("utf-8")
    assert detect(half).guessed


def test_ascii_that_turns_into_an_old_encoding_deep_inside_is_guessed_there() -> None:
    plain = "Ann,a@example.com\n" * 5_000
    text, found = copied(
        plain.encode() + NAMES["cp1252"].encode("cp1252"), detect(plain.encode()), head=1_000
    )
    assert text == plain + NAMES["cp1252"]
    assert (found.name, found.guessed) == ("cp1252", True)


def test_a_damaged_byte_deep_inside_utf8_is_kept_and_said() -> None:
    good = "Jörg,a@example.com\n" * 5_000
    data = good.encode() + b"O\x92Brien,o@example.com\n" + good.encode()
    text, found = copied(data, Encoding("utf-8"), head=1_000, piece=997)
    assert text == good + "O’Brien,o@example.com\n" + good
    assert found.guessed
    assert "not valid utf-8" in found.notes[0]


def test_a_few_damaged_bytes_do_not_turn_utf8_into_an_old_encoding() -> None:
    data = ("Jörg Müßig,a@example.com\n" * 20).encode() + b"caf\xe9,b@example.com\n"
    found = detect(data)
    assert found.name == "utf-8"
    assert copied(data, found)[0].endswith("café,b@example.com\n")


def test_one_damaged_byte_in_a_small_list_does_not_turn_its_names_into_others() -> None:
    data = "email,name\na@g.com,Jürgen\nb@g.com,Müller".encode() + b"\xc3\nc@g.com," + "Ünal\n".encode()
    found = detect(data)
    assert found.name == "utf-8"
    text = copied(data, found)[0]
    assert [name in text for name in ("Jürgen", "Müller", "Ünal")] == [True] * 3


@pytest.mark.parametrize("name", ["utf8", "UTF-8", "latin1", "shift_jis", "cp1252"])
def test_an_encoding_can_be_told(name: str) -> None:
    assert told(name, b"a").name == codecs.lookup(name).name
    assert not told(name, b"a").guessed


def test_a_told_utf16_goes_by_its_mark() -> None:
    assert told("utf-16", codecs.BOM_UTF16_BE) == Encoding("utf-16-be", bom=True)
    assert told("utf-16", b"a\0") == Encoding("utf-16-le")
    assert told("utf-8", codecs.BOM_UTF8) == Encoding("utf-8", bom=True)


@pytest.mark.parametrize("name", ["nonsense", "rot13", "base64", "idna", "unicode_escape", "a\0b", "../x"])
def test_what_is_no_encoding_of_lists_is_refused(name: str) -> None:
    with pytest.raises(UserError, match="no encoding called"):
        told(name, b"")


@given(
    st.binary(max_size=300), st.sampled_from(["utf-8", "cp1252", "cp932", "gb18030", "utf-16-le", "koi8-r"])
)
def test_no_bytes_whatever_make_copying_fail(data: bytes, name: str) -> None:
    text, _ = copied(data, Encoding(name), head=7, piece=5)
    assert "\ud800" not in text
    found = detect(data)
    copied(data, found)


@given(st.text(max_size=200).filter(lambda text: text.isprintable()), st.integers(1, 9))
def test_text_comes_through_whatever_the_pieces_are(text: str, piece: int) -> None:
    data = text.encode()
    assert copied(data, Encoding("utf-8"), head=piece, piece=piece)[0] == text


@given(st.binary(min_size=1, max_size=60))
def test_every_byte_of_an_ascii_compatible_encoding_is_kept(data: bytes) -> None:
    text, _ = copied(data, Encoding("cp1252"), head=3, piece=2)
    assert len(text) == len(data)
    assert b"".join(c.encode("cp1252") if ord(c) > 0xFF else c.encode("latin-1") for c in text) == data
