"""The list of a procedure's papers as a .docx of one page to print and tick by hand."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

FONT = "Times New Roman"  # what Vietnamese offices print with (Nghị định 30/2020/NĐ-CP, Phụ lục I)
POINTS = 13
READY, OPEN = "☑", "☐"


def checklist(record: Mapping[str, Any]) -> bytes:
    """Write the file of the record that `handlers.catalogue.checklists` makes."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin, section.top_margin, section.bottom_margin = Cm(2.5), Cm(2), Cm(2), Cm(2)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(POINTS)
    for text, is_bold in ((record["agency"], False), (record["title"], True), (record["procedure"], True)):
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run(text).bold = is_bold
    table = document.add_table(rows=1, cols=2, style="Table Grid")
    table.autofit = False
    for cell, title in zip(table.rows[0].cells, record["columns"], strict=True):
        cell.paragraphs[0].add_run(title).bold = True
    for paper, is_ready in record["papers"]:
        cells = table.add_row().cells
        cells[0].text = paper
        cells[1].text = READY if is_ready else OPEN
        cells[1].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    for column, width in zip(table.columns, (Cm(14.3), Cm(2.2)), strict=True):
        column.width = width  # LibreOffice goes by the columns, Word by the cells
        for cell in column.cells:
            cell.width = width
    document.add_paragraph()
    for note in record["notes"]:
        document.add_paragraph(note)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
