"""Records of the national portal (Cơ sở dữ liệu quốc gia về thủ tục hành chính) as entries of a catalogue.

Such a record is what a crawl of dichvucong.gov.vn holds: texts only, the table of ways to file run together into one.
Its traps are known and never become facts: a time of "1" without unit, a fee that lost its thousands, "Miễn phí" where
the provincial council decides. What is not sure is left out, and `evidence` says why.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from knowledge.catalogue.checks import FEE_UNIT_VND, TEXT_MOST
from knowledge.catalogue.faults import CatalogueFault, shown
from knowledge.catalogue.model import Procedure
from knowledge.catalogue.records import read_record
from knowledge.vietnamese import nfc

_NEEDED: Final = ("ma_thu_tuc", "ten_thu_tuc", "linh_vuc")
_NOTHING: Final = frozenset({"", "Không có thông tin"})
_SOURCE: Final = "Cổng Dịch vụ công quốc gia"
_WAYS: Final = "Trực tuyến|Dịch vụ bưu chính|Trực tiếp"
_UNITS: Final = {"ngày làm việc": "working_days", "ngày": "days", "giờ làm việc": "working_hours"}
_HEADING: Final = re.compile(r"Hình thức nộp\s*Thời gian\s*Phí, lệ phí\s*Mô tả")
_WAY: Final = re.compile(
    rf"({_WAYS})(?:(\d+) ?(Ngày làm việc|Ngày|Giờ làm việc|Giờ)?)?"
    r"(?=Miễn phí|Không có|Phí|Lệ phí|[\d.,]+ (?:VNĐ|Việt)|$)"
)
_DAYS: Final = re.compile(r"(?<!\d)0?(\d{1,3}) (?:\([^)]{1,20}\) )?ngày")
_FREE: Final = "Miễn phí"
_COUNCIL: Final = re.compile(r"Hội đồng nhân dân|HĐND", re.IGNORECASE)
_AMOUNT: Final = re.compile(r"(\d[\d.,]*) ?(?:VNĐ|Việt Nam Đồng)")
_PAPER: Final = re.compile(r"(.+?)(\d+) bản chính(?:, ?(\d+) bản sao)?", re.DOTALL)
_PAPER_HEADING: Final = re.compile(r"^.*?Tên giấy tờ\s*Mẫu đơn, tờ khai\s*Số lượng", re.DOTALL)
_STEP: Final = re.compile(r"\n\s*|(?<=[.;]) (?=- )")
_FORM_FILE: Final = re.compile(r"^(.+?)[.;:]?\s*(Mẫu [^;]*\.(?:docx?|pdf|xlsx?))$")
_CONTROLS: Final = re.compile(r"[^\S\n]|[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_MINISTRIES: Final = (
    "BTC|BKHĐT|BXD|BCT|BNV|BTP|BCA|BQP|BTNMT|BNNPTNT|BNNMT|BYT|BGDĐT|BGTVT|BVHTTDL|BTTTT|BKHCN|BLĐTBXH|BNG"
    "|NHNN|TTCP|VPCP"
)
# The name of the next document follows a number without a blank, so that only what numbers end in tells their end.
_DOCUMENT: Final = re.compile(
    rf"\d+/(?:20|19)\d\d/(?:NĐ-CP|NQ-CP|(?:UBTV)?QH\d\d|(?:TT|TTLT|QĐ)-(?:{_MINISTRIES})(?:-(?:{_MINISTRIES}))*)"
)


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to file: its name, the time's number and unit, and what is said of the fee and besides."""

    name: str
    amount: str
    unit: str
    rest: str


def is_national(record: Mapping[str, Any]) -> bool:
    """Whether a record has the national portal's form."""
    return "ma_thu_tuc" in record


def read_national(record: Mapping[str, Any], entry: str, today: date) -> tuple[Procedure | None, list[CatalogueFault]]:
    """The procedure of a national record, if it makes one, and its faults under its code, or under `entry`."""
    texts = {key: _text(value) for key, value in record.items() if value is None or isinstance(value, str)}
    entry = texts.get("ma_thu_tuc") or entry
    faults = [
        CatalogueFault(entry, key, "not_a_text", {"value": shown(value)})
        for key, value in record.items()
        if key not in texts
    ]
    faults += [CatalogueFault(entry, key, "missing") for key in _NEEDED if not texts.get(key)]
    if faults:
        return None, faults
    return read_record(_record(texts, today), entry)


def _record(texts: Mapping[str, str], today: date) -> dict[str, Any]:
    ways = tuple(_ways(texts.get("cach_thuc_thuc_hien", "")))
    time, time_doubt = _time(ways, texts.get("trinh_tu_thuc_hien", ""))
    fees, fee_doubt = _fees(ways)
    link = texts.get("detail_url") or None
    values: dict[str, Any] = {
        "papers": list(_papers(texts.get("thanh_phan_ho_so", ""))),
        "steps": list(_steps(texts.get("trinh_tu_thuc_hien", ""))),
        "time": time,
        "fees": fees,
        "channels": _channels(ways, link),
        "result": texts.get("ket_qua_xu_ly", ""),
        "conditions": [text] if (text := texts.get("yeu_cau_dieu_kien", "")) else [],
        "legal_basis": [{"number": n} for n in dict.fromkeys(_DOCUMENT.findall(texts.get("can_cu_phap_ly", "")))],
        "audience": texts.get("doi_tuong_thuc_hien", ""),
        "competent_body": texts.get("co_quan_co_tham_quyen", ""),
        "receiving_body": texts.get("co_quan_thuc_hien", ""),
    }
    values = {key: value for key, value in values.items() if value}
    source = {"sources": [f"{_SOURCE} <{link}>" if link else _SOURCE], "checked_on": today.isoformat()}
    doubts = {"time": time_doubt, "fees": fee_doubt}
    evidence = {name: {**source, "doubt": doubts.get(name, "")} for name in (*values, "title", "field", "code")}
    named = {"title": texts["ten_thu_tuc"], "field": texts["linh_vuc"], "code": texts["ma_thu_tuc"]}
    return {"id": texts["ma_thu_tuc"], **named, **values, "evidence": evidence}


def _text(value: str | None) -> str:
    """A text as ours are: NFC, no controls, no blanks around it, and empty where the portal says it has nothing."""
    clean = nfc(_CONTROLS.sub(" ", value or "")).strip()
    return "" if clean in _NOTHING else clean[:TEXT_MOST].strip()


def _ways(text: str) -> Iterator[_Way]:
    body = _HEADING.sub("", text)
    found = list(_WAY.finditer(body))
    ends = [*(one.start() for one in found[1:]), len(body)]
    for one, end in zip(found, ends, strict=False):
        yield _Way(one[1], one[2] or "", (one[3] or "").lower(), body[one.end() : end])


def _time(ways: tuple[_Way, ...], steps: str) -> tuple[dict[str, Any] | None, str]:
    """The time to settle, where all ways agree on it, and the doubt where they do not."""
    told = {(way.amount, way.unit) for way in ways if way.amount}
    if not told:
        return None, ""
    listed = "; ".join(sorted(f"{amount} {unit}".strip() for amount, unit in told))
    if len(told) > 1:
        return {"note": f"Nguồn ghi khác nhau: {listed}."}, "các cách nộp ghi thời gian khác nhau"
    ((amount, unit),) = told
    if unit not in _UNITS or int(amount) == 0:
        return {"note": f'Nguồn ghi "{listed}".'}, "nguồn không ghi đơn vị thời gian dùng được"
    described = " ".join(way.rest for way in ways).lower()
    is_mixed = unit == "ngày" and re.search(rf"(?<!\d)0?{amount} ngày làm việc", described)
    doubt = "nguồn ghi ngày ở một chỗ và ngày làm việc ở chỗ khác" if is_mixed else ""
    named = {int(number) for number in _DAYS.findall(f"{described} {steps}")}
    if amount == "1" and named and 1 not in named:  # what the portal prints where nobody filled the cell in
        doubt = "nguồn in 1 ngày, các bước ghi số ngày khác"
    return {"value": int(amount), "unit": _UNITS[unit]}, doubt


def _fees(ways: tuple[_Way, ...]) -> tuple[list[dict[str, Any]], str]:
    """The fee where it is sure, else one that is unknown with the reason."""
    told = " ".join(way.rest for way in ways)
    if not told.strip():
        return [], ""
    if _COUNCIL.search(told):
        return [{"kind": "unknown", "basis": "Nghị quyết của Hội đồng nhân dân tỉnh"}], "mức thu do tỉnh quyết định"
    amounts = {int(re.sub(r"[.,]", "", found)) for found in _AMOUNT.findall(told)}
    if not amounts:
        free = bool(ways) and all(way.rest.startswith(_FREE) for way in ways)
        return ([{"kind": "none"}], "") if free else ([{"kind": "unknown"}], "nguồn không ghi mức thu")
    if len(amounts) > 1:
        return [{"kind": "unknown"}], "mức thu khác nhau theo trường hợp"
    amount = amounts.pop()
    if amount < FEE_UNIT_VND or amount % FEE_UNIT_VND:
        return [{"kind": "unknown", "note": f'Nguồn ghi "{amount}".'}], "mức thu có thể thiếu hàng nghìn"
    return [{"kind": "amount", "amount": amount}], ""


def _channels(ways: tuple[_Way, ...], link: str | None) -> dict[str, Any]:
    """Which ways there are; how far the online way goes is not told."""
    names = {way.name for way in ways}
    found: dict[str, Any] = {"link": link} if link else {}
    if names:
        found |= {
            "counter": "Trực tiếp" in names,
            "post": "Dịch vụ bưu chính" in names,
            "online": "Trực tuyến" in names,
        }
    return found


def _papers(text: str) -> Iterator[dict[str, Any]]:
    for name, originals, copies in _PAPER.findall(_PAPER_HEADING.sub("", text)):
        clean = " ".join(name.lstrip("-+, ").split())
        form, count = ("original", int(originals)) if int(originals) else ("copy", int(copies or 0))
        if clean:
            named = _FORM_FILE.match(clean)
            file = {"name": named[1], "form_file": named[2]} if named else {"name": clean}
            yield {**file, "form": form, **({"count": count} if count else {})}


def _steps(text: str) -> Iterator[str]:
    for step in _STEP.split(text):
        clean = step.lstrip("-+* ").strip()
        if clean:
            yield clean
