"""The report as one .html file for the phone: nothing is loaded from elsewhere, pictures included."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template

from handlers.documents.content import Report
from handlers.documents.forms import HeadCell, headings, numbering
from handlers.documents.notes import missing
from handlers.documents.wording import say
from knowledge.report_form import Form


@cache
def _template() -> Template:
    text = resources.files("handlers.documents").joinpath("report_page.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(text)


def written(report: Report, pictures: list[tuple[str, bytes]]) -> bytes:
    """Write the file."""
    page = _template().render(
        report=report,
        blocks=[(type(block).__name__, block) for block in report.body],
        pictures=[(title, b64encode(picture).decode()) for title, picture in pictures],
        heads=[_lines(sheet.form) for sheet in report.sheets],
        notes=[note.told() for note in missing(report)] if report.stamp is None else [],
        numbering=numbering,
        say=say,
    )
    return page.encode()


def _lines(form: Form) -> list[list[HeadCell]]:
    """Give the cells of the headings line by line."""
    cells = headings(form)
    return [[cell for cell in cells if cell.line == line] for line in range(form.depth)]
