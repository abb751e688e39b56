"""One engine over one catalogue in a process of its own, for `bench.search`.

A job on standard input, the result on standard output, both JSON (`Job`, `Measured`). Memory is what the process
holds more than before the engine's libraries were loaded, with the catalogue and the questions already in it. The build
is timed from the records to the ready index, with the files it reads, without importing libraries. A question's time is
its least over the passes: whatever else the machine does can only add to it.
"""

import json
import os
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench.search_records import Answer, Record

MIB = 1024 * 1024
LEAST_PASSES = 2


@dataclass(frozen=True)
class Job:
    """What to measure: an engine, a catalogue, questions to answer, and how many of them to time how often."""

    engine: str
    records: list[Record]
    texts: list[str]
    timed: int = 0
    passes: int = 0
    seconds: float = 30.0  # no further pass is begun after so long


@dataclass(frozen=True)
class Measured:
    """What was seen: answers in the order asked, milliseconds a timed question, seconds to build, MiB."""

    answers: list[Answer] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    build: float = 0.0
    memory: float = 0.0


def resident() -> int:
    """Bytes that this process holds in memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def measure(job: Job) -> Measured:
    before = resident()
    from bench.search_engines import ENGINES, LIBRARIES, load

    for library in LIBRARIES[job.engine]:
        load(library)
    start = time.perf_counter()
    engine = ENGINES[job.engine](job.records)
    built = time.perf_counter() - start
    answers = [engine.ask(text) for text in job.texts]
    memory = resident() - before
    step = max(1, len(job.texts) // job.timed) if job.timed else 1
    chosen = job.texts[::step][: job.timed]
    least = [float("inf")] * len(chosen)
    begun = time.perf_counter()
    for number in range(job.passes):
        if number >= LEAST_PASSES and time.perf_counter() - begun > job.seconds:
            break
        for at, text in enumerate(chosen):
            start = time.perf_counter()
            engine.ask(text)
            least[at] = min(least[at], time.perf_counter() - start)
    return Measured(answers, [1000 * one for one in least], built, memory / MIB)


def main() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    given = json.load(sys.stdin)
    given["records"] = [
        Record(row["id"], row["title"], row["field"], tuple(row["aliases"])) for row in given["records"]
    ]
    json.dump(asdict(measure(Job(**given))), sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
