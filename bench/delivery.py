"""Delivery: `python -m bench.delivery drain|budget|webhook|chaos`. What each measures: `bench/README.md`."""

from __future__ import annotations

import argparse
import asyncio
import os
from contextlib import nullcontext

from bench.budget import send_through_telegram
from bench.drain import drain
from bench.load import KEY
from bench.turn import empty_database
from storage.vault import Vault
from tests.engines import running_server

REACH_DRAIN, REACH_SHARE, BUDGET = 1500, 0.95, 25.0


def load() -> str:
    """Say how busy the machine was."""
    return f"(load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)"


def verdict(reached: bool) -> str:
    return "reached" if reached else "NOT reached"


def run_drain(given: argparse.Namespace, server: str | None) -> None:
    for watched in (False, True):
        with empty_database(given.engine, server) as url:
            rate, cpu = asyncio.run(drain(url, Vault(KEY), notices=given.notices, chats=given.chats, watched=watched))
        how = "a budget row without limits" if watched else "no budget"
        print(f"{given.engine}, {how}: {rate:,.0f} messages/s, {cpu:.2f} ms of processor time each {load()}")
        if given.engine == "sqlite":
            print(f"- reach {REACH_DRAIN:,}/s: {verdict(rate >= REACH_DRAIN)}", flush=True)


def run_budget(given: argparse.Namespace, server: str | None) -> None:
    with empty_database(given.engine, server) as url:
        sent = asyncio.run(
            send_through_telegram(url, Vault(KEY), notices=given.notices, chats=given.chats, processes=given.processes)
        )
    share = sent.per_second / BUDGET
    print(
        f"{given.engine}, {given.processes} deliveries: {sent.arrived} of {given.notices} notices to {given.chats}"
        f" chats in {sent.seconds:.1f} s: {sent.per_second:.2f}/s, {share:.1%} of the budget; refused {sent.refused},"
        f" chats out of order {sent.disordered} {load()}"
    )
    good = sent.arrived == given.notices and share >= REACH_SHARE and sent.refused <= 1 and not sent.disordered
    print(f"- reach {REACH_SHARE:.0%} without a refusal after the first: {verdict(good)}")


def run_webhook(given: argparse.Namespace, _server: str | None) -> None:
    from bench.acknowledging import measure

    measure(given.per_second, given.seconds)


def run_chaos(given: argparse.Namespace, server: str | None) -> None:
    from bench.chaos import Plan, chaos

    plan = Plan(seconds=given.seconds, kill_every=given.kill_every)
    with empty_database("postgresql", server) as url:
        asyncio.run(chaos(url, plan)).check()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("what", choices=("drain", "budget", "webhook", "chaos"))
    options.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    options.add_argument("--notices", type=int, default=2000)
    options.add_argument("--chats", type=int, default=400)
    options.add_argument("--processes", type=int, default=1, help="deliveries that share the budget")
    options.add_argument("--per-second", type=float, default=100.0, help="events at the webhook")
    options.add_argument("--seconds", type=float, default=120.0)
    options.add_argument("--kill-every", type=float, default=10.0, help="seconds between two kills")
    given = options.parse_args()
    run = {"drain": run_drain, "budget": run_budget, "webhook": run_webhook, "chaos": run_chaos}[given.what]
    with running_server() if given.engine == "postgresql" or given.what == "chaos" else nullcontext() as server:
        run(given, server)


if __name__ == "__main__":
    main()
