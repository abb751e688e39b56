"""Dossiers of the stories, and a source that tells of them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from handlers.intake import batches as intake
from knowledge.dossier import DossierRecord
from knowledge.status import Status
from storage.dossiers.intake import Origin
from tests.people.cast import Cast

HERE = timezone(timedelta(hours=7))
RECEIVED = datetime(2026, 11, 2, 8, tzinfo=HERE)
KNOWN = DossierRecord("000.00.15.H58-261102-0001", Status.RECEIVED, RECEIVED, procedure_title="Giấy phép xây dựng")
OTHER = DossierRecord("000.00.15.H58-261102-0050", Status.RECEIVED, RECEIVED, procedure_title="Giấy phép lao động")


def tells(town: Cast, *records: DossierRecord) -> None:
    """Let the source tell of dossiers as they stand now."""
    town.clock.moves(hours=1)
    town.happens("dossiers", intake.batch(records, Origin("Một cửa điện tử", town.clock(), illustrative=False)))
