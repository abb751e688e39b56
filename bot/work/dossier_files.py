"""The jobs behind files of dossiers that officials send: read on trial, take in, report (`handlers/intake/files.py`).

A trial reading compares every row with what is known and writes nothing, so that no chat waits for it. Each job may run
again after a crash: the manifest is one file by its content, the rows are events under fixed keys.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from bot.intake.files import read_file
from bot.intake.table import Layout
from bot.work.attachments import Attachments
from handlers.documents import refused_rows
from handlers.intake import batches as intake
from handlers.intake import files as file_intake
from handlers.intake.files import shown_name
from handlers.intake.words import FileFault, RowFault
from handlers.messages import Attachment
from knowledge.dossier import DossierRecord
from knowledge.errors import Unusable
from knowledge.media import Media, sniff
from storage import events, files
from storage.database import Database
from storage.dossiers import records as dossiers
from storage.dossiers.intake import Origin
from storage.dossiers.intake_preview import Preview, preview
from storage.events import NewEvent

PREVIEWED = 500  # rows that are compared in one reading transaction
EVENTS_AT_ONCE = 20  # in one transaction, so that the bringing of a big file does not hold the writer up
FAULTS_MOST = 10_000  # rows that the list of refused ones names: more of them are one mistake
TOLD_ROWS, TOLD_PARTS = 2_000, 4  # a file of so many rows tells how far it is, at the quarters
TABLES = (Media.XLSX, Media.TEXT)

T = TypeVar("T")
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where rows go: the channel and the kind of their events."""

    channel: str
    kind: str


class FileIntake:
    """The three jobs."""

    def __init__(
        self,
        database: Database,
        attachments: Attachments,
        layout: Layout,
        place: Place,
        clock: Callable[[], datetime],
        wake: Callable[[str], object],
    ) -> None:
        """`wake` lets a lane run; it is called from the job's thread."""
        self._database = database
        self._attachments = attachments
        self._layout = layout
        self._place = place
        self._clock = clock
        self._wake = wake

    def work(self, kind: str, body: str) -> str:
        """Do the job of this kind."""
        jobs = {file_intake.PREVIEW: self.preview, file_intake.TAKE: self.take, file_intake.REPORT: self.report}
        return jobs[kind](body)

    def preview(self, body: str) -> str:
        """Read a file on trial and keep it with its manifest; gives the manifest and its hash, or what is wrong."""
        order = json.loads(body)
        sent = Attachment.from_record(order["file"])
        try:
            content = self._attachments.fetch(order["channel"], sent)
            if sniff(content) not in TABLES:
                raise Unusable("kind")
            manifest = self._read(content, shown_name(sent), order)
        except FileFault as fault:
            return json.dumps({"fault": "table", "said": fault.reason(order["language"])}, ensure_ascii=False)
        except Unusable as fault:
            return json.dumps({"fault": fault.reason})
        written = json.dumps(manifest, ensure_ascii=False, sort_keys=True)
        return json.dumps({**manifest, "manifest": self._keep(written.encode(), order["account"])}, ensure_ascii=False)

    def _read(self, content: bytes, name: str, order: Body) -> Body:
        """Count what the rows of a file would bring, and keep the file and the list of those that are refused."""
        now = self._clock()
        origin = Origin(name or "xlsx", now)
        count = refused = 0
        seen = Preview()
        faults: list[RowFault] = []
        codes: set[str] = set()
        for rows in _in_batches(read_file(content, self._layout), PREVIEWED):
            wrong = [row for row in rows if isinstance(row, RowFault)]
            faults += wrong[: FAULTS_MOST - len(faults)]
            count, refused = count + len(rows), refused + len(wrong)
            records = _records(rows)
            codes.update(record.code for record in records)
            with self._database.snapshot() as tx:
                seen += preview(tx, records, origin)
        listed = refused_rows.written(faults, order["language"]) if faults else None
        return {
            "name": origin.source,
            "as_of": now.isoformat(),
            "account": order["account"],
            "file": self._keep(content, order["account"]),
            "codes": self._keep(json.dumps(sorted(codes)).encode(), order["account"]),
            "faults": None if listed is None else self._keep(listed, order["account"]),
            "rows": count,
            "refused": refused,
            "new": seen.new,
            "changed": seen.changed,
            "same": seen.same + seen.older,
        }

    def take(self, body: str) -> str:
        """Bring the rows of a file as events, and their end; the turns of that lane take them in."""
        key = json.loads(body)["manifest"]
        try:
            manifest, content = self._kept(key)
        except Unusable as fault:
            return json.dumps({"fault": fault.reason})
        lane = self._database.vault.digest(self._place.channel, key)
        new_event = partial(NewEvent, self._place.channel, lane=lane)
        for some in _in_batches(self._events(manifest, content, key, new_event), EVENTS_AT_ONCE):
            with self._database.transaction() as tx:
                for event in some:
                    events.accept(tx, event, self._clock())
            self._wake(lane)
        return json.dumps({"rows": manifest["rows"]})

    def _events(
        self, manifest: Body, content: bytes, key: str, new_event: Callable[..., NewEvent]
    ) -> Iterator[NewEvent]:
        origin = Origin(manifest["name"], datetime.fromisoformat(manifest["as_of"]))
        done, total, told = 0, manifest["rows"], 1
        for number, rows in enumerate(_in_batches(read_file(content, self._layout), intake.AT_ONCE)):
            records = _records(rows)
            if records:
                yield new_event(key=f"{key}:{number}", kind=self._place.kind, body=intake.batch(records, origin))
            done += len(rows)
            if total >= TOLD_ROWS and told < TOLD_PARTS and done * TOLD_PARTS >= total * told:
                told = done * TOLD_PARTS // total + 1
                mark = {"account": manifest["account"], "done": done, "rows": total}
                yield new_event(key=f"{key}:at{number}", kind=file_intake.PROGRESS, body=json.dumps(mark))
        end = {"account": manifest["account"], "manifest": key}
        yield new_event(key=f"{key}:end", kind=file_intake.END, body=json.dumps(end))

    def report(self, body: str) -> str:
        """Count what became of a file whose rows were all handled."""
        try:
            manifest, content = self._kept(json.loads(body)["manifest"], "codes")
        except Unusable as fault:
            return json.dumps({"fault": fault.reason})
        codes = json.loads(content)
        with self._database.connect() as connection:
            reading = connection.execution_options(reading=True)
            taken = dossiers.count_heard_of(reading, codes, datetime.fromisoformat(manifest["as_of"]))
        return json.dumps({**manifest, "taken": taken, "lost": len(codes) - taken}, ensure_ascii=False)

    def _keep(self, content: bytes, account_id: int) -> str:
        with self._database.transaction() as tx:
            return files.keep(tx, content, self._clock() + files.KEPT_SHORTLY, account_id=account_id)

    def _kept(self, key: str, what: str = "file") -> tuple[Body, bytes]:
        """Load a manifest and one of the files that it names. Raises `Unusable` when they are no longer kept."""
        with self._database.transaction() as tx:
            found = files.load(tx, key)
            manifest: Body = {} if found is None else json.loads(found.content)
            content = files.load(tx, manifest.get(what, ""))
        if content is None:
            raise Unusable("gone")
        return manifest, content.content


def _records(rows: Iterable[DossierRecord | RowFault]) -> list[DossierRecord]:
    return [row for row in rows if isinstance(row, DossierRecord)]


def _in_batches(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while some := list(islice(items, size)):
        yield some
