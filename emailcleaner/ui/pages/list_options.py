"""How a list is read: what was guessed, each changeable. Part of the Prepare page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from emailcleaner.core.model import ListKind, ReadOptions
from emailcleaner.ui.theme import tokens
from emailcleaner.ui.widgets.buttons import Button
from emailcleaner.ui.widgets.choices import Choice
from emailcleaner.ui.widgets.text import PlainLabel, one_line

if TYPE_CHECKING:
    from emailcleaner.core.model import Dialect
    from emailcleaner.ui.theme.theme import Theme

_ENCODINGS = (
    "utf-8",
    "utf-16",
    "cp1252",
    "iso-8859-1",
    "iso-8859-2",
    "iso-8859-15",
    "cp1250",
    "cp1251",
    "koi8-r",
    "shift_jis",
    "gb18030",
)
_DELIMITER_WORD = {",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Pipe", "": "None"}
_NAME_LIMIT = 40


class ListOptions(QWidget):
    """Encoding, delimiter, header, sheet and address columns of a list."""

    changed = Signal(object)  # ReadOptions

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options = ReadOptions()
        self._dialect: Dialect | None = None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(tokens.SPACE_M)
        self.encoding = Choice("Encoding")
        self.delimiter = Choice("Delimiter")
        self.sheet = Choice("Sheet")
        self.columns = Button(theme, "", kind="menu", icon="chevron-down", name="Address columns")
        self.columns.setMinimumWidth(140)
        self.columns.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow stands behind the words
        self._menu = QMenu(self.columns)
        self._menu.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.columns.clicked.connect(self._offer_columns)
        self.header = QCheckBox("First row is a header")
        self.header.setAccessibleName("First row is a header")
        self.header.clicked.connect(self._header_changed)
        self._sheet_field = _field("Sheet", self.sheet)
        self._encoding_field = _field("Encoding", self.encoding)
        self._delimiter_field = _field("Delimiter", self.delimiter)
        for part in (
            _field("Addresses are in", self.columns),
            self._sheet_field,
            self._encoding_field,
            self._delimiter_field,
        ):
            layout.addWidget(part)
        layout.addWidget(_field(" ", self.header))
        layout.addStretch(1)
        self._sheet_field.hide()
        self.encoding.activated.connect(self._encoding_changed)
        self.delimiter.activated.connect(self._delimiter_changed)
        self.sheet.activated.connect(self._sheet_changed)

    @property
    def options(self) -> ReadOptions:
        """What the user has said; the rest is guessed."""
        return self._options

    def reset(self) -> None:
        """Forget what the user said, for another list."""
        self._options = ReadOptions()
        self._dialect = None
        self.hide()

    @property
    def known(self) -> bool:
        """Whether the list could be read at least once, so that there is something to change."""
        return self._dialect is not None

    def show_dialect(self, dialect: Dialect) -> None:
        """Show what was guessed or said."""
        self._dialect = dialect
        self.show()
        spreadsheet = dialect.kind is ListKind.SPREADSHEET
        textual = dialect.kind in (ListKind.DELIMITED, ListKind.TEXT)
        self._encoding_field.setVisible(not spreadsheet)
        self._delimiter_field.setVisible(textual)
        self._sheet_field.setVisible(spreadsheet and len(dialect.sheets) > 1)
        self.header.setVisible(dialect.kind is not ListKind.JSONL)
        said = self._options
        known = [(name.upper(), name) for name in _ENCODINGS]
        _fill(self.encoding, dialect.encoding.upper(), known, said.encoding)
        word = _DELIMITER_WORD.get(dialect.delimiter, dialect.delimiter)
        _fill(self.delimiter, word, [(w, d) for d, w in _DELIMITER_WORD.items()], said.delimiter)
        _fill(self.sheet, dialect.sheet, [(one_line(name), name) for name in dialect.sheets], said.sheet)
        self.header.setChecked(dialect.has_header)
        self._show_columns(dialect)

    def toggle_column(self, at: int) -> None:
        """Read addresses from column `at` (0-based) too, or no longer; at least one stays."""
        if self._dialect is None:
            return
        chosen = set(self._dialect.address_columns) ^ {at}
        if chosen:
            self._say(columns=tuple(column + 1 for column in sorted(chosen)))

    def only_column(self, at: int) -> None:
        """Read addresses from column `at` (0-based) alone."""
        self._say(columns=(at + 1,))

    def _offer_columns(self) -> None:
        below = self.columns.rect().bottomLeft()
        self._menu.popup(self.columns.mapToGlobal(below))

    def _show_columns(self, dialect: Dialect) -> None:
        self._menu.clear()
        names = [column_name(dialect, at) for at in range(len(dialect.column_names))]
        for at, name in enumerate(names):
            action = QAction(name.replace("&", "&&"), self._menu)
            action.setCheckable(True)
            action.setChecked(at in dialect.address_columns)
            action.triggered.connect(lambda _checked=False, column=at: self.toggle_column(column))
            self._menu.addAction(action)
        chosen = [names[at] for at in dialect.address_columns if at < len(names)]
        shown = " + ".join(chosen) if len(chosen) < 3 else f"{len(chosen)} columns"
        self.columns.setText(shown.replace("&", "&&")[: _NAME_LIMIT * 2] or "Choose\u2026")
        self.columns.setAccessibleName(f"Address columns: {', '.join(chosen) or 'none'}")
        self.columns.setEnabled(len(names) > 1 or not chosen)

    def _encoding_changed(self, _at: int) -> None:
        self._say(encoding=self.encoding.currentData())

    def _delimiter_changed(self, _at: int) -> None:
        self._say(delimiter=self.delimiter.currentData(), columns=())

    def _sheet_changed(self, _at: int) -> None:
        self._say(sheet=self.sheet.currentData(), columns=())

    def _header_changed(self, checked: bool) -> None:
        self._say(header=checked)

    def _say(self, **changes: object) -> None:
        from dataclasses import replace

        said = replace(self._options, **changes)  # type: ignore[arg-type]  # names of ReadOptions only
        if said != self._options:
            self._options = said
            self.changed.emit(said)


def column_name(dialect: Dialect, at: int) -> str:
    """The name of a column for the eye; its number where it has none."""
    name = one_line(dialect.column_names[at].strip()) if at < len(dialect.column_names) else ""
    return name[:_NAME_LIMIT] or f"Column {at + 1}"


def _field(label: str, control: QWidget) -> QWidget:
    box = QWidget()
    layout = QVBoxLayout(box)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(tokens.SPACE_XS)
    caption = PlainLabel(label, "caption")
    caption.setBuddy(control)
    layout.addWidget(caption)
    layout.addWidget(control)
    return box


def _fill(combo: QComboBox, effective: str, items: list[tuple[str, str]], said: str | None) -> None:
    combo.blockSignals(True)
    combo.clear()
    combo.addItem(f"{effective} (guessed)" if said is None else "Guess", None)
    for word, value in items:
        combo.addItem(word, value)
    at = combo.findData(said) if said is not None else 0
    if at < 0:
        combo.addItem(effective, said)
        at = combo.count() - 1
    combo.setCurrentIndex(at)
    combo.blockSignals(False)
