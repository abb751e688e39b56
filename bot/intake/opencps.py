"""The client of OpenCPS v2's REST API: what changed since a time, and one dossier by its code and secret.

Source: the published code of OpenCPS v2 and its frontend (base `/o/rest/v2`, header `groupId`, Basic or none; a list
is `{"total", "data": […]}` with `start` and `end`; dates dd/MM/yyyy HH:mm:ss, in the published list partly
yyyyMMddHHmmss; the secret of the receipt is `hasPassword`, a detail with a wrong one answers 203). That `releaseDate`
is the end of processing and `finishDate` the handing over, and that `sort=modified` sorts, is our reading of that code:
where a server does not sort, all of its list is read.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from zoneinfo import ZoneInfo

from bot.intake.columns import ColumnFaultError, clean, record
from bot.settings.intake import Source
from handlers.intake.words import RowFault
from knowledge.dossier import DossierRecord, Step
from knowledge.status import Status

PAGE = 50  # dossiers of one request, and of one turn
ANSWER_BYTES = 8 << 20  # of a page; more is no list of 50 dossiers
WAIT_SECONDS = 20.0  # for an answer; a job tries again later
OVERLAP = timedelta(minutes=10)  # the clocks of two machines differ, and a change is written some time after it is made
DATE = "%d/%m/%Y %H:%M:%S"
NATIONAL_DIGITS = 14
WRONG_SECRET = 203
SECRET_DIGITS = 4  # printed on the receipt; a number has lost the zeros before it
BY_POST = 2  # viaPostal: 0 not offered, 1 offered, 2 and more chosen

STATUSES: Mapping[str, Status] = {
    "receiving": Status.SUBMITTED,
    "new": Status.RECEIVED,
    "denied": Status.REJECTED,
    "processing": Status.PROCESSING,
    "interoperating": Status.PROCESSING,
    "posting": Status.PROCESSING,
    "waiting": Status.NEED_SUPPLEMENT,
    "correcting": Status.NEED_SUPPLEMENT,
    "paying": Status.NEED_PAYMENT,
    "cancelling": Status.WITHDRAWN,
    "cancelled": Status.WITHDRAWN,
    "unresolved": Status.STOPPED,
    "pausing": Status.STOPPED,
    "releasing": Status.RESULT_READY,
    "done": Status.RETURNED,
}
"""Statuses as a province's system reports them to the national portal; the five that it does not are our reading.

`intake.sources` may put others over them, by sub-status (`processing_6`) or status.
"""

_NAMES = {
    "MaHoSo": "dossierNo",
    "MaTTHC": "serviceCode",
    "TenTTHC": "serviceName",
    "TenLinhVuc": "domainName",
    "ChuHoSo": "applicantName",
    "SoGiayToChuHoSo": "applicantIdNo",
    "SoDienThoai": "contactTelNo",
    "DonViXuLy": "govAgencyName",
}
_DATES = {
    "NgayNopHoSo": "submitDate",
    "NgayTiepNhan": "receiveDate",
    "NgayHenTra": "dueDate",
    "NgayKetThucXuLy": "releaseDate",
    "NgayTra": "finishDate",
}
_KINDS = {"citizen": "1", "business": "2"}


class SourceDownError(Exception):
    """A source cannot be reached, or gives what is no data; the message says which, for the operator."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of what changed: records, steps and faults, and where the next page starts (None: there is none)."""

    records: tuple[DossierRecord, ...]
    steps: tuple[Step, ...]
    faults: tuple[RowFault, ...]
    following: int | None


class OpenCps:
    """Asks one server."""

    def __init__(self, source: Source, zone: ZoneInfo) -> None:
        self._source = source
        self._zone = zone
        self._statuses = {**STATUSES, **dict(source.statuses)}

    def changed_since(self, since: datetime | None, start: int = 0) -> Page:
        """Fetch a page of what changed since a time, or of everything. Raises `SourceDownError`."""
        query = {"start": start, "end": start + PAGE, "sort": "modified", "order": "true"}
        _, listed = self._get(f"/dossiers?{urlencode(query)}")
        rows = listed.get("data") if isinstance(listed, dict) else None
        if not isinstance(rows, list):
            raise SourceDownError("its list has no data")
        times = [self._changed(row) for row in rows if isinstance(row, dict)]
        sorted_here = times == sorted(times, reverse=True)
        seen_all = since is not None and bool(times) and sorted_here and times[-1] < since - OVERLAP
        total = listed.get("total")
        last = len(rows) < PAGE or seen_all or (isinstance(total, int) and start + len(rows) >= total)
        read = [self._read(row, number) for number, row in enumerate(rows, start + 1)]
        return Page(
            tuple(one for one in read if isinstance(one, DossierRecord)),
            tuple(step for row in rows if (step := self._step(row)) is not None),
            tuple(one for one in read if isinstance(one, RowFault)),
            None if last else start + len(rows),
        )

    def lookup(self, code: str, secret: str) -> DossierRecord | None:
        """Fetch one dossier; None where there is none or the secret is wrong. Raises `SourceDownError`."""
        _, listed = self._get(f"/dossiers?{urlencode({'dossierNo': code, 'start': 0, 'end': 1})}")
        rows = listed.get("data") if isinstance(listed, dict) else None
        found = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
        if found.get("dossierNo") != code or not found.get("dossierId"):
            return None
        number = quote(str(found["dossierId"]), safe="")
        status, detail = self._get(f"/dossiers/{number}?{urlencode({'secretKey': secret})}", allowed=(WRONG_SECRET,))
        if status == WRONG_SECRET:
            return None
        read = self._read(detail, 1)
        return read if isinstance(read, DossierRecord) else None

    def _get(self, path: str, allowed: tuple[int, ...] = ()) -> tuple[int, Any]:
        """Fetch JSON; redirects are not followed, as they would carry the password elsewhere."""
        parts = urlsplit(self._source.url)
        connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = connect(parts.hostname or "", parts.port, timeout=WAIT_SECONDS)
        try:
            connection.request("GET", parts.path + path, headers=self._headers())
            answer = connection.getresponse()
            body = answer.read(ANSWER_BYTES + 1)
        except (OSError, HTTPException) as error:
            raise SourceDownError(f"out of reach: {type(error).__name__}") from None
        finally:
            connection.close()
        if answer.status in allowed:
            return answer.status, None
        if answer.status != 200:
            raise SourceDownError(f"it answers {answer.status}")
        if len(body) > ANSWER_BYTES:
            raise SourceDownError(f"its answer is larger than {ANSWER_BYTES >> 20} MB")
        try:
            return answer.status, json.loads(body)
        except (ValueError, RecursionError):
            raise SourceDownError("its answer is no JSON") from None

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "application/json"}
        if self._source.group:
            headers["groupId"] = self._source.group
        if self._source.username:
            pair = f"{self._source.username}:{self._source.password.get_secret_value()}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return headers

    def _changed(self, row: Mapping[str, object]) -> datetime:
        """Tell when a row was last changed."""
        names = ("modifiedDate", "lastActionDate", "createDate")
        times = [at for name in names if (at := self._moment(row.get(name))) is not None]
        return max(times, default=datetime.min.replace(tzinfo=self._zone))

    def _moment(self, value: object) -> datetime | None:
        """Read a time; None for an empty or a wrong one."""
        text = value if isinstance(value, str) else ""
        try:
            form = "%Y%m%d%H%M%S" if len(text) == NATIONAL_DIGITS and text.isdecimal() else DATE
            return datetime.strptime(text, form).replace(tzinfo=self._zone) if text else None
        except ValueError:
            return None

    def _read(self, row: object, place: int) -> DossierRecord | RowFault:
        if not isinstance(row, dict):
            return RowFault(place, "", "not_record")
        cells = {name: clean(_plain(row.get(other))) for name, other in _NAMES.items()}
        for name, other in _DATES.items():
            if other in row:
                at = self._moment(row[other])
                cells[name] = at.isoformat() if at else clean(_plain(row[other]))
        cells["TrangThaiHoSo"] = self._status(row)
        cells["LoaiDoiTuong"] = _KINDS.get(_plain(row.get("applicantIdType")), "")
        if isinstance(online := row.get("online"), bool):
            cells["KenhThucHien"] = "2" if online else "1"
        if isinstance(postal := row.get("viaPostal"), int):
            cells["HinhThuc"] = str(int(postal >= BY_POST))
        cells["MaTraCuu"] = _secret(row.get("hasPassword"))
        try:
            # The last action brought the status, or came after it: it holds since then at the latest.
            return replace(record(cells, self._zone), status_at=self._moment(row.get("lastActionDate")))
        except ColumnFaultError as fault:
            return RowFault(place, fault.column, fault.problem, fault.values)

    def _status(self, row: Mapping[str, object]) -> str:
        for name in ("dossierSubStatus", "dossierStatus"):
            status = self._statuses.get(_plain(row.get(name)))
            if status is not None:
                return str(int(status))
        return _plain(row.get("dossierStatus"))

    def _step(self, row: object) -> Step | None:
        """Give the step at which a dossier is; None where the row does not tell of one."""
        read = self._read(row, 0)
        if not isinstance(row, dict) or not isinstance(read, DossierRecord):
            return None
        name = clean(_plain(row.get("stepName")))
        at = self._moment(row.get("lastActionDate"))
        if not name or at is None:
            return None
        return Step(read.code, at, None, name, read.unit, self._moment(row.get("stepDuedate")))


def _plain(value: object) -> str:
    return "" if value is None or isinstance(value, dict | list) else str(value)


def _secret(value: object) -> str:
    return str(value).zfill(SECRET_DIGITS) if isinstance(value, int) and not isinstance(value, bool) else _plain(value)
