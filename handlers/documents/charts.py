"""The report's charts as PNG pictures. matplotlib takes seconds to import: only jobs and commands draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from textwrap import fill
from typing import TYPE_CHECKING, Any

from handlers.documents.wording import number, say, short
from handlers.reports.content import Findings
from knowledge.report_judging import PENDING, RECEIVED, RESOLVED, Cell

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DOTS_PER_INCH = 160  # sharp on paper at the width of a page, and still a small file
PAPER_INCHES, PHONE_INCHES = (
    7.0,
    4.6,
)  # how wide a chart is drawn: letters keep their size, so they are larger on a phone
FIELD_CHARACTERS = 32  # of a field's name on one line beside its bar
FIELDS_MOST = 15  # bars that can be told apart; the fields with fewer dossiers stand in the annex
# Told apart also in grey and by people who confuse red and green (Okabe and Ito's palette).
COLOURS: Mapping[str, str] = {
    Cell.ONLINE: "#0072B2",
    Cell.DIRECT: "#56B4E9",
    Cell.CARRIED_OVER: "#999999",
    Cell.EARLY: "#009E73",
    Cell.ON_TIME: "#56B4E9",
    Cell.LATE: "#D55E00",
    Cell.PENDING_IN_TIME: "#CCCCCC",
    Cell.PENDING_LATE: "#E69F00",
    "tn_tong": "#0072B2",
    "da_tong": "#009E73",
    "dang_tong": "#999999",
}


Rows = Sequence[tuple[str | None, Mapping[str, int]]]
"""Fields with their figures."""


def charts(findings: Findings, width: float = PAPER_INCHES) -> list[tuple[str, bytes]]:
    """Draw the report's charts: title and PNG of each; none for a period without dossiers."""
    if not findings.figures.total["tn_tong"]:
        return []
    rows = [(name, row.record()) for name, row in findings.figures.by_field.items()]
    drawn = [
        (say("chart.received"), _drawn(2.6, lambda axes: _received(axes, findings), width)),
        (say("chart.results"), _drawn(_height(rows), lambda axes: _results(axes, rows), width)),
    ]
    if findings.previous.total is not None or findings.year_before.total is not None:
        drawn.append((say("chart.trend"), _drawn(3.0, lambda axes: _trend(axes, findings), width)))
    return drawn


def summary(told: Mapping[str, Any]) -> bytes | None:
    """Draw the one chart of a message in chat from the report's JSON, kept or new; None without dossiers."""
    if not told["total"]["tn_tong"]:
        return None
    rows = [(row["linh_vuc"], row) for row in told["rows"]]
    return _drawn(_height(rows), lambda axes: _results(axes, rows), PHONE_INCHES, say("chart.results"))


def _drawn(height: float, draw: Any, width: float = PAPER_INCHES, title: str = "") -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    draw(axes)
    if axes.get_legend_handles_labels()[0]:
        columns = 3 if width >= PAPER_INCHES else 2
        figure.legend(loc="outside lower center", ncols=columns, frameon=False, fontsize=8)
    if title:
        figure.suptitle(title, fontsize=11)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    file = BytesIO()
    # Nothing of the day or the machine goes into the picture: the same figures give the same bytes.
    figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


def _height(rows: Rows) -> float:
    return 1.6 + 0.42 * min(len(rows), FIELDS_MOST)


def _received(axes: Axes, findings: Findings) -> None:
    cells = list(reversed(RECEIVED))
    values = [findings.figures.total[cell] for cell in cells]
    bars = axes.barh([say(f"chart.{cell}") for cell in cells], values, color=[COLOURS[cell] for cell in cells])
    axes.bar_label(bars, labels=[number(value) for value in values], padding=3)
    axes.set_xlabel(say("chart.dossiers"))
    axes.margins(x=0.1)


def _results(axes: Axes, fields: Rows) -> None:
    by_size = sorted(fields, key=lambda item: -item[1]["tn_tong"])[:FIELDS_MOST]
    rows = by_size[::-1]
    names = [fill(name or say("annex.no_field"), FIELD_CHARACTERS) for name, _ in rows]
    left = [0] * len(rows)
    for cell in (*RESOLVED, *PENDING):
        values = [row[cell] for _, row in rows]
        if not any(values):
            continue
        bars = axes.barh(names, values, left=left, color=COLOURS[cell], label=say(f"chart.{cell}"))
        axes.bar_label(
            bars, labels=[number(value) if value else "" for value in values], label_type="center", fontsize=8
        )
        left = [before + value for before, value in zip(left, values, strict=True)]
    axes.set_xlabel(say("chart.dossiers"))
    axes.tick_params(axis="y", labelsize=8)


def _trend(axes: Axes, findings: Findings) -> None:
    told = [one for one in (findings.year_before, findings.previous) if one.total is not None]
    columns: Sequence[tuple[str, Mapping[str, int]]] = [
        *((f"{short(one.period.first)} -\n{short(one.period.last)}", one.total or {}) for one in told),
        (
            f"{short(findings.period.first)} -\n{short(findings.period.last)}",
            findings.figures.total.record(),
        ),
    ]
    keys = ("tn_tong", "da_tong", "dang_tong")
    width = 0.8 / len(keys)
    for place, key in enumerate(keys):
        at = [column + (place - 1) * width for column in range(len(columns))]
        bars = axes.bar(at, [total[key] for _, total in columns], width, color=COLOURS[key], label=say(f"chart.{key}"))
        axes.bar_label(bars, labels=[number(total[key]) for _, total in columns], fontsize=8)
    axes.set_xticks(range(len(columns)), [name for name, _ in columns])
    axes.set_ylabel(say("chart.dossiers"))


def bars(title: str, labels: Sequence[str], rows: Sequence[tuple[str, int, int]]) -> bytes:
    """Draw two bars for each name: what is open, and what of it is late."""
    from matplotlib.ticker import MaxNLocator

    shown = list(reversed(rows[:FIELDS_MOST]))

    def draw(axes: Axes) -> None:
        names = [fill(name, FIELD_CHARACTERS) for name, _, _ in shown]
        axes.barh(names, [count for _, count, _ in shown], color=COLOURS[Cell.ON_TIME], label=labels[0])
        axes.barh(names, [late for _, _, late in shown], height=0.4, color=COLOURS[Cell.LATE], label=labels[1])
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))

    return _drawn(1.6 + 0.42 * len(shown), draw, title=title)
