"""The report as commands and jobs make it: gathered from the database, with what the settings say of the agency."""

from __future__ import annotations

from bot.app import agency
from bot.settings import Settings
from handlers.documents.letterhead import Letterhead
from handlers.reports.content import Findings, gather
from knowledge.report_period import Period
from storage.database import Connection


def letterhead(settings: Settings) -> Letterhead:
    """Tell what stands on the agency's documents."""
    given, report = settings.agency, settings.report
    return Letterhead(
        agency=given.name,
        parent=given.parent,
        symbol=given.symbol,
        place=report.place,
        recipient=report.recipient,
        signer=report.signer,
        receivers=report.receivers,
        counter=given.counter,
    )


def findings(tx: Connection, settings: Settings, period: Period) -> Findings:
    """Gather what the report of a period says. Raises `BrokenIdentity` when the figures do not add up."""
    return gather(tx, period, agency(settings).calendar, settings.report.feedback_since)
