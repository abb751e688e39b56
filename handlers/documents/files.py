"""The report in every format: json, html, xlsx, docx. Seconds of work, so only jobs and commands write."""

from __future__ import annotations

from collections.abc import Iterable

from handlers.documents.content import Report
from handlers.reports.content import record, written

FORMATS = ("docx", "xlsx", "json", "html")


def write(report: Report, formats: Iterable[str], *, trace: bool = False) -> dict[str, bytes]:
    """Write the files of these formats; with `trace` the json names the dossiers behind each cell."""
    wanted = list(dict.fromkeys(formats))
    pictures: list[tuple[str, bytes]] = []
    if {"docx", "html"} & set(wanted):
        from handlers.documents.charts import charts

        pictures = charts(report.findings)
    return {name: _one(name, report, pictures, trace=trace) for name in wanted}


def _one(name: str, report: Report, pictures: list[tuple[str, bytes]], *, trace: bool) -> bytes:
    match name:
        case "json":
            return (written(record(report.findings, trace=trace)) + "\n").encode()
        case "html":
            from handlers.documents import html

            return html.written(report, pictures)
        case "xlsx":
            from handlers.documents import xlsx

            return xlsx.written(report)
        case "docx":
            from handlers.documents import docx

            return docx.written(report, pictures)
    raise ValueError(name)
