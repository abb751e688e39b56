"""A form and its rows as a grid of cells, the same for .docx, .xlsx and .html."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from handlers.documents.wording import number, say
from handlers.reports.content import Findings
from knowledge.report import Row
from knowledge.report_feedback import FeedbackFigures
from knowledge.report_form import NAME, NUMBER, Form


@dataclass(frozen=True, slots=True)
class HeadCell:
    """A cell of the headings: where it begins (from 0), how many lines and columns it spans, what it says."""

    line: int
    column: int
    lines: int
    columns: int
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a form: its name and its figures by the keys of the form (None is not held).

    `number`: that of the field among all fields of the report, from 1.
    """

    name: str
    figures: dict[str, int | None]
    number: int = 0
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form that is filled in."""

    form: Form
    lines: tuple[Line, ...]

    @property
    def lacks(self) -> bool:
        """Whether a figure is not held."""
        return any(value is None for line in self.lines for value in line.figures.values())

    def cells(self, line: Line, position: int) -> list[str]:
        """Write a row's cells."""
        return [self._cell(column.key, column.author, line, position) for column in self.form.columns]

    @staticmethod
    def _cell(key: str, author: bool, line: Line, position: int) -> str:
        if key == NUMBER:
            return "" if line.is_total else str(position)
        if key == NAME:
            return line.name
        if author:
            return ""
        value = line.figures[key]
        return say("annex.unknown") if value is None else number(value)


def filled(form: Form, findings: Findings) -> Sheet:
    """Fill a form in."""
    total = say("annex.total")
    if form.subject == "feedback":
        rows, whole = _feedback(form, findings.feedback)
    else:
        rows = ((name, _dossiers(form, row)) for name, row in findings.figures.by_field.items())
        whole = _dossiers(form, findings.figures.total)
    lines = [
        Line(name or say("annex.no_field"), figures, number)
        for number, (name, figures) in enumerate(rows, 1)
        if form.subject != "late" or any(figures.values())
    ]
    return Sheet(form, (*lines, Line(total, whole, is_total=True)))


Rows = Iterable[tuple[str | None, dict[str, int | None]]]


def _feedback(form: Form, feedback: FeedbackFigures | None) -> tuple[Rows, dict[str, int | None]]:
    """Fill in the rows by field and the total; one row where nothing was received, or nothing is known."""
    if feedback is None:
        unknown = form.fill(dict[str, int | None]())
        return ((say("annex.all_fields"), unknown),), unknown
    whole = _counted(form, feedback.total)
    rows = [(name, _counted(form, numbers)) for name, numbers in feedback.by_field.items()]
    return rows or ((say("annex.all_fields"), whole),), whole


def _counted(form: Form, numbers: Mapping[str, list[str]]) -> dict[str, int | None]:
    return _checked(form, form.fill({key: len(behind) for key, behind in numbers.items()}))


def _dossiers(form: Form, row: Row) -> dict[str, int | None]:
    return _checked(form, form.fill(row.record()))


def _checked(form: Form, figures: dict[str, int | None]) -> dict[str, int | None]:
    broken = form.broken(figures)
    assert not broken, f"{form.code}: {broken}"  # dossiers were checked when they were counted
    return figures


def headings(form: Form) -> list[HeadCell]:
    """Lay the headings out: equal headings of neighbouring columns are one cell, a short one reaches down."""
    cells: list[HeadCell] = []
    for line in range(form.depth):
        column = 0
        while column < len(form.columns):
            title = form.columns[column].title
            width = 1
            if len(title) > line + 1:
                width = _alike(form, column, line)
            if len(title) > line:
                lines = form.depth - line if len(title) == line + 1 else 1
                cells.append(HeadCell(line, column, lines, width, title[line]))
            column += width
    return cells


def _alike(form: Form, column: int, line: int) -> int:
    """Count the columns from this one on whose headings are the same down to this line and go on below it."""
    head = form.columns[column].title[: line + 1]
    following: Sequence[tuple[str, ...]] = [one.title for one in form.columns[column:]]
    width = 0
    for title in following:
        if title[: line + 1] != head or len(title) == line + 1:
            break
        width += 1
    return width


def numbering(form: Form) -> list[str]:
    """Write the line of numbers under the headings: (3)=(4)+(5)+(6)."""
    return [
        f"({column.no})={'+'.join(f'({no})' for no in column.plus)}" if column.plus else f"({column.no})"
        for column in form.columns
    ]
