"""An edition written as TOML that `read_toml` reads back unchanged."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from knowledge.catalogue.model import Edition, Procedure, split_source
from knowledge.catalogue.parsed import HEAD
from knowledge.catalogue.records import to_record


def write_toml(edition: Edition) -> str:
    """The text of an edition: its head, its sources, an entry a table."""
    return "\n".join(_lines(edition)) + "\n"


def _lines(edition: Edition) -> Iterator[str]:
    yield "[edition]"
    for name in HEAD:
        if getattr(edition, name):
            yield f"{name} = {_value(getattr(edition, name))}"
    keys: dict[str, str] = {}
    dates: dict[str, date] = {}
    for evidence in (e for p in edition.procedures for e in p.evidence.values()):
        for source in evidence.sources:
            keys.setdefault(source, f"n{len(keys) + 1}")
            if evidence.checked_on is not None:
                dates[source] = max(dates.get(source, evidence.checked_on), evidence.checked_on)
    if keys:
        yield "\n[sources]"
    for source, key in keys.items():
        name, link = split_source(source)
        told = {"name": name, "link": link} if link and f"{name} <{link}>" == source else {"name": source}
        yield f"{key} = {_value({**told, 'checked_on': dates[source]})}"
    for procedure in edition.procedures:
        yield "\n[[procedure]]"
        yield from _entry(procedure, keys)


def _entry(procedure: Procedure, keys: Mapping[str, str]) -> Iterator[str]:
    record = to_record(procedure)
    evidence: Mapping[str, Any] = record.pop("evidence", {})
    for name, value in record.items():
        yield f"{name} = {_value(value)}"
    for name, item in evidence.items():
        sources = [keys[source] for source in item.get("sources", ())]
        yield f"evidence.{name} = {_value({**item, **({'sources': sources} if sources else {})})}"


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case date():
            return value.isoformat()
        case str():
            # A basic string of TOML is escaped as JSON is, and DEL besides (TOML 1.0).
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case Mapping():
            return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }" if value else "{}"
        case list() | tuple():
            return "[" + ", ".join(map(_value, value)) + "]"
    raise TypeError(f"no form in TOML for {type(value)}")
