"""Procedures as plain JSON records, the form in which they are stored, exchanged and read from files."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from knowledge.catalogue.checks import entry_faults, text_faults
from knowledge.catalogue.faults import CatalogueError, CatalogueFault, FaultKind, shown
from knowledge.catalogue.model import Procedure

_ADAPTER = TypeAdapter(Procedure)

_KINDS: Mapping[str, FaultKind] = {
    "extra_forbidden": "unknown_key",
    "unexpected_keyword_argument": "unknown_key",
    "missing": "missing",
    "string_type": "not_a_text",
    "int_type": "not_a_number",
    "int_from_float": "not_a_number",
    "bool_type": "not_a_yes_no",
    "list_type": "not_a_list",
    "tuple_type": "not_a_list",
}
"""Our kinds of fault for the library's commonest complaints; every complaint about a date is one more."""


def to_record(procedure: Procedure) -> dict[str, Any]:
    """The procedure as JSON-able data, without what is empty; `from_record` gives the same procedure back."""
    record: dict[str, Any] = _ADAPTER.dump_python(procedure, mode="json", exclude_defaults=True)
    return record


def from_record(record: Mapping[str, Any]) -> Procedure:
    """The procedure that a record describes. Raises CatalogueError with every fault of the record."""
    procedure, faults = read_record(record, str(record.get("id") or "#1"))
    if procedure is None or faults:
        raise CatalogueError(faults)
    return procedure


def read_record(record: Mapping[str, Any], entry: str) -> tuple[Procedure | None, list[CatalogueFault]]:
    """The procedure, if the record has the shape of one, and its faults, reported under `entry`."""
    try:
        return _read(record, entry)
    except RecursionError:
        return None, [CatalogueFault(entry, "", "wrong_shape", {"value": "", "error": "nested too deeply"})]


def _read(record: Mapping[str, Any], entry: str) -> tuple[Procedure | None, list[CatalogueFault]]:
    faults = text_faults(record, entry)
    try:
        # Through JSON text: there the library is strict about types yet takes lists and ISO dates.
        procedure = _ADAPTER.validate_json(json.dumps(record, default=str))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            kind, values = _kind(detail["type"], detail["msg"], detail["input"], detail.get("ctx", {}))
            faults.append(CatalogueFault(entry, _path(detail["loc"]), kind, values))
        return None, faults
    return procedure, faults + entry_faults(procedure, entry)


def _kind(found: str, message: str, given: object, context: Mapping[str, Any]) -> tuple[FaultKind, dict[str, object]]:
    """Our kind of fault for one of the library's, and what its text tells."""
    value: dict[str, object] = {"value": shown(given)}
    if found == "missing":
        return "missing", {}
    if found.startswith("date_"):
        return "not_a_date", value
    if found == "literal_error":
        return "none_of", {**value, "allowed": context["expected"]}
    if found in _KINDS:
        return _KINDS[found], value
    return "wrong_shape", {**value, "error": message}


def _path(location: tuple[int | str, ...]) -> str:
    """("papers", 2, "form") as "papers[2].form"."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return path.removeprefix(".")
