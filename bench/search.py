"""Compare our search with general ones on the same questions over the same catalogues, in one run.

python -m bench.search [--quick] [--national FILE] [--write docs/search.md] [--chart FILE.png] [--save FILE]
python -m bench.search --from FILE [--engine NAME …] …

FILE of --national: gzipped JSON lines of national records (`ma_thu_tuc`, `ten_thu_tuc`, `linh_vuc`). Without it only
the two shipped editions are searched, no larger catalogue. --quick: a fifth of the questions, 1,000 titles, few passes.
--save keeps the figures as JSON, --from prints and draws kept ones; only the engines named are then measured again.
Engines whose libraries are missing are left out (they are in the extra `bench`). Every engine runs over every catalogue
in a process of its own, on one core, one after the other.
"""

import argparse
import datetime
import functools
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from bench.search_chart import draw
from bench.search_engines import ENGINES, OURS, missing
from bench.search_metrics import (
    GROUPS,
    KINDS,
    LOSSES,
    MEASURES,
    Asked,
    Figure,
    false_answers,
    figure,
    percentile,
    ratio,
    wilson,
)
from bench.search_records import DEPTH, Answer, Question, Record
from bench.search_report import ALL, Cost, Results, markdown, rewritten
from bench.search_sets import EDITIONS, HALVES, edition, embedded, grown, national, questions, title_questions
from bench.search_worker import Job, Measured

SIZES: Final = (1000, 2642, 10000)
FEWER_NOISES: Final = 3  # in larger catalogues: some peers take a tenth of a second for each question
SMALLEST: Final = 1000  # the titles asked about are in every size
TIMED: Final = 200
PASSES: Final = 7
BUILDS: Final = 3
DECISIONS: Final = {"answer": 1, "choose": 3, "unknown": DEPTH}  # and how many of the first may be the right one
ONE_THREAD: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
ROWS: Final = {**{kind: (kind,) for kind in KINDS}, **GROUPS, ALL: tuple(KINDS)}


class Bench:
    """One run: what is asked, and the figures as they come."""

    def __init__(self, given: argparse.Namespace, kept: Results | None) -> None:
        self.quick: bool = given.quick
        self.engines = [name for name in given.engine or ENGINES if not missing(name)]
        self.every = 5 if self.quick else 1
        self.records = national(given.national) if given.national else []
        self.ours = {key: edition(key) for key in EDITIONS}
        self.results = kept or Results({}, {}, {})
        self.results.facts.update(facts())
        for name in self.engines:
            self.results.figures.setdefault(name, {})
            self.results.costs.setdefault(name, {})

    def run(self) -> Results:
        """Measure everything."""
        self.small()
        for size in (SIZES[:1] if self.quick else SIZES) if self.records else ():
            self.large(size)
        return self.results

    def small(self) -> None:
        """Our own catalogues, both halves."""
        asked = {(half, key): questions(half, key, self.every) for half in HALVES for key in self.ours}
        for half in HALVES:
            inside = [q for (of, _), rows in asked.items() if of == half for q in rows]
            self.results.facts[f"questions {half}"] = str(sum(1 for q in inside if q.expect))
            self.results.facts[f"out of scope {half}"] = str(sum(1 for q in inside if not q.expect))
        for engine in self.engines:
            sets: dict[str, list[list[Asked]]] = {half: [] for half in HALVES}
            for key, records in self.ours.items():
                rows = [q for half in sets for q in asked[half, key]]
                seen = self.measured(engine, records, rows, timed=key == "2020", size=len(records))
                answered = iter(seen)
                for half, found in sets.items():
                    found.append([next(answered) for _ in asked[half, key]])
            for half, found in sets.items():
                self.recall(engine, half, [one for rows_ in found for one in rows_])
                self.outcomes(engine, half, found)

    def large(self, size: int) -> None:
        """Our entries among others, and the national records by themselves."""
        among = {key: embedded(records, self.records, size) for key, records in self.ours.items()}
        alone = grown(self.records, size)
        asked = {key: [q for q in questions("test", key, self.every, FEWER_NOISES) if q.expect] for key in among}
        titles = title_questions(grown(self.records, SMALLEST), alone, self.every)
        self.results.facts["questions large"] = str(sum(map(len, asked.values())))
        self.results.facts["questions titles"] = str(len(titles))
        for engine in self.engines:
            found = [
                one
                for key, records in among.items()
                for one in self.measured(engine, records, asked[key], timed=key == "2020", size=size)
            ]
            self.recall(engine, str(size), found)
            self.recall(engine, f"titles {size}", self.measured(engine, alone, titles, timed=False, size=size))

    def measured(
        self, engine: str, records: Sequence[Record], rows: Sequence[Question], *, timed: bool, size: int
    ) -> list[Asked]:
        """Ask in a process of its own; timed: keep what it cost as the cost at this size."""
        print(f"{engine}: {len(rows)} questions, {len(records)} titles", file=sys.stderr)
        passes = (2 if self.quick else PASSES) if timed else 0
        seen = work(Job(engine, list(records), [q.text for q in rows], TIMED // self.every, passes))
        if timed:
            builds = [seen.build]
            builds += [work(Job(engine, list(records), [])).build for _ in range(0 if self.quick else BUILDS - 1)]
            times = seen.milliseconds
            cost = Cost(percentile(times, 0.5), percentile(times, 0.99), min(builds), seen.memory)
            self.results.costs[engine][str(size)] = cost
        return [Asked(question, answer) for question, answer in zip(rows, seen.answers, strict=True)]

    def recall(self, engine: str, of: str, asked: Sequence[Asked]) -> None:
        """Every measure for every row."""
        for name, measure in MEASURES.items():
            for row, kinds in ROWS.items():
                self.put(engine, of, name, row, figure(asked, kinds, measure))

    def outcomes(self, engine: str, half: str, sets: Sequence[Sequence[Asked]]) -> None:
        """False answers at the losses, and what ours decides."""
        for points in LOSSES:
            self.put(engine, half, f"false at {points:g}", ALL, false_answers(sets, points))
        if engine != OURS:
            return
        asked = [one for rows in sets for one in rows]
        outside = [one for one in asked if not one.in_scope]
        for name, top in DECISIONS.items():
            chosen = functools.partial(decided, name)
            hits = sum(map(chosen, outside))
            self.put(engine, half, f"{name} out of scope", ALL, wilson(hits, len(outside)))
            self.put(engine, half, f"{name} in scope", ALL, figure(asked, KINDS, chosen))
            right = functools.partial(Asked.right_within, top=top)
            self.put(engine, half, f"{name} right", ALL, ratio(asked, chosen, right))

    def put(self, engine: str, of: str, measure: str, row: str, value: Figure | None) -> None:
        """Keep a figure, if there is one."""
        if value is not None:
            self.results.figures[engine][f"{of}|{measure}|{row}"] = value


def decided(name: str, one: Asked) -> bool:
    """Whether ours decided so."""
    return one.answer.decision == name


def work(job: Job) -> Measured:
    """Run a job in a fresh process with one thread."""
    environment = {**os.environ, **dict.fromkeys(ONE_THREAD, "1")}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench.search_worker"],
        input=json.dumps(asdict(job)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=environment,
    )
    found = json.loads(done.stdout)
    answers = [Answer(tuple(row["ids"]), row["score"], row["decision"]) for row in found.pop("answers")]
    return Measured(answers, **found)


def facts() -> dict[str, str]:
    """When and on what."""
    return {
        "day": datetime.datetime.now(datetime.UTC).strftime("%-d %B %Y"),
        "machine": f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}",
    }


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--national", type=Path)
    parser.add_argument("--engine", action="append", choices=list(ENGINES))
    parser.add_argument("--write", type=Path)
    parser.add_argument("--chart", type=Path)
    parser.add_argument("--save", type=Path)
    parser.add_argument("--from", dest="kept", type=Path)
    return parser.parse_args()


def main() -> None:
    given = options()
    results = Results.read(given.kept.read_text(encoding="utf-8")) if given.kept else None
    if results is None or given.engine:
        results = Bench(given, results).run()
    if given.save:
        given.save.write_text(results.written(), encoding="utf-8")
    text = markdown(results)
    if given.write:
        given.write.write_text(rewritten(given.write.read_text(encoding="utf-8"), text), encoding="utf-8")
    else:
        print(text)
    if given.chart:
        draw(results, given.chart)


if __name__ == "__main__":
    main()
