"""The draft of a letter of apology that appoints another day (Phiếu xin lỗi và hẹn lại ngày trả kết quả) as a .docx.

Layout and heading follow Nghị định 30/2020/NĐ-CP; what the letter has to say (dossier, procedure, dates, reason, new
date, apology) is what provinces print. Number, date, reason and signature are left empty, and so is the name of a
person who filed the dossier: the draft goes through a chat, where no personal data is sent. A business is named.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

BLANK = "……………………"


def apology(record: Mapping[str, Any]) -> bytes:
    """Write the draft of the record that `handlers.officials.apologies` makes."""
    from docx import Document
    from docx.shared import Cm

    from handlers.documents.docx_layout import BODY, CENTRE, HEADLINE, SMALL, body, prepare, rule, widths, write

    document = Document()
    prepare(document)
    head = document.add_table(1, 2)
    left, right = head.rows[0].cells
    if record["parent"]:
        write(left, record["parent"], SMALL, align=CENTRE)
    write(left, record["agency"], SMALL, bold=True, align=CENTRE)
    rule(left.add_paragraph(), Cm(2))
    write(left, record["number"], HEADLINE, align=CENTRE)
    write(right, record["nation"], SMALL, bold=True, align=CENTRE)
    write(right, record["motto"], HEADLINE, bold=True, align=CENTRE)
    rule(right.add_paragraph(), Cm(1.75))
    write(right, record["day"], HEADLINE, italic=True, align=CENTRE)
    widths(head, [Cm(6.9), Cm(9.6)])
    write(document, record["title"], BODY, bold=True, align=CENTRE).paragraph_format.space_before = BODY * 2
    write(document, record["to"], BODY, align=CENTRE).paragraph_format.space_after = BODY
    for text in record["lines"]:
        body(document, text)
    foot = document.add_table(1, 2)
    signs = write(foot.rows[0].cells[1], record["signature"], BODY, bold=True, align=CENTRE)
    signs.paragraph_format.space_before = BODY
    widths(foot, [Cm(8.2), Cm(8.3)])
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
