"""The draft of a letter of apology that appoints another day (Phiếu xin lỗi và hẹn lại ngày trả kết quả) as a .docx.

Layout and heading follow Nghị định 30/2020/NĐ-CP; what the letter has to say (dossier, procedure, dates, reason, new
date, apology) is what provinces print. Number, date and signature are left empty, and so is the name of whoever filed
the dossier: the draft goes through a chat, where no personal data is sent.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

BLANK = "……………………"


def apology(record: Mapping[str, Any]) -> bytes:
    """Write the draft of the record that `handlers.officials.apologies` makes."""
    from docx import Document

    from handlers.documents.docx_layout import AFTER, BODY, CENTRE, FIRST_LINE, HEADLINE, JUSTIFIED, prepare

    document = Document()
    prepare(document)

    def line(text: str, *, bold: bool = False, centre: bool = False, indent: bool = False) -> None:
        paragraph = document.add_paragraph()
        paragraph.alignment = CENTRE if centre else JUSTIFIED
        paragraph.paragraph_format.space_after = AFTER
        if indent:
            paragraph.paragraph_format.first_line_indent = FIRST_LINE
        run = paragraph.add_run(text)
        run.bold, run.font.size = bold, HEADLINE if centre else BODY

    table = document.add_table(rows=1, cols=2)
    for cell, texts in zip(table.rows[0].cells, (record["sender"], record["nation"]), strict=True):
        for number, text in enumerate(texts):
            paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
            paragraph.alignment = CENTRE
            paragraph.add_run(text).bold = number < 2
    line("")
    line(record["title"], bold=True, centre=True)
    for text in record["lines"]:
        line(text, indent=True)
    line("")
    line(record["signature"], bold=True, centre=True)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
