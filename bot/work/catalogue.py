"""The jobs of the catalogue: lists of papers as files, files that officials send, publications, workbooks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path, PurePath

from bot.settings import Settings
from bot.work.attachments import Attachments
from handlers.attachments import BYTES_MOST
from handlers.catalogue import checklists, editions, faults, library
from handlers.catalogue import desk as catalogue_desk
from handlers.documents.checklist import checklist
from handlers.messages import Attachment
from handlers.texts import Words, words
from knowledge.catalogue import CatalogueError, CatalogueFault, Parsed, differences
from knowledge.catalogue.files import read_file, write_file
from knowledge.errors import Unusable, Wrong
from storage import files
from storage.database import Connection, Database

LOST_TOLD = 5  # golden questions that fare worse and are named in a message


class CatalogueJobs:
    """Does what the rooms of the catalogue order."""

    def __init__(
        self, database: Database, attachments: Attachments, settings: Settings, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._attachments = attachments
        self._settings = settings
        self._clock = clock

    def work(self, kind: str, body: str) -> str:
        """Do the job of this kind; gives its result as JSON."""
        order = json.loads(body)
        result: Mapping[str, object]
        match kind:
            case checklists.KIND:
                result = self._keep(checklist(order), order["name"], order["account"])
            case checklists.FORM:
                result = self._form(order)
            case catalogue_desk.READ:
                result = self._read(order)
            case catalogue_desk.PUBLISH:
                result = self._publish(order)
            case _:
                result = self._export(order)
        return json.dumps(result, ensure_ascii=False)

    def _form(self, order: dict[str, object]) -> dict[str, object]:
        """Fetch a form from the folder of the settings; nothing when there is none, or it is no plain name."""
        folder, name = self._settings.catalogue.forms, str(order["name"])
        file = Path(folder) / name
        if not folder or PurePath(name).name != name or not file.is_file() or file.stat().st_size > BYTES_MOST:
            return {}
        return dict(self._keep(file.read_bytes(), name, None))

    def _read(self, order: dict[str, object]) -> dict[str, object]:
        """Read a file that an official sent, and keep its good entries as a draft."""
        say, sent = words(str(order["language"])), Attachment.from_record(order["file"])  # type: ignore[arg-type]
        try:
            content = self._attachments.fetch(str(order["channel"]), sent)
        except Unusable as fault:
            return {"fault": fault.reason}
        try:
            parsed = read_file(sent.name, content, self._today())
        except CatalogueError as error:
            return self._told(say, error.faults, order["account"])
        result = self._told(say, parsed.faults, order["account"])
        if parsed.good:
            with self._database.transaction() as tx:
                result |= self._take_in(tx, parsed, sent.name)
        return result

    def _take_in(self, tx: Connection, parsed: Parsed, file: str) -> dict[str, object]:
        name = str(parsed.head.get("name") or "") or file.rpartition(".")[0]
        before = library.of_day(tx, self._today())
        draft = editions.take_in(tx, parsed, name, self._today(), self._clock(), chosen=False)
        found = differences(before, draft)
        counts = {"added": len(found.added), "changed": len(found.changed), "removed": len(found.removed)}
        return {"draft": draft.name, "taken": len(parsed.good), "refused": parsed.refused, "changes": counts}

    def _told(self, say: Words, found: tuple[CatalogueFault, ...], account: object) -> dict[str, object]:
        """Word all faults; a long list goes along as a file."""
        told = [faults.told(say, fault) for fault in found]
        result: dict[str, object] = {"faults": told}
        if len(told) > catalogue_desk.FAULTS_TOLD:
            kept = self._keep("\n".join(told).encode("utf-8-sig"), catalogue_desk.faults_name(say), account)
            result |= {"listed": kept["hash"], "listed_name": kept["name"]}
        return result

    def _publish(self, order: dict[str, object]) -> dict[str, object]:
        name, now = str(order["name"]), self._clock()
        try:
            with self._database.transaction() as tx:
                proposal = editions.propose(tx, name, None, self._today())
            verdict = editions.judge(proposal)
            if verdict is not None and verdict.is_worse:
                lost = [f"• {one.question}" for one in verdict.lost[:LOST_TOLD]]
                return {"why": catalogue_desk.worse(words(str(order["language"])), len(verdict.lost)), "lost": lost}
            with self._database.transaction() as tx:
                done = editions.publish(tx, proposal, verdict, words("vi"), self._settings.agency.name, now)
        except Wrong as fault:
            return {"why": str(fault)}
        since = done.edition.effective_from.strftime("%d/%m/%Y")
        return {"name": name, "since": since, "announcement": done.announcement}

    def _export(self, order: dict[str, object]) -> dict[str, object]:
        with self._database.transaction() as tx:
            edition = library.of_day(tx, self._today())
        if edition is None:
            return {}
        name = f"danh-muc-{edition.name}.xlsx"
        return dict(self._keep(write_file(name, edition), name, order["account"]))

    def _keep(self, content: bytes, name: str, account: object) -> dict[str, str]:
        with self._database.transaction() as tx:
            until = self._clock() + files.KEPT_SHORTLY
            key = files.keep(tx, content, until, account_id=account if isinstance(account, int) else None)
        return {"hash": key, "name": name}

    def _today(self) -> date:
        return self._clock().astimezone(self._settings.agency.timezone).date()
