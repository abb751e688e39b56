"""How fast turns are, beside a bare aiohttp echo: `python -m bench.turn`. What is measured: `bench/README.md`.

Each run measures the echo, then each engine in a fresh process on an empty database, so that all share whatever else
the machine does at that time. PostgreSQL: a server of our own as in the tests, or `--postgres` with the address of one
on which databases may be made.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

import psycopg

from bench import echo
from bench.load import KEY
from storage.database import Database
from storage.migrate import migrate
from storage.vault import Vault

# What the core is to reach with a handler that echoes.
REACH_STORE = {"sqlite": 1000, "postgresql": 400}
REACH_P99_MS = 20.0
REACH_RSS_MIB = 90.0

Run = dict[str, Any]
"""The figures of one run of one engine, as `bench.load` prints them."""


@contextmanager
def empty_database(engine: str, server: str | None) -> Iterator[str]:
    """Give the url of a migrated, empty database."""
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'motcua.db'}"
        if engine == "postgresql":
            url = f"{server}/bench_{uuid4().hex}"
            with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
                admin.execute(f'CREATE DATABASE "{url.rsplit("/", 1)[1]}"'.encode())
        database = Database(url, Vault(KEY))
        migrate(database)
        database.close()
        yield url


def load(engine: str, server: str | None, given: argparse.Namespace) -> Run:
    """Measure one engine once."""
    with empty_database(engine, server) as url:
        command = [sys.executable, "-m", "bench.load", url, "--seconds", str(given.seconds)]
        command += ["--per-second", str(given.per_second), "--people", *map(str, given.people)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    run: Run = json.loads(done.stdout)
    return run


def spread(values: list[float], digits: int = 0) -> str:
    """Write the least, the middle and the greatest."""
    return " / ".join(f"{value:,.{digits}f}" for value in (min(values), median(values), max(values)))


def row(*cells: str) -> None:
    """Print a row of a table."""
    print("| " + " | ".join(cells) + " |", flush=True)


def rates(engine: str, runs: list[Run], echoes: list[float], people: list[int]) -> None:
    """Print how many turns a second one engine takes."""
    for key, name in (("store", "store alone"), ("channel", "with a channel")):
        for number in map(str, people):
            found = [run[key][number] for run in runs]
            each = [one["per_second"] for one in found]
            share = f"1 : {median(echoes) / median(each):.1f}" if echoes else "–"
            row(engine, name, number, spread(each), f"{median(one['cpu_ms'] for one in found):.2f}", share)


def latencies(engine: str, runs: list[Run]) -> None:
    """Print the latency of one engine under a steady load, and its memory."""
    p50, p99, rss = ([run[key] for run in runs] for key in ("p50_ms", "p99_ms", "rss_mib"))
    row(engine, spread(p50, 1), spread(p99, 1), spread(rss))


def verdict(engine: str, runs: list[Run]) -> None:
    """Print what was to be reached and whether it was, by the medians."""
    store = max(median(run["store"][number]["per_second"] for run in runs) for number in runs[0]["store"])
    p99, rss = median(run["p99_ms"] for run in runs), median(run["rss_mib"] for run in runs)
    reach: list[tuple[str, bool]] = [
        (f"store {store:,.0f} turns/s (reach {REACH_STORE[engine]:,})", store >= REACH_STORE[engine]),
        (f"p99 {p99:.1f} ms (reach {REACH_P99_MS:.0f})", p99 <= REACH_P99_MS),
        (f"memory {rss:.0f} MiB (reach {REACH_RSS_MIB:.0f})", rss <= REACH_RSS_MIB),
    ]
    for said, reached in reach:
        print(f"- {engine}: {said}: {'reached' if reached else 'NOT reached'}")


def measure(given: argparse.Namespace, server: str | None) -> None:
    echoes: list[float] = []
    runs: dict[str, list[Run]] = {engine: [] for engine in given.engines}
    for number in range(given.runs):
        print(f"run {number + 1} of {given.runs} …", file=sys.stderr)
        if echo.available():
            echoes.append(echo.measure(given.seconds))
        for engine in given.engines:
            runs[engine].append(load(engine, server, given))
    if echoes:
        print(
            f"aiohttp JSON echo, {echo.CONNECTIONS} connections: {spread(echoes)} a second (least / middle / greatest)"
        )
    else:
        print("aiohttp is not installed (extra `bench`): no echo to compare with")
    print()
    row("engine", "what", "conversations", "turns/s: least / middle / greatest", "CPU ms a turn", "turns : echo")
    row(*["---"] * 6)
    for engine in given.engines:
        rates(engine, runs[engine], echoes, given.people)
    print()
    row("engine", f"p50 ms at {given.per_second:.0f}/s", "p99 ms", "memory MiB")
    row(*["---"] * 4)
    for engine in given.engines:
        latencies(engine, runs[engine])
    print()
    for engine in given.engines:
        verdict(engine, runs[engine])


def with_server(given: argparse.Namespace, then: Callable[[argparse.Namespace, str | None], None]) -> None:
    """Run with the PostgreSQL server that was given, else with one of our own, if one is needed."""
    if given.postgres or "postgresql" not in given.engines:
        then(given, given.postgres)
        return
    from tests.engines import running_server

    with running_server() as server:
        then(given, server)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--engines", nargs="+", choices=list(REACH_STORE), default=list(REACH_STORE))
    options.add_argument("--postgres", help="postgresql://USER@HOST:PORT, without a database's name")
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--seconds", type=float, default=2.0, help="for each rate; the latency takes twice that")
    options.add_argument("--people", type=int, nargs="+", default=[1, 4, 16, 64], help="conversations at once")
    options.add_argument("--per-second", type=float, default=100.0, help="the steady load of the latency")
    with_server(options.parse_args(), measure)


if __name__ == "__main__":
    main()
