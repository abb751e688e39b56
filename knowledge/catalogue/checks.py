"""The rules that a catalogue keeps. Each rule yields faults and never stops at the first one."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from knowledge.catalogue.faults import CatalogueFault
from knowledge.catalogue.model import EVIDENCE_FIELDS, Duration, Evidence, Fee, Procedure, national_part

SHORT_TITLE_MAX = 60
"""Characters; a longer label is cut on the button of a narrow phone."""

FEE_UNIT_VND = 1_000
"""Fees are set in whole thousands of VND; anything else is a slip of the keyboard."""

_CODE = re.compile(r"\d\.\d{6}(\.\d{3}\.\d{2}\.\d{2}\.H\d{2})?")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")


def text_faults(data: object, entry: str, path: str = "") -> list[CatalogueFault]:
    """Texts anywhere in `data` that are not NFC, or have blanks around them."""
    if isinstance(data, str):
        faults = []
        if not unicodedata.is_normalized("NFC", data):
            faults.append(CatalogueFault(entry, path, "text is not in Unicode NFC"))
        if data != data.strip():
            faults.append(CatalogueFault(entry, path, "blanks around the text"))
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
        *_kind_faults(procedure),
        *(fault for name, item in procedure.evidence.items() for fault in _evidence_faults(name, item)),
    )
    return [CatalogueFault(entry, field, what) for field, what in found]


def edition_faults(procedures: Sequence[Procedure], totals: Mapping[str, Any]) -> list[CatalogueFault]:
    """What is wrong between entries: repeats, relations to nowhere, totals that do not come out."""
    ids = {p.id for p in procedures}
    return [
        *_repeats("id", ((p.id, p.id) for p in procedures)),
        *_repeats("code", ((p.id, national_part(p.code)) for p in procedures if p.code)),
        *_repeats("short_title", ((p.id, p.short_title) for p in procedures if p.short_title)),
        *(
            CatalogueFault(p.id, "related", f"unknown entry {other!r}" if other != p.id else "related to itself")
            for p in procedures
            for other in p.related
            if other not in ids or other == p.id
        ),
        *_total_faults(procedures, totals),
    ]


def _identity_faults(p: Procedure) -> Iterator[tuple[str, str]]:
    if not _ID.fullmatch(p.id):
        yield "id", "must be 1 to 32 Latin letters, digits, dots, dashes or underscores"
    for name in ("title", "field"):
        if not getattr(p, name):
            yield name, "missing"
    for name in ("short_title", "short_title_en"):
        length = len(getattr(p, name))
        if length > SHORT_TITLE_MAX:
            yield name, f"{length} characters, at most {SHORT_TITLE_MAX} fit a button"
    if p.code is not None and not _CODE.fullmatch(p.code):
        yield "code", f"{p.code!r} is no national code such as 1.002696"


def _time_faults(time: Duration | None, path: str) -> Iterator[tuple[str, str]]:
    if time is None:
        return
    if time.value is not None and time.value <= 0:
        yield f"{path}.value", "must be above zero; what happens at once belongs in the note"
    if (time.value is None) != (time.unit is None):
        yield f"{path}.unit", "a value and its unit go together"
    if time.value is None and not time.note:
        yield path, "neither a value nor a note"
    if time.legal and time.legal.legal:
        yield f"{path}.legal.legal", "a legal time has no legal time of its own"
    yield from _time_faults(time.legal, f"{path}.legal")


def _fee_faults(fee: Fee, path: str) -> Iterator[tuple[str, str]]:
    if fee.kind == "amount" and fee.amount is None:
        yield f"{path}.amount", "missing"
    if fee.kind != "amount" and fee.amount is not None:
        yield f"{path}.amount", f"not with kind {fee.kind!r}"
    if fee.amount is not None and (fee.amount < FEE_UNIT_VND or fee.amount % FEE_UNIT_VND):
        yield f"{path}.amount", f"{fee.amount} is not a whole number of thousands of VND"


def _paper_faults(p: Procedure) -> Iterator[tuple[str, str]]:
    if p.sets is not None and p.sets <= 0:
        yield "sets", "must be above zero"
    for index, paper in enumerate(p.papers):
        if not paper.name:
            yield f"papers[{index}].name", "missing"
        if paper.count is not None and paper.count <= 0:
            yield f"papers[{index}].count", "must be above zero"


def _kind_faults(p: Procedure) -> Iterator[tuple[str, str]]:
    if p.kind == "redirect" and (p.redirect is None or not p.redirect.body):
        yield "redirect", "a redirect names the body to which the matter goes"
    if p.kind == "procedure" and p.redirect is not None:
        yield "redirect", "only an entry of kind redirect has one"


def _evidence_faults(name: str, evidence: Evidence) -> Iterator[tuple[str, str]]:
    if name not in EVIDENCE_FIELDS:
        yield f"evidence.{name}", "there is no such field"
    if not all(evidence.sources):
        yield f"evidence.{name}.sources", "an empty source"
    if evidence.sources and evidence.checked_on is None:
        yield f"evidence.{name}.checked_on", "sources without the day on which they were checked"


def _repeats(field: str, values: Iterable[tuple[str, str | None]]) -> Iterator[CatalogueFault]:
    """One fault for each entry whose value an earlier entry has."""
    first: dict[str | None, str] = {}
    for entry, value in values:
        if value in first:
            yield CatalogueFault(entry, field, f"{value!r} was used before by {first[value]}")
        first.setdefault(value, entry)


def _total_faults(procedures: Sequence[Procedure], totals: Mapping[str, Any]) -> Iterator[CatalogueFault]:
    counted = Counter({"procedures": 0, "redirects": 0, "level_3": 0, "level_4": 0})
    for p in procedures:
        counted["procedures" if p.kind == "procedure" else "redirects"] += 1
        if p.channels.online_level and p.kind == "procedure":
            counted[f"level_{p.channels.online_level}"] += 1
    for name, expected in totals.items():
        if name not in counted:
            yield CatalogueFault("", f"totals.{name}", "unknown key")
        elif counted[name] != expected:
            yield CatalogueFault("", f"totals.{name}", f"{expected} were announced, {counted[name]} are there")
