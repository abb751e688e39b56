"""The workbook of the report with its formats: one look for forms and lists."""

from __future__ import annotations

from datetime import UTC, datetime, time
from io import BytesIO

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from handlers.documents.content import Report

OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}


class Book:
    """A report's workbook and its formats."""

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
        self.centred = self.book.add_format({**bare, "italic": True, "align": "center"})
        self.italic = self.book.add_format({**bare, "italic": True})


def paper(worksheet: Worksheet) -> None:
    """Lay a sheet out: A4 landscape, as wide as one page."""
    worksheet.set_landscape()
    worksheet.set_paper(9)  # A4
    worksheet.fit_to_pages(1, 0)
