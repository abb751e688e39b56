"""The report as JSON keeps it: its figures, and for `--trace` at the same places what is behind each of them.

Both are one tree whose leaves hold what is behind a figure, so that no figure can be without its trace.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.reports.content import Compared, Findings
from knowledge.catalogue import Procedure
from knowledge.report import KEYS, codes
from knowledge.report_form import Form, shipped_forms
from knowledge.report_judging import Cell, Judged
from knowledge.report_period import Period

TOTAL_NAME, NO_FIELD = "Tổng cộng", "Chưa rõ lĩnh vực"
CHANNELS = (("counter", 1), ("online", 2), ("post", 3), ("unknown", None))
WAYS = (("counter", 0), ("post", 1), ("unknown", None))
LEVELS = (("high", 3), ("middle", 2), ("low", 1))  # of satisfaction


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that is not the number of what is behind it, or of which that is not known (None)."""

    value: int | None
    behind: Mapping[str, int] | Sequence[str] | None


Behind = tuple[str, ...]
"""What is behind a figure that counts it: receipt codes, numbers of feedback, procedures, rows of a table."""


def record(findings: Findings, *, trace: bool = False) -> dict[str, Any]:
    """Give the report as JSON keeps it; keys as the forms name them. With `trace` what is behind each figure."""
    tree = _tree(findings)
    told: dict[str, Any] = {
        "period": _days(findings.period),
        **_shown(tree, trace=False),
        "differences": [{"code": one.code, "was_pending": one.was_pending} for one in findings.differences],
        "illustrative": findings.illustrative,
    }
    if trace:
        told["trace"] = _shown(tree, trace=True)
    return told


def written(told: Mapping[str, Any]) -> str:
    """Write the JSON of a report: one line, unescaped."""
    return json.dumps(told, ensure_ascii=False)


def _shown(node: Any, *, trace: bool) -> Any:
    """Show a tree: the figures, or what is behind them."""
    match node:
        case Figure():
            return node.behind if trace else node.value
        case tuple():
            return list(node) if trace else len(node)
        case dict():
            return {str(key): _shown(value, trace=trace) for key, value in node.items()}
        case list():
            return [_shown(one, trace=trace) for one in node]
    return node


def _tree(findings: Findings) -> dict[str, Any]:
    figures = findings.figures
    fields: defaultdict[str | None, list[Judged]] = defaultdict(list)
    procedures: defaultdict[tuple[str | None, ...], list[Judged]] = defaultdict(list)
    for one in figures.dossiers:
        fields[one.field_title].append(one)
        procedures[one.field_title, *one.procedure].append(one)
    return {
        "rows": [{"linh_vuc": name or NO_FIELD, **_row(fields[name])} for name in figures.by_field],
        "total": {"linh_vuc": TOTAL_NAME, **_row(figures.dossiers)},
        "procedures": _procedures(findings),
        "published": _published(findings),
        "feedback": _feedback(findings),
        "by_procedure": [
            {"linh_vuc": field or NO_FIELD, "ma_tthc": code, "ten_tthc": title, **_row(procedures[field, code, title])}
            for field, code, title in figures.by_procedure
        ],
        "received_by_channel": _among(findings.received, CHANNELS, lambda one: one.channel),
        "returned_by_way": _among(findings.resolved, WAYS, lambda one: one.return_way),
        "late": _late(findings.late),
        "handling_working_days_p90": Figure(findings.usual_days, findings.days),
        "previous": _compared(findings.previous),
        "year_before": _compared(findings.year_before),
        "questions_without_answer": _questions(findings),
        "satisfaction": {
            subject: {name: tuple(map(str, levels.get(level, ()))) for name, level in LEVELS}
            for subject, levels in sorted(findings.satisfaction.items())
        },
    }


def _row(dossiers: Iterable[Judged]) -> dict[str, Behind]:
    return {key: tuple(behind) for key, behind in codes(dossiers).items()}


def _among(
    dossiers: Iterable[Judged], names: Iterable[tuple[str, int | None]], of: Callable[[Judged], int | None]
) -> dict[str, Behind]:
    """Part dossiers by a number of theirs."""
    found: defaultdict[int | None, list[str]] = defaultdict(list)
    for one in dossiers:
        found[of(one)].append(one.code)
    return {name: tuple(found[number]) for name, number in names}


def _late(dossiers: Sequence[Judged]) -> dict[str, Behind]:
    return {
        "total": _codes(dossiers),
        "resolved": _codes(one for one in dossiers if one.result is Cell.LATE),
        "pending": _codes(one for one in dossiers if one.result is Cell.PENDING_LATE),
        "apologised": _codes(one for one in dossiers if one.apologised),
    }


def _codes(dossiers: Iterable[Judged]) -> Behind:
    return tuple(one.code for one in dossiers)


def _procedures(findings: Findings) -> dict[str, Any]:
    if findings.edition is None:
        return {"total": None, "by_level": {}}
    handled = findings.edition.handled()
    levels = {
        name: _ids(one for one in handled if one.channels.online_level == level)
        for name, level in (("4", 4), ("3", 3), ("unknown", None))
    }
    if not levels["unknown"]:
        del levels["unknown"]
    return {"total": _ids(handled), "by_level": levels}


def _published(findings: Findings) -> dict[str, Behind | None]:
    changed = findings.changed
    return {
        "editions": tuple(one.title for one in findings.editions),
        "decided": _ids(findings.decided),
        **{key: None if changed is None else _ids(changed[key]) for key in ("new", "changed", "gone")},
    }


def _ids(procedures: Iterable[Procedure]) -> Behind:
    return tuple(one.code or one.id for one in procedures)


def _feedback(findings: Findings) -> dict[str, Any]:
    (form,) = (form for form in shipped_forms() if form.subject == "feedback")
    figures = findings.feedback
    if figures is None:
        return {
            "received": None,
            **form.fill(dict[str, list[str] | None]()),
            "by_kind": None,
            "by_clause": None,
            "rows": [],
        }
    return {
        "received": tuple(figures.total["tn_trong_ky"]),
        **_filled(form, figures.total),
        "by_kind": {kind: tuple(numbers) for kind, numbers in figures.by_kind.items()},
        "by_clause": {
            "none" if clause is None else f"khoan_{clause}": tuple(numbers)
            for clause, numbers in figures.by_clause.items()
        },
        "rows": [{"linh_vuc": name or NO_FIELD, **_filled(form, row)} for name, row in figures.by_field.items()],
    }


def _filled(form: Form, numbers: Mapping[str, list[str]]) -> dict[str, Behind]:
    return {key: tuple(behind or ()) for key, behind in form.fill(numbers).items()}


def _questions(findings: Findings) -> Behind | None:
    """Tell which lines of the trail are about questions without answer, by number and local time."""
    if findings.questions is None:
        return None
    zone = findings.period.zone
    return tuple(f"{number}, {at.astimezone(zone):%Y-%m-%d %H:%M:%S}" for number, at in findings.questions)


def _compared(compared: Compared) -> dict[str, Any]:
    total, behind = compared.total, compared.behind
    figures = {key: Figure(total[key], None if behind is None else behind[key]) for key in KEYS} if total else None
    return {**_days(compared.period), "total": figures, "issued": compared.issued}


def _days(period: Period) -> dict[str, str]:
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}
