"""`ask`: search only."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.output import write, write_json
from knowledge.errors import Wrong
from knowledge.search import Decision, Entry, Found, Index

TOP_MOST = 10_000  # more than any catalogue has; a wrong number of digits is told


def ask(
    question: Annotated[list[str] | None, typer.Argument(help="The question; without it one a line is read.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per question.")] = False,
    top: Annotated[int, typer.Option("--top", min=1, max=TOP_MOST, help="How many results to show.")] = 3,
    catalogue: Annotated[
        Path | None, typer.Option("--catalogue", help="JSON lines {id, title, field, aliases} to search instead.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say which evidence counted.")] = False,
) -> None:
    """Search the catalogue for procedures.

    Example: motcua ask "gia han giay phep lao dong" --json
    """
    index = _index() if catalogue is None else Index(list(_read(catalogue)))
    gc.freeze()  # the index stays to the end: the garbage collector need not walk it between two questions
    questions: Iterable[str] = [" ".join(question)] if question else (line.rstrip("\r\n") for line in sys.stdin)
    for text in questions:
        found = index.search(text, top, explain=explain)
        if as_json:
            write_json(_record(found, explain=explain))
        else:
            write(_lines(found, explain=explain))


def _index() -> Index:
    from bot.app import real_clock  # a search in a file does without the settings and the database
    from bot.cli.common import opened, settings
    from handlers.catalogue.library import Library

    given = settings()
    with opened(given) as database, database.transaction() as tx:
        shelf = Library().shelf(tx, real_clock().astimezone(given.agency.timezone).date())
    if shelf is None:
        raise Wrong("no edition of the catalogue is in force")
    return shelf.index


def _read(path: Path) -> Iterable[Entry]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # a title may hold one of Unicode's other line ends
    except OSError as error:
        raise Wrong(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Wrong(f"{path}: not text in UTF-8") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield _entry(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Wrong(f"{path}: line {number}: not a JSON object with id and title") from None


def _entry(record: dict[str, object]) -> Entry:
    entry_id, aliases = record["id"], record.get("aliases") or []
    if isinstance(entry_id, int) and not isinstance(entry_id, bool):
        entry_id = str(entry_id)
    if not isinstance(aliases, list):
        raise TypeError
    names = [_text(alias) for alias in aliases]
    return Entry(
        _text(entry_id), _text(record["title"]), _text(record["field"]) if record.get("field") else "", tuple(names)
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError
    return value


def _record(found: Found, *, explain: bool) -> dict[str, object]:
    results: list[dict[str, object]] = [
        {"id": hit.id, "title": hit.title, "score": round(hit.score, 6)} for hit in found.hits
    ]
    if explain:
        for result, hit in zip(results, found.hits, strict=True):
            result["evidence"] = list(hit.evidence)
    return {
        "query": found.query,
        "decision": str(found.decision),
        "answered": found.decision is Decision.answer,
        "results": results,
    }


def _lines(found: Found, *, explain: bool) -> str:
    lines = [f"{found.decision}: {found.query}"]
    for hit in found.hits:
        lines.append(f"  {hit.score:.3f}  {hit.id}  {hit.title}")
        if explain:
            lines += [f"           {evidence}" for evidence in hit.evidence]
    return "\n".join(lines)
