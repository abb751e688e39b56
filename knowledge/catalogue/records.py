"""Procedures as plain JSON records, the form in which they are stored, exchanged and read from files."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from knowledge.catalogue.checks import entry_faults, text_faults
from knowledge.catalogue.faults import CatalogueError, CatalogueFault
from knowledge.catalogue.model import Procedure

_ADAPTER = TypeAdapter(Procedure)

_WORDS = {"extra_forbidden": "unknown key", "missing": "missing"}
"""Plainer words for the library's commonest complaints."""


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
    faults = text_faults(record, entry)
    try:
        # Through JSON text: there the library is strict about types yet takes lists and ISO dates.
        procedure = _ADAPTER.validate_json(json.dumps(record, default=str))
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False, include_context=False):
            what = _WORDS.get(detail["type"], detail["msg"][0].lower() + detail["msg"][1:])
            faults.append(CatalogueFault(entry, _path(detail["loc"]), what))
        return None, faults
    return procedure, faults + entry_faults(procedure, entry)


def _path(location: tuple[int | str, ...]) -> str:
    """("papers", 2, "form") as "papers[2].form"."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return path.removeprefix(".")
