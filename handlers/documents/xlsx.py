"""The report as an .xlsx file: the forms as live formulas over the list of the dossiers behind them, and charts.

A basic figure counts rows of the list, a total adds figures up, the identities are checked in the file itself: whoever
corrects a row of the list sees the forms follow. Data is never taken for a formula, whatever it begins with.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from handlers.documents import wording
from handlers.documents.charts import COLOURS
from handlers.documents.content import Report
from handlers.documents.forms import Line, Sheet, headings, numbering
from handlers.documents.wording import say, short
from handlers.reports.content import Findings
from knowledge.report_form import NAME, NUMBER, Column, Form, shipped_forms
from knowledge.report_judging import PENDING, RECEIVED, RESOLVED, Judged

OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
HEAD_LINES = 4  # what stands above the headings of a form
HEADING_HEIGHT, LAST_HEADING_HEIGHT, LINE_HEIGHT = 32, 64, 17  # points; not every program lets rows grow by themselves
NAME_CHARACTERS = 40  # of a field's name on one line
FIELD_NUMBER, RECEIVED_COLUMN, RESULT_COLUMN = 0, 9, 10  # columns of the list from 0
LIST = ("field_number", "code", "field", "procedure", "title", "channel", "received_on", "due_on", "resolved_on")
LIST_WIDTHS = (8, 28, 34, 16, 60, 18, 13, 13, 13, 10, 10)


class _Book:
    """The workbook with its formats, and where the list is."""

    def __init__(self, file: BytesIO, report: Report) -> None:
        self.report = report
        self.book: Workbook = xlsxwriter.Workbook(file, OPTIONS)
        day = report.findings.period.last if report.stamp is None else report.stamp.day
        created = datetime.combine(day, time(0), UTC).replace(tzinfo=None)
        self.book.set_properties({"title": report.title, "author": report.letterhead.agency, "created": created})
        line = {"font_name": "Times New Roman", "font_size": 11, "border": 1, "text_wrap": True, "valign": "vcenter"}
        bare = {"font_name": "Times New Roman", "font_size": 11}
        self.head = self.book.add_format({**line, "bold": True, "align": "center"})
        self.small = self.book.add_format({**line, "italic": True, "align": "center"})
        self.text = self.book.add_format(line)
        self.figure = self.book.add_format({**line, "align": "center", "num_format": "#,##0"})
        self.total = self.book.add_format({**line, "align": "center", "num_format": "#,##0", "bold": True})
        self.total_text = self.book.add_format({**line, "bold": True})
        self.day = self.book.add_format({**line, "num_format": "dd/mm/yyyy", "align": "center"})
        self.bare = self.book.add_format(bare)
        self.bold = self.book.add_format({**bare, "bold": True, "align": "center", "font_size": 13})
        self.italic = self.book.add_format({**bare, "italic": True})


def written(report: Report) -> bytes:
    """Write the file."""
    file = BytesIO()
    book = _Book(file, report)
    sheets = [(sheet, book.book.add_worksheet(sheet.form.code)) for sheet in report.sheets]
    charts = book.book.add_worksheet(say("list.charts"))
    procedures = book.book.add_worksheet(say("list.procedures"))
    listed = book.book.add_worksheet(say("list.sheet"))
    for sheet, worksheet in sheets:
        _form(book, worksheet, sheet)
    for sheet, worksheet in sheets:
        if sheet.form.subject == "dossiers":
            _charts(book, charts, worksheet.get_name(), sheet)
            break
    _procedures(book, procedures)
    _list(book, listed)
    book.book.close()
    return file.getvalue()


def _form(book: _Book, worksheet: Worksheet, sheet: Sheet) -> None:
    form, findings = sheet.form, book.report.findings
    last = len(form.columns) - 1
    _paper(worksheet)
    worksheet.write_string(0, 0, f"{form.label}. {form.basis}", book.italic)
    worksheet.merge_range(1, 0, 1, last, form.title, book.bold)
    days = say("annex.dates", first=short(findings.period.first), last=short(findings.period.last))
    named = say("annex.period", period=wording.period(findings.period))
    worksheet.merge_range(2, 0, 2, last, f"{named} {days}. {form.unit}", book.italic)
    marks = [say("head.draft")] if book.report.stamp is None else []
    marks += [say("head.illustrative")] if findings.illustrative else []
    sender = say("annex.sender", agency=book.report.letterhead.agency)
    worksheet.write_string(3, 0, ". ".join([sender, *marks]), book.italic)
    for cell in headings(form):
        _span(worksheet, HEAD_LINES + cell.line, cell.column, cell.lines, cell.columns, cell.text, book.head)
    for place, text in enumerate(numbering(form)):
        worksheet.write_string(HEAD_LINES + form.depth, place, text, book.small)
    for level in range(form.depth):
        worksheet.set_row(HEAD_LINES + level, HEADING_HEIGHT if level < form.depth - 1 else LAST_HEADING_HEIGHT)
    first = _first_row(form)
    if form.group:
        worksheet.merge_range(first - 1, 0, first - 1, last, form.group, book.total_text)
    for position, line in enumerate(sheet.lines):
        worksheet.set_row(first + position, LINE_HEIGHT * (1 + len(line.name) // NAME_CHARACTERS))
        _line(book, worksheet, sheet, line, first, first + position)
    worksheet.set_column(0, 0, 6)
    worksheet.set_column(1, 1, 42)
    for place, column in enumerate(form.columns[2:], 2):
        worksheet.set_column(place, place, 40 if column.author else 13)
    worksheet.freeze_panes(first, 2)
    _checks(book, worksheet, sheet, first + len(sheet.lines) + 1)


def _first_row(form: Form) -> int:
    """Give the row of a form's first line, from 0."""
    return HEAD_LINES + form.depth + 1 + bool(form.group)


def _paper(worksheet: Worksheet) -> None:
    worksheet.set_landscape()
    worksheet.set_paper(9)  # A4
    worksheet.fit_to_pages(1, 0)


def _span(worksheet: Worksheet, line: int, column: int, lines: int, columns: int, text: str, how: Format) -> None:
    if lines * columns == 1:
        worksheet.write_string(line, column, text, how)
    else:
        worksheet.merge_range(line, column, line + lines - 1, column + columns - 1, text, how)


def _line(book: _Book, worksheet: Worksheet, sheet: Sheet, line: Line, first: int, row: int) -> None:
    figure, text = (book.total, book.total_text) if line.is_total else (book.figure, book.text)
    for place, column in enumerate(sheet.form.columns):
        if column.key == NUMBER:
            worksheet.write(row, place, None if line.is_total else row - first + 1, figure)
        elif column.key == NAME:
            worksheet.write_string(row, place, line.name, text)
        elif column.author:
            worksheet.write_blank(row, place, None, text)
        else:
            value = line.figures[column.key]
            formula = _formula(book, sheet, line, column, first, row)
            if value is None:
                worksheet.write_string(row, place, say("annex.unknown"), figure)
            elif formula is None:
                worksheet.write_number(row, place, value, figure)
            else:
                worksheet.write_formula(row, place, formula, figure, value)


def _formula(book: _Book, sheet: Sheet, line: Line, column: Column, first: int, row: int) -> str | None:
    """Give a figure's formula; None for a basic figure that does not come from the list."""
    place = column.no - 1
    if column.plus:
        return "=" + "+".join(xl_rowcol_to_cell(row, no - 1) for no in column.plus)
    if line.is_total:
        above = f"{xl_rowcol_to_cell(first, place)}:{xl_rowcol_to_cell(row - 1, place)}"
        return f"=SUM({above})" if row > first else None
    if sheet.form.subject == "feedback":
        return None
    counted = (_counting(book.report.findings, cell, line.number) for cell in column.of)
    return "=" + "+".join(counted)


def _counting(findings: Findings, cell: str, field: int) -> str:
    """Count the rows of the list that have this field's number and this cell in one of the two last columns."""
    last = len(findings.figures.dossiers) + 1
    within = RECEIVED_COLUMN if cell in RECEIVED else RESULT_COLUMN
    return f"COUNTIFS({_range(FIELD_NUMBER, last)},{field},{_range(within, last)},{_numbers()[cell]})"


def _range(column: int, last: int) -> str:
    name = xl_col_to_name(column)
    return f"'{say('list.sheet')}'!${name}$2:${name}${max(last, 2)}"


def _numbers() -> dict[str, int]:
    """Number each cell by its column in the form of dossiers."""
    form = next(form for form in shipped_forms() if form.subject == "dossiers")
    return {column.key: column.no for column in form.columns}


def _checks(book: _Book, worksheet: Worksheet, sheet: Sheet, row: int) -> None:
    """Write the identities as formulas over the total row."""
    total = row - 2
    if not sheet.form.identities or any(value is None for value in sheet.lines[-1].figures.values()):
        return
    worksheet.write_string(row, 1, say("list.checks"), book.bare)
    for number, identity in enumerate(sheet.form.identities, 1):
        sign = "<=" if "<=" in identity else "="
        left, right = identity.split(sign)
        sides = ["+".join(xl_rowcol_to_cell(total, int(no) - 1) for no in side.split("+")) for side in (left, right)]
        formula = f'=IF({sides[0]}{sign}{sides[1]},"{say("list.right")}","{say("list.wrong")}")'
        shown = sign.join("+".join(f"({no})" for no in side.split("+")) for side in (left, right))
        worksheet.write_string(row + number, 1, shown, book.bare)
        worksheet.write_formula(row + number, 2, formula, book.bare, say("list.right"))


def _charts(book: _Book, worksheet: Worksheet, source: str, sheet: Sheet) -> None:
    """Draw native charts over the cells of the form: how dossiers came in, and how they stand by field."""
    if len(sheet.lines) < 2:
        return
    _paper(worksheet)
    first = _first_row(sheet.form)
    last = first + len(sheet.lines) - 2
    numbers = _numbers()
    received = book.book.add_chart({"type": "column"})
    for cell in RECEIVED:
        place = numbers[cell] - 1
        total = last + 1
        received.add_series(
            {
                "name": say(f"chart.{cell}"),
                "values": [source, total, place, total, place],
                "data_labels": {"value": True},
                "fill": {"color": COLOURS[cell]},
            }
        )
    received.set_title({"name": say("chart.received")})
    results = book.book.add_chart({"type": "bar", "subtype": "stacked"})
    for cell in (*RESOLVED, *PENDING):
        place = numbers[cell] - 1
        results.add_series(
            {
                "name": say(f"chart.{cell}"),
                "categories": [source, first, 1, last, 1],
                "values": [source, first, place, last, place],
                "fill": {"color": COLOURS[cell]},
            }
        )
    results.set_title({"name": say("chart.results")})
    results.set_y_axis({"reverse": True})
    worksheet.fit_to_pages(1, 1)
    for where, chart in (("A1", received), ("A22", results)):
        chart.set_size({"width": 900, "height": 400})
        worksheet.insert_chart(where, chart)


def _procedures(book: _Book, worksheet: Worksheet) -> None:
    sheet = next(one for one in book.report.sheets if one.form.subject == "dossiers")
    columns = [column for column in sheet.form.columns if column.of or column.plus]
    heads = [say("list.field"), say("list.procedure"), say("list.title"), *(" – ".join(c.title) for c in columns)]
    for place, text in enumerate(heads):
        worksheet.write_string(0, place, text, book.head)
    rows = book.report.findings.figures.by_procedure
    for row, ((field, code, title), counts) in enumerate(rows.items(), 1):
        for place, named in enumerate((field or say("annex.no_field"), code or "", title or "")):
            worksheet.write_string(row, place, named, book.text)
        for place, column in enumerate(columns, 3):
            worksheet.write_number(row, place, counts[column.key], book.figure)
    worksheet.set_column(0, 1, 26)
    worksheet.set_column(2, 2, 60)
    worksheet.set_column(3, 2 + len(columns), 14)
    worksheet.freeze_panes(1, 3)
    _paper(worksheet)


def _list(book: _Book, worksheet: Worksheet) -> None:
    """List every dossier behind the figures, with the numbers of the columns in which it counts."""
    findings = book.report.findings
    heads = [say(f"list.{name}") for name in (*LIST, "received_column", "result_column")]
    for place, (text, width) in enumerate(zip(heads, LIST_WIDTHS, strict=True)):
        worksheet.write_string(0, place, text, book.head)
        worksheet.set_column(place, place, width)
    fields = {name: number for number, name in enumerate(findings.figures.by_field, 1)}
    numbers = _numbers()
    for row, one in enumerate(findings.figures.dossiers, 1):
        for place, value in enumerate(_told(one, fields, numbers)):
            if isinstance(value, date):
                worksheet.write_datetime(row, place, value, book.day)
            else:
                worksheet.write(row, place, value, book.text)
    _paper(worksheet)
    worksheet.repeat_rows(0)
    worksheet.freeze_panes(1, 2)
    worksheet.autofilter(0, 0, max(len(findings.figures.dossiers), 1), len(heads) - 1)


def _told(one: Judged, fields: dict[str | None, int], numbers: dict[str, int]) -> Iterator[Any]:
    yield fields[one.field_title]
    yield one.code
    yield one.field_title or say("annex.no_field")
    yield one.procedure[0]
    yield one.procedure[1]
    yield say(f"list.channel_{one.channel if one.channel in (1, 2, 3) else 'unknown'}")
    yield one.received_on
    yield one.due_on
    yield one.resolved_on
    for cell in (one.received, one.result):
        yield None if cell is None else numbers[cell]
