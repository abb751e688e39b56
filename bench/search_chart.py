"""The chart of `bench.search`: recall by group, recall by size, time by size."""

from pathlib import Path
from typing import Any, Final

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Picture
from matplotlib.ticker import NullLocator

from bench.search_metrics import GROUPS
from bench.search_report import ALL, Results

COLOURS: Final = ("#b3261e", "#1f5f99", "#e08a1e", "#2f7d4f", "#8a6d1d", "#7a5aa6", "#888888")
MARKS: Final = ("o", "s", "D", "^", "v", "P", "X")
WRAPPED: Final = {
    "misspelled, typo, teencode, run together, polite": "misspelled, typo, teencode,\nrun together, polite",
    "two kinds of noise at once": "two kinds of noise\nat once",
    "Telex, VNI, abbreviations": "Telex, VNI,\nabbreviations",
    "clean, no marks, aspect": "clean, no marks,\naspect",
}


def draw(results: Results, path: Path) -> None:
    """Draw the chart as PNG."""
    picture = Picture(figsize=(13, 5.4), dpi=110, layout="constrained")
    FigureCanvasAgg(picture)
    left, middle, right = picture.subplots(1, 3, width_ratios=(1.7, 1, 1))
    by_group(results, left)
    by_size(results, middle)
    times(results, right)
    handles, labels = left.get_legend_handles_labels()
    picture.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    picture.savefig(path)


def styles(results: Results) -> list[tuple[str, str, str]]:
    return list(zip(results.engines, COLOURS, MARKS, strict=False))


def by_group(results: Results, axes: Any) -> None:
    rows = [ALL, *reversed(GROUPS)]
    engines = styles(results)
    for number, (engine, colour, mark) in enumerate(engines):
        for at, row in enumerate(rows):
            found = results.get(engine, "test", "recall@1", row)
            if found is None:
                continue
            y = at + 0.3 - 0.6 * number / max(1, len(engines) - 1)
            axes.plot([found.low, found.high], [y, y], color=colour, linewidth=1, alpha=0.6)
            axes.plot([found.value], [y], mark, color=colour, markersize=6, label=engine if at == 0 else None)
    for edge in range(1, len(rows)):
        axes.axhline(edge - 0.5, color="#dddddd", linewidth=0.8)
    axes.set_yticks(range(len(rows)), [WRAPPED.get(row, row) for row in rows])
    axes.set_xlim(0, 1)
    axes.set_title("Recall@1 by kind of question\n(test half, 95 % intervals)")
    axes.grid(axis="x", color="#eeeeee")


def by_size(results: Results, axes: Any) -> None:
    sizes = results.sizes
    for engine, colour, mark in styles(results):
        found = [results.get(engine, "test" if size == sizes[0] else size, "recall@1") for size in sizes]
        points = [(int(size), one.value) for size, one in zip(sizes, found, strict=True) if one is not None]
        axes.plot(*zip(*points, strict=True), marker=mark, color=colour, linewidth=1.2, markersize=5)
    log_sizes(axes, sizes)
    axes.set_ylim(0, 1)
    axes.set_title("Recall@1, all kinds")


def times(results: Results, axes: Any) -> None:
    sizes = results.sizes
    for engine, colour, mark in styles(results):
        costs = [results.costs[engine][size] for size in sizes]
        places = [int(size) for size in sizes]
        axes.plot(places, [cost.p50 for cost in costs], marker=mark, color=colour, linewidth=1.2, markersize=5)
        axes.plot(places, [cost.p99 for cost in costs], color=colour, linewidth=0.9, linestyle=":")
    log_sizes(axes, sizes)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_title("Milliseconds a question,\np50 (line) and p99 (dots)")


def log_sizes(axes: Any, sizes: list[str]) -> None:
    axes.set_xscale("log")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(
        [int(size) for size in sizes], [size if int(size) < 1000 else f"{int(size) / 1000:.2g}k" for size in sizes]
    )
    axes.set_xlabel("titles in the catalogue")
    axes.grid(color="#eeeeee")
