"""Long work: which job is done by what. Its libraries are loaded when a job needs them: most processes never do."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.jobs import Work
from bot.settings import Settings
from bot.work.attachments import Attachments
from handlers import upkeep
from handlers.catalogue import checklists
from handlers.catalogue import desk as catalogue_desk
from handlers.dossiers import receipt_photos
from handlers.feedback import desk as feedback_desk
from handlers.feedback import files as feedback_files
from handlers.feedback import form as feedback
from handlers.handover import relay as handover
from handlers.intake import files as file_intake
from handlers.intake import pulling
from handlers.officials import apologies, broadcasts, digests, roster_file
from handlers.officials import desk as duty_desk
from handlers.officials import roster as duty_roster
from handlers.privacy import personal_data
from handlers.reports import chat as reports
from knowledge.errors import Unavailable
from storage import compacting, rotating
from storage.database import Database
from storage.people import erasure as privacy
from storage.people import retention

CATALOGUE_JOBS = (checklists.KIND, checklists.FORM, *catalogue_desk.JOBS)


@dataclass(frozen=True, slots=True)
class Tools:
    """What jobs work with; `wake` lets a lane run and may be called from a job's thread."""

    database: Database
    settings: Settings
    fetched: Attachments
    clock: Callable[[], datetime]
    wake: Callable[[str], object]


def long_work(tools: Tools, channel: str, kind: str) -> dict[str, Work]:
    """Give the work of each kind of job; `channel` and `kind`: of the events that bring dossiers from files."""
    work: dict[str, Work] = {
        upkeep.PURGE: partial(_purge, tools),
        pulling.PULL: partial(_pull, tools),
        receipt_photos.KIND: partial(_read_photo, tools),
        handover.FETCH: partial(_hand_over, tools),
        duty_roster.FILE: partial(_roster, tools),
        roster_file.READ: partial(_read_roster, tools),
        broadcasts.FILE: partial(_questions, tools),
        digests.FILE: partial(_digest, tools),
        duty_desk.CHART: partial(_office, tools, "chart"),
        apologies.FILE: partial(_office, tools, "apology"),
    }
    work |= {job: partial(_look_at_file, tools) for job in (feedback_files.KIND, feedback_desk.FILE)}
    work |= {personal_data.ERASE: partial(_erase_person, tools)}
    work |= {feedback.RECEIPT: partial(_write_receipt, tools)}
    work |= {job: partial(_report, tools) for job in (reports.REPORT, reports.DRAFT)}
    work |= {job: partial(_take_files, tools, channel, kind, job) for job in file_intake.JOBS}
    return work | {job: partial(_keep_catalogue, tools, job) for job in CATALOGUE_JOBS}


def _purge(tools: Tools, _body: str) -> str:
    """Purge what is kept no longer, and count it by table; what was freed is given back, or else the next night.

    What an older key still holds is sealed anew, so that its file can go.
    """
    kept = retention.by_table(tools.settings.privacy.kept())
    with tools.database.transaction() as tx:
        counts = privacy.purge(tx, tools.clock(), kept=kept)
    if tools.database.vault.reads_older:
        rotating.rotate(tools.database)
    with suppress(Unavailable):
        compacting.compact(tools.database)
    return json.dumps(counts)


def _pull(tools: Tools, body: str) -> str:
    from bot.intake.pulling import pull

    return pull(tools.settings.intake.sources, tools.settings.agency.timezone, tools.clock, body)


def _read_photo(tools: Tools, body: str) -> str:
    from bot.work import receipt_photo

    return receipt_photo.work(tools.fetched, body)


def _hand_over(tools: Tools, body: str) -> str:
    from bot.work import handover_file

    return handover_file.work(tools.database, tools.fetched, tools.clock, body)


def _take_files(tools: Tools, channel: str, kind: str, job: str, body: str) -> str:
    from bot.intake.table import Layout
    from bot.work.dossier_files import FileIntake, Place

    layout = Layout(tools.settings.agency.timezone, dict(tools.settings.intake.mapping))
    place = Place(channel, kind)
    return FileIntake(tools.database, tools.fetched, layout, place, tools.clock, tools.wake).work(job, body)


def _keep_catalogue(tools: Tools, job: str, body: str) -> str:
    from bot.work.catalogue import CatalogueJobs

    return CatalogueJobs(tools.database, tools.fetched, tools.settings, tools.clock).work(job, body)


def _erase_person(tools: Tools, body: str) -> str:
    from bot import erasing

    return erasing.erase(tools.database, tools.clock, body)


def _look_at_file(tools: Tools, body: str) -> str:
    from bot.work import feedback as feedback_jobs

    return feedback_jobs.look_at(tools.database, tools.fetched, tools.clock, body)


def _write_receipt(tools: Tools, body: str) -> str:
    from bot.work import feedback as feedback_jobs

    return feedback_jobs.write_receipt(tools.database, tools.settings, tools.clock, body)


def _report(tools: Tools, body: str) -> str:
    from bot.work import reports as report_jobs

    return report_jobs.work(tools.database, tools.settings, tools.clock, body)


def _roster(tools: Tools, body: str) -> str:
    from bot.work import office as office_jobs

    return office_jobs.roster_file(tools.database, tools.settings, tools.clock, body)


def _read_roster(tools: Tools, body: str) -> str:
    from bot.work import office as office_jobs

    return office_jobs.roster_read(tools.database, tools.settings, tools.fetched, tools.clock, body)


def _office(tools: Tools, name: str, body: str) -> str:
    from bot.work import office as office_jobs

    work: Callable[..., str] = getattr(office_jobs, name)
    return work(tools.database, tools.clock, body)


def _digest(tools: Tools, body: str) -> str:
    from bot.work import office

    return office.digest_file(tools.database, tools.settings, tools.clock, body)


def _questions(tools: Tools, body: str) -> str:
    from bot.work import office as office_jobs

    return office_jobs.questions(tools.database, tools.settings, tools.clock, body)
