"""The documents as an office program reads them: LibreOffice opens both and recalculates the forms to equal figures.

Where LibreOffice is missing these tests are skipped and say so; `.ci/run` installs it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from handlers.documents import docx, xlsx
from handlers.documents.content import Report
from knowledge.report_feedback import Heard, count_feedback
from knowledge.report_form import Form
from tests.reports.dossiers import QUARTER, at
from tests.reports.test_documents import BOARD, found

SOFFICE = shutil.which("soffice")
MOST_SECONDS = 180
ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode"><value>0</value></prop>
</item>
</oor:items>
"""

pytestmark = pytest.mark.skipif(
    SOFFICE is None, reason="NO LIBREOFFICE: install libreoffice-writer and -calc; the documents are not opened by it"
)


def converted(source: Path, to: str) -> Path:
    """Let LibreOffice open a file and save it as another kind."""
    profile = source.parent / "profile"
    registry = profile / "user" / "registrymodifications.xcu"
    registry.parent.mkdir(parents=True, exist_ok=True)
    registry.write_text(ALWAYS_RECALCULATE, encoding="utf-8")
    out = source.parent / "out"
    assert SOFFICE is not None
    subprocess.run(
        [SOFFICE, "--headless", f"-env:UserInstallation=file://{profile}", "--convert-to", to, "--outdir", out, source],
        check=True,
        capture_output=True,
        timeout=MOST_SECONDS,
    )
    return out / f"{source.stem}.{to}"


def without_results(content: bytes) -> bytes:
    """Put 999 in place of every result that was saved with a formula, so that only a calculation can be right."""
    changed = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                part = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1<v>999</v>", part)
            new.writestr(name, part)
    return changed.getvalue()


def figures_in(sheet: Worksheet, form: Form, name: str) -> dict[str, object]:
    """Read the row of this name."""
    row = next(cells for cells in sheet.iter_rows(values_only=True) if cells[1] == name)
    return {column.key: row[column.no - 1] for column in form.columns if column.of or column.plus}


def heard(number: int, kind: str, field: str | None, closed: datetime | None) -> Heard:
    return Heard(f"PAKN-{number}", kind, None, field, at(7, number), closed, closed)


HEARD = [heard(1, "conduct", "Đầu tư", at(7, 9)), heard(2, "both", "Đầu tư", None), heard(3, "other", None, at(7, 8))]


def test_the_forms_recalculated_by_libreoffice_give_the_same_figures(tmp_path: Path) -> None:
    report = Report(found(feedback=count_feedback(HEARD, QUARTER)), BOARD)
    source = tmp_path / "report.xlsx"
    source.write_bytes(without_results(xlsx.written(report)))
    recalculated = load_workbook(converted(source, "xlsx"), data_only=True)
    for sheet in report.sheets:
        for line in sheet.lines:
            assert figures_in(recalculated[sheet.form.code], sheet.form, line.name) == line.figures
    _, *procedures = recalculated["Theo thủ tục"].iter_rows(values_only=True)
    counted = report.findings.figures.by_procedure.values()
    assert [list(row[4:]) for row in procedures] == [list(row.record().values()) for row in counted]
    rows = recalculated["II.06a"].iter_rows(values_only=True)
    checks = [cells[2] for cells in rows if str(cells[1]).startswith("(3")]
    assert checks == ["Đúng"] * 2, "of four identities two begin with (3)"


def test_the_docx_opens_in_libreoffice_with_its_pages(tmp_path: Path) -> None:
    source = tmp_path / "report.docx"
    source.write_bytes(docx.written(Report(found(), BOARD), []))
    assert converted(source, "pdf").read_bytes().startswith(b"%PDF")
