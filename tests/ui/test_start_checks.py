"""What keeps a window from being shown is said in words, before Qt would abort."""

from __future__ import annotations

from emailcleaner.ui.start_checks import what_is_missing


def _missing(
    environ: dict[str, str],
    *,
    lacking: frozenset[str] = frozenset(),
    platform: str = "linux",
    qt: bool = True,
) -> list[str]:
    return what_is_missing(
        environ, platform=platform, loadable=lambda name: name not in lacking, has_module=lambda _name: qt
    )


def test_nothing_is_missing_with_a_display_and_all_libraries() -> None:
    assert _missing({"DISPLAY": ":0"}) == []
    assert _missing({"WAYLAND_DISPLAY": "wayland-0"}) == []
    assert _missing({"QT_QPA_PLATFORM": "offscreen"}) == []


def test_no_display_is_said_with_what_to_do_instead() -> None:
    (sentence,) = _missing({})
    assert "no display" in sentence
    assert "emailcleaner clean" in sentence


def test_a_missing_library_is_named_with_the_command_that_installs_it() -> None:
    (sentence,) = _missing({"DISPLAY": ":0"}, lacking=frozenset({"libxcb-cursor.so.0"}))
    assert "sudo apt-get install libxcb-cursor0" in sentence


def test_x11_libraries_are_not_asked_for_where_they_are_not_needed() -> None:
    lacking = frozenset({"libxcb-cursor.so.0", "libxkbcommon-x11.so.0"})
    assert _missing({"QT_QPA_PLATFORM": "offscreen"}, lacking=lacking) == []


def test_a_missing_qt_is_said_first() -> None:
    (sentence,) = _missing({}, qt=False)
    assert "PySide6" in sentence


def test_other_systems_bring_their_own_display() -> None:
    assert _missing({}, platform="darwin") == []
