"""The national contract as it is received: messages of DongBoHoSoMC and CapNhatTienDoHoSoMC → records, steps, answers.

A message is an envelope `{"session", "madonvi", "service", "isUpdating", "data": […]}` or a bare array; every member is
a text (`"1"`, `"False"`), though numbers, booleans and nulls are taken too. Dates yyyyMMddHHmmss or ISO, "" for none.
Sources: the published code of OpenCPS v2 and of a province's one-stop system that push to the national portal; both
read `error_code` as a number, 0 for success and 3 for a dossier that is there already (which they then send again with
isUpdating True).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.intake.columns import COLUMNS, TEXT_MOST, ColumnFaultError, clean, code, moment, money, record, status, words
from handlers.intake.words import RowFault, pushed
from knowledge.dossier import DossierRecord, Step, Supplement

DOSSIERS, PROGRESS, LOOK_UP = "DongBoHoSoMC", "CapNhatTienDoHoSoMC", "TraCuuHoSo"
ITEMS_MOST = 1_000  # dossiers or steps of one message; the known senders send one, or ten
LIST_MOST = 200  # members of a list within a dossier
DONE, REFUSED, EXISTS = "0", "1", "3"
PAID = "1"  # DuocThanhToanTrucTuyen; 0 is sent where there is no fee and where nobody filled it in
# Members that only files have a column for: the contract tells them in lists, or not at all.
_OWN = frozenset({"MaHoSoKhac", "PhiConPhaiNop", "NgayBoSung", "NoiDungBoSung", "NgayTiepNhanBoSung"})
_MEMBERS = COLUMNS - _OWN
_STEP_MEMBERS = ("MaHoSo", "ThoiDiemXuLy", "PhongBanXuLy", "NoiDungXuLy", "TrangThai", "NgayKetThucTheoQuyDinh")


class NotUnderstoodError(Exception):
    """A message that is none of the contract."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message: what it asks for (a service), for whom it speaks, and the dossiers or steps in it.

    `updating`: None where it does not say, then a dossier that is there already is taken as an update.
    """

    service: str
    session: str
    updating: bool | None
    items: tuple[object, ...]
    code: str = ""


def message(body: object, service: str, updating: str | None) -> Message:
    """Read a message that came to the route of a service. Raises `NotUnderstoodError`.

    `updating` is what the address said (`?isUpdating=True`), as some adapters put it there.
    """
    if isinstance(body, list):
        return Message(service, "", _truth(updating), _items(body))
    if not isinstance(body, dict):
        raise NotUnderstoodError
    service = _text(body, "service") or service
    items = body.get("data", None if service in (DOSSIERS, PROGRESS) else [])
    if not isinstance(items, list):
        raise NotUnderstoodError
    told = _text(body, "isUpdating")
    return Message(service, _text(body, "session"), _truth(told or updating), _items(items), _text(body, "mahoso"))


def _items(given: Sequence[object]) -> tuple[object, ...]:
    if len(given) > ITEMS_MOST:
        raise NotUnderstoodError
    return tuple(given)


def _text(body: Mapping[str, object], name: str) -> str:
    value = body.get(name)
    return _whole(value) if isinstance(value, str) else ""


def _whole(text: str) -> str:
    """Replace half characters, which JSON can write and no database can hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _truth(text: str | None) -> bool | None:
    return {"true": True, "false": False}.get((text or "").strip().casefold())


def dossier(item: object, place: int, zone: ZoneInfo) -> DossierRecord | RowFault:
    """Read one dossier of a message; `place`: its number in it, from 1."""
    try:
        members = _members(item)
        cells = _cells(members, _MEMBERS)
        if not cells.get("SoGiayToChuHoSo"):
            cells["SoGiayToChuHoSo"] = _identity(members)
        told = record(cells, zone)
        return replace(told, supplements=tuple(_supplements(members, zone)), fee_due=_fee(members))
    except ColumnFaultError as fault:
        return RowFault(place, fault.column, fault.problem, fault.values)


def step(item: object, place: int, zone: ZoneInfo) -> Step | RowFault:
    """Read one step of handling. Who did it (NguoiXuLy, ChucDanh) is not taken in."""
    try:
        cells = _cells(_members(item), _STEP_MEMBERS)
        at = moment(cells, "ThoiDiemXuLy", zone)
        if at is None:
            raise ColumnFaultError("ThoiDiemXuLy", "empty")
        return Step(
            code(cells, "MaHoSo"),
            at,
            status(cells, "TrangThai") if cells.get("TrangThai") else None,
            words(cells, "NoiDungXuLy"),
            words(cells, "PhongBanXuLy"),
            moment(cells, "NgayKetThucTheoQuyDinh", zone),
        )
    except ColumnFaultError as fault:
        return RowFault(place, fault.column, fault.problem, fault.values)


def code_of(item: object) -> str:
    """Give the code of a dossier or step as its sender wrote it, for the answer; "" where there is none."""
    found = item.get("MaHoSo") if isinstance(item, dict) else None
    return clean(_whole(str(found)))[:TEXT_MOST] if isinstance(found, str | int) else ""


def answer(results: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    """Word the answer to a message: (code, error_code, message) of each item, over them what became of all.

    The whole is 0 when every item is; else the error_code that they share, or 1.
    """
    codes = {error_code for _, error_code, _ in results}
    whole = DONE if codes <= {DONE} else codes.pop() if len(codes) == 1 else REFUSED
    good = sum(error_code == DONE for _, error_code, _ in results)
    said = results[0][2] if len(results) == 1 else pushed("some", good=good, all=len(results))
    return {
        "error_code": whole,
        "message": pushed("done") if whole == DONE else said,
        "result": [{"MaHoSo": code, "error_code": error, "message": said} for code, error, said in results],
    }


def _members(item: object) -> dict[str, object]:
    if not isinstance(item, dict):
        raise ColumnFaultError("", "not_record")
    return item


def _cells(members: Mapping[str, object], names: frozenset[str] | Sequence[str]) -> dict[str, str]:
    return {name: _cell(name, members[name]) for name in names if name in members}


def _cell(name: str, value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return clean(_whole(value))
        case bool():
            return str(int(value))
        case int():
            return str(value)
        case float() if value.is_integer():
            return str(int(value))
        case _:
            raise ColumnFaultError(name, "not_text", value=type(value).__name__)


def _list(members: Mapping[str, object], name: str) -> Iterator[Mapping[str, object]]:
    given = members.get(name) or []
    if not isinstance(given, list) or len(given) > LIST_MOST or not all(isinstance(one, dict) for one in given):
        raise ColumnFaultError(name, "not_list")
    yield from given


def _identity(members: Mapping[str, object]) -> str:
    """Give the first number by which the owner is known."""
    return next(
        (found for one in _list(members, "DinhDanhCHS") if (found := _cells(one, ["SoDinhDanh"]).get("SoDinhDanh"))), ""
    )


def _supplements(members: Mapping[str, object], zone: ZoneInfo) -> Iterator[Supplement]:
    for one in _list(members, "DanhSachHoSoBoSung"):
        names = (
            "NgayBoSung",
            "NoiDungBoSung",
            "NgayTiepNhanBoSung",
            "NgayHenTraTruoc",
            "NgayHenTraMoi",
            "ThoiHanBoSung",
        )
        cells = _cells(one, names)
        asked = moment(cells, "NgayBoSung", zone)
        if asked is not None:
            yield Supplement(
                asked,
                words(cells, "NoiDungBoSung"),
                _end(cells, asked),
                moment(cells, "NgayTiepNhanBoSung", zone),
                moment(cells, "NgayHenTraTruoc", zone),
                moment(cells, "NgayHenTraMoi", zone),
            )


def _end(cells: Mapping[str, str], asked: datetime) -> datetime | None:
    """Reckon until when papers are to be in: ThoiHanBoSung counts calendar days from the request."""
    days = cells.get("ThoiHanBoSung", "")
    return asked + timedelta(days=int(days)) if days.isdecimal() and len(days) <= len(str(LIST_MOST)) else None


def _fee(members: Mapping[str, object]) -> int | None:
    """Add up what is still to be paid, in đồng; None where nothing is told of fees."""
    if _cell("DuocThanhToanTrucTuyen", members.get("DuocThanhToanTrucTuyen")) == PAID:
        return 0
    amounts = [money(_cells(one, ["Gia"]), "Gia") for one in _list(members, "DanhSachLePhi")]
    told = [amount for amount in amounts if amount is not None]
    return sum(told) if told else None
