"""The report in every format: json, html, xlsx, docx. Seconds of work, so only jobs and commands write."""

from __future__ import annotations

from collections.abc import Iterable

from handlers.documents.content import Report
from handlers.reports.record import record, written

FORMATS = ("docx", "xlsx", "json", "html")


def write(report: Report, formats: Iterable[str]) -> dict[str, bytes]:
    """Write the files of these formats."""
    return {name: _one(name, report) for name in dict.fromkeys(formats)}


def _one(name: str, report: Report) -> bytes:
    match name:
        case "json":
            return (written(record(report.findings)) + "\n").encode()
        case "html":
            from handlers.documents import charts, html

            return html.written(report, charts.charts(report.findings, charts.PHONE_INCHES))
        case "xlsx":
            from handlers.documents import xlsx

            return xlsx.written(report)
        case "docx":
            from handlers.documents import charts, docx

            return docx.written(report, charts.charts(report.findings))
    raise ValueError(name)
