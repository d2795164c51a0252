"""Asks what of the results is written, how and where; the button says how many rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QFileDialog,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from emailcleaner.core.model import OutputFormat, Segment
from emailcleaner.ui.operations.export import (
    ExportForm,
    export_everything,
    export_rows,
    export_rows_by_segment,
)
from emailcleaner.ui.pages.page_frame import row
from emailcleaner.ui.theme import tokens
from emailcleaner.ui.widgets.buttons import Button
from emailcleaner.ui.widgets.chips import FlowBox, SegmentChip
from emailcleaner.ui.widgets.choices import Choice
from emailcleaner.ui.widgets.notices import NoticeBar
from emailcleaner.ui.widgets.text import PlainLabel, counted

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from emailcleaner.core.errors import UserError
    from emailcleaner.ui.operations.export import Exported
    from emailcleaner.ui.operations.results import OpenedResults
    from emailcleaner.ui.session import Session
    from emailcleaner.ui.theme.theme import Theme

_FORMATS = (
    (OutputFormat.CSV, "CSV"),
    (OutputFormat.XLSX, "Excel (XLSX)"),
    (OutputFormat.JSONL, "JSON lines"),
)


class ExportDialog(QDialog):
    """One file, one file a segment, or everything."""

    exported = Signal(object)  # Exported

    def __init__(
        self,
        theme: Theme,
        session: Session,
        opened: OpenedResults,
        order: npt.NDArray[np.int64],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._opened = opened
        self._by_segment = opened.data.rows_by_segment(order)
        self.setWindowTitle("Export")
        self.setMinimumWidth(560)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(tokens.SPACE_XL, tokens.SPACE_XL, tokens.SPACE_XL, tokens.SPACE_L)
        layout.setSpacing(tokens.SPACE_M)
        layout.addWidget(PlainLabel("Export", "heading", self))
        self.notice = NoticeBar(theme, self)
        layout.addWidget(self.notice)
        self._build_what(layout)
        self._build_chips(layout)
        self._build_form(layout)
        self._build_buttons(layout)
        self._changed()

    def _build_what(self, layout: QVBoxLayout) -> None:
        self.one_file = QRadioButton("Exactly the rows that are shown, in one file", self)
        self.by_segment = QRadioButton("The same rows, one file for each segment", self)
        self.everything = QRadioButton(
            "The whole cleaned list: all rows, segments, rejected rows and a report", self
        )
        self._what = QButtonGroup(self)
        for button in (self.one_file, self.by_segment, self.everything):
            self._what.addButton(button)
            button.toggled.connect(self._changed)
            layout.addWidget(button)

    def _build_chips(self, layout: QVBoxLayout) -> None:
        self._segments = FlowBox(self)
        self.chips: dict[Segment, SegmentChip] = {}
        for segment, rows in self._by_segment.items():
            chip = SegmentChip(self._theme, segment, self._segments)
            chip.set_rows(len(rows))
            chip.setChecked(True)
            chip.toggled.connect(self._changed)
            self._segments.flow.addWidget(chip)
            self.chips[segment] = chip
        self._segments_title = PlainLabel("Segments", "caption", self)
        layout.addWidget(self._segments_title)
        layout.addWidget(self._segments)

    def _build_form(self, layout: QVBoxLayout) -> None:
        line = row(spacing=tokens.SPACE_M)
        caption = PlainLabel("Format", "body", self)
        self.format = Choice("Format", self)
        for chosen, word in _FORMATS:
            self.format.addItem(word, chosen)
        self.format.currentIndexChanged.connect(self._changed)
        caption.setBuddy(self.format)
        line.addWidget(caption)
        line.addWidget(self.format)
        line.addStretch(1)
        layout.addLayout(line)
        self.with_verdicts = QCheckBox("Add the verdict columns (status, reason, score and others)", self)
        self.with_verdicts.setChecked(True)
        self.safe = QCheckBox("Guard cells that a spreadsheet would run as a formula", self)
        layout.addWidget(self.with_verdicts)
        layout.addWidget(self.safe)

    def _build_buttons(self, layout: QVBoxLayout) -> None:
        layout.addSpacing(tokens.SPACE_S)
        line = row()
        cancel = Button(self._theme, "Cancel", kind="quiet", parent=self)
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        self.go = Button(self._theme, "", kind="primary", icon="export", parent=self)
        self.go.setDefault(True)
        self.go.clicked.connect(self._ask_place)
        line.addStretch(1)
        line.addWidget(cancel)
        line.addWidget(self.go)
        layout.addLayout(line)
        self.one_file.setChecked(True)

    # -- choosing ----------------------------------------------------------------------------

    def rows(self) -> npt.NDArray[np.int64]:
        """The rows that are written, in source order."""
        import numpy as np

        parts = [rows for segment, rows in self._by_segment.items() if self.chips[segment].isChecked()]
        return np.sort(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.int64)

    def form(self) -> ExportForm:
        """How they are written."""
        return ExportForm(
            format=OutputFormat(self.format.currentData()),
            with_verdicts=self.with_verdicts.isChecked(),
            spreadsheet_safe=self.safe.isChecked(),
        )

    def _changed(self) -> None:
        if not hasattr(self, "go"):
            return  # still being built
        whole = self.everything.isChecked()
        self._segments.setVisible(not whole)
        self._segments_title.setVisible(not whole)
        self.with_verdicts.setEnabled(not whole)
        self.safe.setEnabled(self.form().format is OutputFormat.CSV)
        count = self._opened.data.rows if whole else len(self.rows())
        self.go.setText(f"Export {counted(count, 'row', 'rows')}")
        self.go.setEnabled(count > 0)

    def _ask_place(self) -> None:
        source = self._opened.results.job.sources[0] if self._opened.results.job.sources else "list"
        folder, stem = Path(source).parent, Path(source).name.split(".")[0] or "list"
        if not folder.is_dir():
            folder = Path.home()
        ending = self.form().format.value
        if self.one_file.isChecked():
            chosen, _ = QFileDialog.getSaveFileName(
                self, "Export into a file", str(folder / f"{stem}-cleaned.{ending}"), f"*.{ending}"
            )
            if chosen and not Path(chosen).suffix:
                chosen = f"{chosen}.{ending}"
        else:
            chosen = QFileDialog.getExistingDirectory(self, "Choose the folder to export into", str(folder))
            chosen = str(Path(chosen) / f"{stem}-cleaned") if chosen else ""
        if chosen:
            self.export_to(Path(chosen))

    def export_to(self, place: Path) -> None:
        """Write to this file or folder, and close when it is done."""
        sources = {Path(source).resolve() for source in self._opened.results.job.sources}
        if place.resolve() in sources:
            self.notice.say(
                "That is the list itself.",
                "Choose another name: the source file is never written.",
                level="error",
            )
            return
        self.go.setEnabled(False)
        self.go.setText("Writing\u2026")
        results, form = self._opened.results, self.form()
        if self.one_file.isChecked():
            export_rows(self._session, results, self.rows(), place, form, self._done, self._failed)
        elif self.by_segment.isChecked():
            chosen = {s: rows for s, rows in self._by_segment.items() if self.chips[s].isChecked()}
            export_rows_by_segment(self._session, results, chosen, place, form, self._done, self._failed)
        else:
            export_everything(
                self._session,
                results.job.job_id,
                self._opened.data.rows,
                place,
                form,
                self._done,
                self._failed,
            )

    def _done(self, exported: Exported) -> None:
        self.exported.emit(exported)
        self.accept()

    def _failed(self, error: UserError) -> None:
        self._changed()
        self.notice.say(error.title, error.hint, level="error")
