from __future__ import annotations

import stat
import tomllib
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emailcleaner.core.errors import UserError
from emailcleaner.core.settings import (
    CATALOGUE,
    Kind,
    Origin,
    Setting,
    Settings,
    Value,
    load_settings,
    set_setting,
    setting_values,
    unset_setting,
)
from emailcleaner.core.settings.loading import _write_file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def test_without_file_and_environment_all_are_defaults(file: Path) -> None:
    assert load_settings(file, {}) == Settings()
    assert {v.origin for v in setting_values(file, {})} == {Origin.DEFAULT}


def test_the_file_beats_the_default_and_the_environment_the_file(file: Path) -> None:
    file.write_text('[dns]\nwindow = 7\nrate = 9\n[log]\nlevel = "ERROR"\n')
    environ = {"EMAILCLEANER_DNS_WINDOW": "8", "LOG_LEVEL": "debug", "HOME": "/x"}
    found = load_settings(file, environ)
    assert (found.dns.window, found.dns.rate, found.log.level) == (8, 9.0, "DEBUG")
    origins = {v.setting.key: v.origin for v in setting_values(file, environ)}
    assert origins["dns.window"] is Origin.ENVIRONMENT
    assert origins["dns.rate"] is Origin.FILE
    assert origins["dns.deadline"] is Origin.DEFAULT


def test_our_own_variable_beats_the_common_one_and_an_empty_one_is_none(file: Path) -> None:
    environ = {"LOG_LEVEL": "DEBUG", "EMAILCLEANER_LOG_LEVEL": "ERROR", "DATABASE_URL": " "}
    found = load_settings(file, environ)
    assert (found.log.level, found.database_url) == ("ERROR", "")


def test_settings_cannot_be_changed(file: Path) -> None:
    with pytest.raises(FrozenInstanceError):
        load_settings(file, {}).dns.window = 3  # type: ignore[misc]  # that is the test


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[dns]\nwindoww = 7", r"'dns\.windoww'.*Did you mean dns\.window"),
        ("[dsn]\nwindow = 7", r"'dsn\.window'.*Did you mean dns\.window"),
        ("window = 7", "There is no setting 'window'"),
        ("[dns]\nwindow = 'x'", r"dns\.window must be a whole number from 1 to 8192"),
        ("[dns\n", "cannot be understood"),
    ],
)
def test_a_wrong_file_is_refused_in_words(text: str, words: str, file: Path) -> None:
    file.write_text(text)
    with pytest.raises(UserError, match=words) as caught:
        load_settings(file, {})
    assert str(file) in str(caught.value)


def test_a_file_in_another_encoding_is_refused_in_words(file: Path) -> None:
    file.write_bytes(b"# caf\xe9")
    with pytest.raises(UserError, match="cannot be read"):
        load_settings(file, {})


@pytest.mark.parametrize(
    "name", ["EMAILCLEANER_DNS_SERVER", "EMAILCLEANER_DSN_SERVERS", "EMAILCLEANER_LOG_X"]
)
def test_a_mistyped_variable_is_refused(name: str, file: Path) -> None:
    with pytest.raises(UserError, match=name):
        load_settings(file, {name: "x"})


@pytest.mark.parametrize("name", ["EMAILCLEANER_HOME", "EMAILCLEANER_XYZ_QQQ", "EMAILCLEANER"])
def test_variables_that_are_no_settings_do_no_harm(name: str, file: Path) -> None:
    assert load_settings(file, {name: "x"}) == Settings()


def test_a_value_is_kept_for_this_user_only_and_can_be_taken_out(file: Path) -> None:
    assert set_setting(file, "dns.servers", "127.0.0.1:53") == ("127.0.0.1:53",)
    assert set_setting(file, "network.allow_private", "on") is True
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_settings(file, {}).dns.servers == ("127.0.0.1:53",)
    assert unset_setting(file, "dns.servers")
    assert not unset_setting(file, "dns.servers")
    assert load_settings(file, {}).dns.servers == ()
    assert load_settings(file, {}).network.allow_private


def test_a_refused_value_changes_nothing(file: Path) -> None:
    set_setting(file, "dns.window", "5")
    before = file.read_bytes()
    for key, text in (("dns.window", "0"), ("dns.nothing", "1")):
        with pytest.raises(UserError):
            set_setting(file, key, text)
    assert file.read_bytes() == before
    assert [f.name for f in file.parent.iterdir()] == [file.name]


def test_a_file_that_cannot_be_written_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with pytest.raises(UserError, match="cannot be"):
        set_setting(tmp_path / "x" / "settings.toml", "dns.window", "5")


def any_value(setting: Setting) -> st.SearchStrategy[Value]:
    texts = st.text(st.characters(codec="utf-8"), max_size=15)
    match setting.kind:
        case Kind.SWITCH:
            return st.booleans()
        case Kind.WHOLE:
            return st.integers(int(setting.minimum or 0), int(setting.maximum or 0))
        case Kind.NUMBER:
            return st.floats(setting.minimum, setting.maximum)
        case Kind.CHOICE:
            return st.sampled_from(setting.choices)
        case Kind.TEXTS:
            return st.lists(texts, max_size=3).map(tuple)
        case Kind.TEXT:
            return texts


@given(values=st.fixed_dictionaries({}, optional={key: any_value(s) for key, s in CATALOGUE.items()}))
def test_what_is_written_is_read_again(
    values: dict[str, Value], tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("settings") / "settings.toml"
    _write_file(file, values)
    tomllib.loads(file.read_text(encoding="utf-8"))
    read = {v.setting.key: v.value for v in setting_values(file, {}) if v.origin is Origin.FILE}
    assert read == values
