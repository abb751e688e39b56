"""Editions of a catalogue written in TOML, among them the shipped ones.

The file's parts: `[edition]` (head), `[totals]` (optional, checked), `[fields]` (field = its English name, in
the order of browsing), `[sources]` (key = name, link, checked_on), `[documents]` (number = date, link, note),
`[defaults]` (for entries of kind procedure that say nothing else) and one `[[procedure]]` an entry. An entry
is a record (see `records`) that may be shorter: a paper may be its name alone, a legal document its number in
`[documents]`, evidence the keys of its sources.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from knowledge.catalogue.checks import text_faults, total_faults
from knowledge.catalogue.faults import CatalogueError, CatalogueFault, shown
from knowledge.catalogue.model import Edition, Procedure
from knowledge.catalogue.parsed import EMPTY_HEAD, Parsed, head_faults, settle
from knowledge.catalogue.records import read_record

_PARTS = frozenset({"edition", "totals", "fields", "sources", "documents", "defaults", "procedure"})
_FOLDER = resources.files("knowledge") / "data" / "editions"


def shipped_editions() -> tuple[str, ...]:
    """The names of the editions that come with the product, sorted."""
    return tuple(sorted(f.name.removesuffix(".toml") for f in _FOLDER.iterdir() if f.name.endswith(".toml")))


@cache
def load_edition(name: str) -> Edition:
    """A shipped edition by name. Raises CatalogueError when there is none of that name or it has faults."""
    if name not in shipped_editions():
        raise CatalogueError(
            [CatalogueFault("", "name", "not_shipped", {"value": name, "shipped": shipped_editions()})]
        )
    return parse_edition((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def parse_edition(text: str) -> Edition:
    """The edition that a TOML text describes. Raises CatalogueError with all its faults at once."""
    parsed = read_toml(text)
    if parsed.faults:
        raise CatalogueError(parsed.faults)
    return Edition(**{**EMPTY_HEAD, **parsed.head}, procedures=parsed.good)


def read_toml(text: str) -> Parsed:
    """What a TOML text holds of a catalogue. Raises CatalogueError when it is no TOML at all."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CatalogueError([CatalogueFault("", "", "not_toml", {"error": shown(error)})]) from None
    faults = [CatalogueFault("", part, "unknown_key") for part in data if part not in _PARTS]
    shared, shared_faults = _read_shared(data)
    procedures, entry_faults = _read_entries(data.get("procedure"), shared)
    faults += [*shared_faults, *head_faults(data.get("edition")), *entry_faults]
    faults += total_faults(procedures, _table(data.get("totals")))
    entries = data.get("procedure")
    read = len(entries) if isinstance(entries, list) else 0
    return settle(_table(data.get("edition")), procedures, read, faults)


@dataclass(frozen=True, slots=True)
class _Shared:
    """What entries of one file refer to."""

    fields: Mapping[str, str]
    sources: Mapping[str, Any]
    documents: Mapping[str, Any]
    defaults: Mapping[str, Any]


def _read_shared(data: Mapping[str, Any]) -> tuple[_Shared, list[CatalogueFault]]:
    names = ("fields", "sources", "documents", "defaults")
    tables = {name: _table(data.get(name)) for name in names}
    faults = [
        CatalogueFault("", name, "not_a_table")
        for name in (*names, "totals")
        if name in data and not isinstance(data[name], Mapping)
    ]
    faults += [
        CatalogueFault("", f"documents.{key}", "not_a_table")
        for key, document in tables["documents"].items()
        if not isinstance(document, Mapping)
    ]
    for key, source in tables["sources"].items():
        faults += text_faults(source, "", f"sources.{key}")
        if not isinstance(source, Mapping) or not isinstance(source.get("name"), str) or not source["name"]:
            faults.append(CatalogueFault("", f"sources.{key}", "source_without_name"))
        elif not isinstance(source.get("checked_on"), date):
            faults.append(CatalogueFault("", f"sources.{key}", "unchecked_source"))
        elif unknown := source.keys() - {"name", "link", "checked_on"}:
            faults += [CatalogueFault("", f"sources.{key}.{name}", "unknown_key") for name in sorted(unknown)]
    return _Shared(**tables), faults


def _read_entries(entries: object, shared: _Shared) -> tuple[list[Procedure], list[CatalogueFault]]:
    if not isinstance(entries, list) or not entries:
        return [], [CatalogueFault("", "procedure", "no_entries")]
    procedures: list[Procedure] = []
    faults: list[CatalogueFault] = []
    for number, raw in enumerate(entries, 1):
        if not isinstance(raw, Mapping):
            faults.append(CatalogueFault(f"#{number}", "", "not_a_table"))
            continue
        entry = str(raw.get("id") or f"#{number}")
        record, short_hand_faults = _expand(raw, entry, shared)
        procedure, record_faults = read_record(record, entry)
        faults += [*short_hand_faults, *record_faults]
        if procedure is not None:
            procedures.append(procedure)
    order = {name: place for place, name in enumerate(shared.fields)}
    procedures.sort(key=lambda p: order.get(p.field, len(order)))
    return procedures, faults


def _expand(raw: Mapping[str, Any], entry: str, shared: _Shared) -> tuple[dict[str, Any], list[CatalogueFault]]:
    """A full record out of an entry as written: defaults filled in, short forms written out."""
    record = dict(raw)
    faults: list[CatalogueFault] = []
    if record.get("kind", "procedure") == "procedure":
        for key, value in shared.defaults.items():
            own = record.setdefault(key, value)
            if isinstance(value, Mapping) and isinstance(own, Mapping):
                record[key] = {**value, **own}
    field = record.get("field")
    if shared.fields and isinstance(field, str):
        if field in shared.fields:
            record.setdefault("field_en", shared.fields[field])
        else:
            faults.append(CatalogueFault(entry, "field", "not_listed", {"value": shown(field), "part": "fields"}))
    if isinstance(papers := record.get("papers"), list):
        record["papers"] = [{"name": paper} if isinstance(paper, str) else paper for paper in papers]
    if isinstance(documents := record.get("legal_basis"), list):
        record["legal_basis"] = [_document(item, entry, shared, faults) for item in documents]
    if isinstance(evidence := record.get("evidence"), Mapping):
        record["evidence"] = {name: _evidence(name, item, entry, shared, faults) for name, item in evidence.items()}
    return record, faults


def _document(item: object, entry: str, shared: _Shared, faults: list[CatalogueFault]) -> object:
    if not isinstance(item, str):
        return item
    if item not in shared.documents:
        faults.append(CatalogueFault(entry, "legal_basis", "not_listed", {"value": shown(item), "part": "documents"}))
    return {"number": item, **_table(shared.documents.get(item))}


def _evidence(name: str, item: object, entry: str, shared: _Shared, faults: list[CatalogueFault]) -> object:
    evidence = {"sources": item} if isinstance(item, list) else item
    if not isinstance(evidence, Mapping) or not isinstance(keys := evidence.get("sources", []), list):
        return item
    known = [key for key in keys if isinstance(key, str) and key in shared.sources]
    faults += [
        CatalogueFault(entry, f"evidence.{name}", "not_listed", {"value": shown(key), "part": "sources"})
        for key in keys
        if key not in known
    ]
    sources = [_table(shared.sources[key]) for key in known]
    written = [f"{s.get('name')} <{s['link']}>" if s.get("link") else s.get("name") for s in sources]
    # The oldest look counts, so that a stale source is not hidden behind a fresh one.
    dates = sorted(s["checked_on"] for s in sources if isinstance(s.get("checked_on"), date))
    return {**({"checked_on": dates[0]} if dates else {}), **evidence, "sources": written}


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
