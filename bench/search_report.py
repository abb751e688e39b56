"""The figures of `bench.search` as Markdown, and how they are kept between runs."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Final

from bench.search_engines import OURS
from bench.search_metrics import GROUPS, KINDS, LOSSES, MEASURES, Figure

ALL: Final = "all kinds"
BEGIN: Final = "<!-- bench.search: written by the command, not by hand -->"
END: Final = "<!-- bench.search: end -->"
OUTCOMES: Final = (
    ("in scope: answered directly", "answer in scope"),
    ("of these, right", "answer right"),
    ("in scope: offered a choice", "choose in scope"),
    ("of these, right among the three", "choose right"),
    ("in scope: unknown", "unknown in scope"),
    ("out of scope: answered directly", "answer out of scope"),
    ("out of scope: offered a choice", "choose out of scope"),
    ("out of scope: unknown", "unknown out of scope"),
)


@dataclass(frozen=True)
class Cost:
    """What an engine costs over one catalogue: milliseconds a question, seconds to build, MiB."""

    p50: float
    p99: float
    build: float
    memory: float


@dataclass
class Results:
    """All figures of a run: by engine, then by "set|measure|row"; the costs by engine and number of titles."""

    facts: dict[str, str]
    figures: dict[str, dict[str, Figure]]
    costs: dict[str, dict[str, Cost]] = field(default_factory=dict)

    def get(self, engine: str, of: str, measure: str, row: str = ALL) -> Figure | None:
        """One figure, None where it was not measured."""
        return self.figures[engine].get(f"{of}|{measure}|{row}")

    def written(self) -> str:
        """All of it as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def read(cls, text: str) -> "Results":
        """The opposite of `written`."""
        found = json.loads(text)
        figures = {name: {key: Figure(**one) for key, one in row.items()} for name, row in found["figures"].items()}
        costs = {name: {key: Cost(**one) for key, one in row.items()} for name, row in found["costs"].items()}
        return cls(found["facts"], figures, costs)

    @property
    def engines(self) -> list[str]:
        """The engines measured, ours first."""
        return list(self.figures)

    @property
    def sizes(self) -> list[str]:
        """The numbers of titles measured, as keys of the costs."""
        return list(next(iter(self.costs.values()), {}))


def share(value: float) -> str:
    """A share in three digits without the nought before the point."""
    return f"{value:.3f}".lstrip("0") if value < 0.9995 else "1.00"


def cell(value: Figure | None, *, best: bool = False) -> str:
    """A figure with its interval; the best of a row in bold."""
    if value is None:
        return "–"
    shown = f"**{share(value.value)}**" if best else share(value.value)
    return f"{shown} ({share(value.low)}–{share(value.high)})"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table: the first column left, the others right."""
    ruled = "|".join(["---", *["---:"] * (len(head) - 1)])
    return [f"| {' | '.join(head)} |", f"|{ruled}|", *(f"| {' | '.join(row)} |" for row in rows), ""]


def compared(results: Results, keys: Iterable[tuple[str, str, str, str]], *, least: bool = False) -> list[str]:
    """One row for each (label, set, measure, row), one column for each engine."""
    rows = []
    for label, of, measure, row in keys:
        found = [results.get(engine, of, measure, row) for engine in results.engines]
        values = [one.value for one in found if one is not None]
        if values:
            wanted = min(values) if least else max(values)
            rows.append([label, *(cell(one, best=one is not None and one.value == wanted) for one in found)])
    return table(["", *results.engines], rows) if rows else []


def by_kind(results: Results, measure: str) -> list[str]:
    keys = [*((label, "test", measure, kind) for kind, label in KINDS.items()), (f"**{ALL}**", "test", measure, ALL)]
    return [f"### {measure[:1].upper()}{measure[1:]} by kind, test half", "", *compared(results, keys)]


def groups(results: Results, of: str, measure: str) -> list[str]:
    keys = [*((row, of, measure, row) for row in GROUPS), (f"**{ALL}**", of, measure, ALL)]
    return compared(results, keys)


def sizes(results: Results) -> Iterator[str]:
    large = [size for size in results.sizes if f"{size}|recall@1|{ALL}" in results.figures[results.engines[0]]]
    if not large:
        return
    keys = [("golden, 44 + 8 and 38 titles, @1", "test", "recall@1", ALL)]
    keys += [(f"golden among {int(size):,}, @1", size, "recall@1", ALL) for size in large]
    keys += [(f"golden among {int(size):,}, @3", size, "recall@3", ALL) for size in large]
    keys += [(f"titles among {int(size):,}, as written, @1", f"titles {size}", "recall@1", "clean") for size in large]
    keys += [(f"titles among {int(size):,}, all forms, @1", f"titles {size}", "recall@1", ALL) for size in large]
    facts = results.facts
    golden, titles = facts["questions large"], facts["questions titles"]
    asked = f"{golden} golden questions in scope (noise of every third) and {titles} made from titles."
    yield from ("### Larger catalogues, test half", "", asked, "", *compared(results, keys))


def costs(results: Results) -> list[str]:
    rows = []
    for size in results.sizes:
        for engine in results.engines:
            cost = results.costs[engine][size]
            rows.append(
                [
                    f"{int(size):,}",
                    engine,
                    *(f"{one:.2f}" for one in (cost.p50, cost.p99)),
                    f"{cost.build:.2f}",
                    f"{cost.memory:.0f}",
                ]
            )
    return table(["titles", "engine", "p50 ms", "p99 ms", "build s", "memory MiB"], rows)


def outcomes(results: Results) -> list[str]:
    rows = []
    for label, measure in OUTCOMES:
        rows.append([label, *(cell(results.get(OURS, half, measure)) for half in ("test", "tune"))])
    return table(["", "test half", "tune half"], rows)


def markdown(results: Results) -> str:
    """All tables, between no markers."""
    facts = results.facts
    lines = [
        f"Measured on {facts['day']}: {facts['machine']}. In the test half {facts['questions test']} questions in "
        f"scope with their noise forms and {facts['out of scope test']} out of scope as typed; in the tuning half "
        f"{facts['questions tune']} and {facts['out of scope tune']}. In brackets the 95 % intervals; the best of a "
        "row is bold.",
        "",
        *("### Recall@1, test half", "", *groups(results, "test", "recall@1")),
        *("### Recall@1, tuning half", "", *groups(results, "tune", "recall@1")),
        *("### False answers out of scope, test half", ""),
        *compared(
            results,
            [(f"at {points:g} points of recall lost", "test", f"false at {points:g}", ALL) for points in LOSSES],
            least=True,
        ),
        *("### What ours decides", "", *outcomes(results)),
        *sizes(results),
        *("### Cost", "", *costs(results)),
    ]
    for measure in MEASURES:
        lines += by_kind(results, measure)
    return "\n".join(lines).rstrip() + "\n"


def rewritten(page: str, text: str) -> str:
    """The page with new text between the markers. Raises ValueError when it has none."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{text}\n{END}{after}"
