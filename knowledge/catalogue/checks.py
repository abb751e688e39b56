"""The rules that a catalogue keeps. Each rule yields faults and never stops at the first one."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from knowledge.catalogue.faults import CatalogueFault, FaultKind, shown
from knowledge.catalogue.model import EVIDENCE_FIELDS, Duration, Evidence, Fee, Procedure, national_part

SHORT_TITLE_MAX = 60
"""Characters; a longer label is cut on the button of a narrow phone."""

FEE_UNIT_VND = 1_000
"""Fees are set in whole thousands of VND; anything else is a slip of the keyboard."""

TEXT_MOST = 30_000
"""Characters of one text; a cell of a workbook holds 32,767 (Excel's specification), some of them escaped."""

_UNWRITABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What neither a cell nor a message can hold: controls but the line's end, halves of characters, non-characters."""

_CODE = re.compile(r"\d\.\d{6}(\.\d{3}\.\d{2}\.\d{2}\.H\d{2})?")

Found: TypeAlias = tuple[str, FaultKind, dict[str, object]]
"""A field, the kind of fault, and the values that its text tells."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")


def text_faults(data: object, entry: str, path: str = "") -> list[CatalogueFault]:
    """Texts anywhere in `data` that are not NFC, or have blanks around them."""
    if isinstance(data, str):
        faults = []
        if unwritable := _UNWRITABLE.search(data):
            faults.append(CatalogueFault(entry, path, "control_character", {"code": f"U+{ord(unwritable[0]):04X}"}))
        if len(data) > TEXT_MOST:
            faults.append(CatalogueFault(entry, path, "too_long", {"length": len(data), "most": TEXT_MOST}))
        if not unicodedata.is_normalized("NFC", data):
            faults.append(CatalogueFault(entry, path, "not_nfc", {"value": shown(data)}))
        if data != data.strip():
            faults.append(CatalogueFault(entry, path, "blanks_around", {"value": shown(data)}))
        return faults
    if isinstance(data, Mapping):
        below = [(f"{path}.{key}" if path else str(key), value) for key, value in data.items()]
    elif isinstance(data, Sequence):
        below = [(f"{path}[{index}]", value) for index, value in enumerate(data)]
    else:
        return []
    return [fault for name, value in below for fault in text_faults(value, entry, name)]


def entry_faults(procedure: Procedure, entry: str) -> list[CatalogueFault]:
    """What is wrong within one entry, reported under `entry`."""
    found = (
        *_identity_faults(procedure),
        *_time_faults(procedure.time, "time"),
        *(fault for index, fee in enumerate(procedure.fees) for fault in _fee_faults(fee, f"fees[{index}]")),
        *_paper_faults(procedure),
        *_list_faults(procedure),
        *_kind_faults(procedure),
        *(fault for name, item in procedure.evidence.items() for fault in _evidence_faults(name, item)),
    )
    return [CatalogueFault(entry, field, kind, values) for field, kind, values in found]


def edition_faults(procedures: Sequence[Procedure]) -> list[CatalogueFault]:
    """What is wrong between entries: repeats, relations to nowhere."""
    ids = {p.id for p in procedures}
    return [
        *_repeats("id", ((p.id, p.id) for p in procedures)),
        *_repeats("code", ((p.id, national_part(p.code)) for p in procedures if p.code)),
        *_repeats("short_title", ((p.id, p.short_title) for p in procedures if p.short_title)),
        *(
            CatalogueFault(
                p.id, f"related[{number}]", "to_itself" if other == p.id else "unknown_entry", {"value": other}
            )
            for p in procedures
            for number, other in enumerate(p.related)
            if other not in ids or other == p.id
        ),
    ]


def _identity_faults(p: Procedure) -> Iterator[Found]:
    if not _ID.fullmatch(p.id):
        yield "id", "bad_id", {"value": shown(p.id)}
    for name in ("title", "field"):
        if not getattr(p, name):
            yield name, "missing", {}
    for name in ("short_title", "short_title_en"):
        length = len(getattr(p, name))
        if length > SHORT_TITLE_MAX:
            yield name, "too_long", {"length": length, "most": SHORT_TITLE_MAX}
    if p.code is not None and not _CODE.fullmatch(p.code):
        yield "code", "bad_code", {"value": shown(p.code)}


def _time_faults(time: Duration | None, path: str) -> Iterator[Found]:
    if time is None:
        return
    if time.value is not None and time.value <= 0:
        yield f"{path}.value", "time_not_positive", {"value": time.value}
    if (time.value is None) != (time.unit is None):
        yield f"{path}.unit", "value_without_unit", {}
    if time.value is None and not time.note:
        yield path, "empty_time", {}
    if time.legal and time.legal.legal:
        yield f"{path}.legal.legal", "legal_of_legal", {}
    yield from _time_faults(time.legal, f"{path}.legal")


def _fee_faults(fee: Fee, path: str) -> Iterator[Found]:
    if fee.kind == "amount" and fee.amount is None:
        yield f"{path}.amount", "missing", {}
    if fee.kind != "amount" and fee.amount is not None:
        yield f"{path}.amount", "amount_without_kind", {"value": fee.amount}
    if fee.amount is not None and (fee.amount < FEE_UNIT_VND or fee.amount % FEE_UNIT_VND):
        yield f"{path}.amount", "not_thousands", {"value": fee.amount}


def _paper_faults(p: Procedure) -> Iterator[Found]:
    if p.sets is not None and p.sets <= 0:
        yield "sets", "not_positive", {"value": p.sets}
    for index, paper in enumerate(p.papers):
        if not paper.name:
            yield f"papers[{index}].name", "missing", {}
        if paper.count is not None and paper.count <= 0:
            yield f"papers[{index}].count", "not_positive", {"value": paper.count}


def _list_faults(p: Procedure) -> Iterator[Found]:
    for name in ("aliases", "steps", "conditions", "related"):
        for index, item in enumerate(getattr(p, name)):
            if not item:
                yield f"{name}[{index}]", "missing", {}
    for index, basis in enumerate(p.legal_basis):
        if not basis.number:
            yield f"legal_basis[{index}].number", "missing", {}
    if p.published_by is not None and not p.published_by.number:
        yield "published_by.number", "missing", {}


def _kind_faults(p: Procedure) -> Iterator[Found]:
    if p.kind == "redirect" and (p.redirect is None or not p.redirect.body):
        yield "redirect", "redirect_without_body", {}
    if p.kind == "procedure" and p.redirect is not None:
        yield "redirect", "not_a_redirect", {}


def _evidence_faults(name: str, evidence: Evidence) -> Iterator[Found]:
    if name not in EVIDENCE_FIELDS:
        yield f"evidence.{name}", "no_such_field", {"value": shown(name)}
    if not all(evidence.sources):
        yield f"evidence.{name}.sources", "missing", {}
    if any("\n" in source for source in evidence.sources):
        yield f"evidence.{name}.sources", "line_break", {}
    if evidence.sources and evidence.checked_on is None:
        yield f"evidence.{name}.checked_on", "unchecked_source", {}


def _repeats(field: str, values: Iterable[tuple[str, str | None]]) -> Iterator[CatalogueFault]:
    """One fault for each entry whose value an earlier entry has."""
    first: dict[str | None, str] = {}
    for entry, value in values:
        if value in first and (field == "id" or first[value] != entry):
            yield CatalogueFault(entry, field, "used_before", {"value": shown(value), "first": first[value]})
        first.setdefault(value, entry)


def total_faults(procedures: Sequence[Procedure], totals: Mapping[str, Any]) -> Iterator[CatalogueFault]:
    """What does not come out of the totals that a file announces."""
    counted = Counter({"procedures": 0, "redirects": 0, "level_3": 0, "level_4": 0})
    for p in procedures:
        counted["procedures" if p.kind == "procedure" else "redirects"] += 1
        if p.channels.online_level and p.kind == "procedure":
            counted[f"level_{p.channels.online_level}"] += 1
    for name, expected in totals.items():
        if name not in counted:
            yield CatalogueFault("", f"totals.{name}", "unknown_key")
        elif counted[name] != expected:
            yield CatalogueFault("", f"totals.{name}", "other_total", {"announced": expected, "counted": counted[name]})
