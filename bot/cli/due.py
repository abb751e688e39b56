"""`due`: when a dossier is due, by the calendar of the settings."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated

import typer

from bot.app import agency
from bot.cli.common import settings
from bot.cli.output import tell, write, write_json
from bot.settings import Settings
from knowledge.calendar import Calendar, Due, Step, StepKind, Unit
from knowledge.errors import Wrong

PARTS = 3  # of a line: received, amount, unit

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def due(
    received: Annotated[str, typer.Argument(help="When it was received: local time, such as 2023-10-27T09:32.")] = "",
    amount: Annotated[str, typer.Argument(help="How many.")] = "",
    unit: Annotated[str, typer.Argument(help=f"Of what: {', '.join(Unit)}.")] = "",
    as_json: Json = False,
) -> None:
    """Tell when a dossier is due that is received then; without arguments, a line of the same each on standard input.

    Example: motcua due 2023-10-27T09:32 5 working_days
    """
    given = settings()
    calendar = agency(given).calendar
    asked = [received, amount, unit]
    if not any(asked):
        _each_line(given, calendar, as_json=as_json)
        return
    try:
        told = _due(given, calendar, asked)
    except Wrong as fault:
        raise typer.BadParameter(str(fault)) from None
    _tell(told, as_json=as_json)


def _each_line(given: Settings, calendar: Calendar, *, as_json: bool) -> None:
    """Answer each line of standard input; a wrong one is named, and the command then fails at its end."""
    wrong = 0
    for number, line in enumerate(sys.stdin, 1):
        if not line.strip():
            continue
        try:
            _tell(_due(given, calendar, line.split()), as_json=as_json)
        except Wrong as fault:
            tell(f"motcua: line {number}: {fault}")
            wrong += 1
    if wrong:
        raise typer.Exit(1)


def _due(given: Settings, calendar: Calendar, asked: list[str]) -> Due:
    if len(asked) != PARTS or not all(asked):
        raise Wrong("RECEIVED AMOUNT UNIT are needed, such as 2023-10-27T09:32 5 working_days")
    return calendar.due(_time(given, asked[0]), _amount(asked[1]), _unit(asked[2]))


def _time(given: Settings, text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise Wrong(f"{text[:40]!r} is no time such as 2023-10-27T09:32") from None
    return read if read.tzinfo is None else read.astimezone(given.agency.timezone).replace(tzinfo=None)


def _amount(text: str) -> float:
    try:
        return float(text) if text.isascii() else float("nan")
    except ValueError:
        raise Wrong(f"{text[:40]!r} is no number") from None


def _unit(text: str) -> Unit:
    try:
        return Unit(text)
    except ValueError:
        raise Wrong(f"{text[:40]!r} is none of {', '.join(Unit)}") from None


def _tell(told: Due, *, as_json: bool) -> None:
    if as_json:
        steps = [_record(step) for step in told.steps]
        write_json({"due": told.at.isoformat(), "steps": steps})
        return
    write(told.at.isoformat(timespec="minutes", sep=" "))
    for step in told.steps:
        write(f"  {step.kind:8}  {step.at.isoformat(timespec='minutes', sep=' ')}  {_detail(step)}".rstrip())


def _record(step: Step) -> dict[str, object]:
    record: dict[str, object] = {"step": step.kind, "at": step.at.isoformat()}
    if step.kind in (StepKind.COUNTED, StepKind.SKIPPED):
        record["count"] = round(step.count, 6)
    return {**record, "name": step.name} if step.name else record


def _detail(step: Step) -> str:
    if step.kind is StepKind.COUNTED:
        return f"{step.count:g}"
    return step.name
