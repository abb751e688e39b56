"""Delivery: `python -m bench.delivery drain|budget|webhook|chaos`. What each measures: `bench/README.md`."""

from __future__ import annotations

import argparse
import asyncio
import os
from contextlib import nullcontext

from bench.budget import Order, send_through
from bench.drain import drain
from bench.load import KEY
from bench.turn import empty_database
from bot.settings.delivery import Delivery as Settings
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
    limits = {f"{given.channel}_per_day": given.per_day} if given.per_day else {}
    if given.channel == "zalo_oa":
        limits["zalo_oa_per_minute"] = BUDGET * 60
    order = Order(given.channel, given.notices, given.chats, given.processes, given.apart, Settings(**limits))
    with empty_database(given.engine, server) as url:
        sent = asyncio.run(send_through(url, Vault(KEY), order))
    share = sent.per_second / BUDGET
    print(
        f"{given.channel} on {given.engine}, {given.processes} {'processes' if given.apart else 'deliveries'}:"
        f" {sent.arrived} of {given.notices} notices to {given.chats} chats in {sent.seconds:.1f} s:"
        f" {sent.per_second:.2f}/s, {share:.1%} of the budget; refused {sent.refused}, chats out of order"
        f" {sent.disordered}{f'; {sent.first_day} on the first day' if given.per_day else ''} {load()}"
    )
    is_whole = sent.arrived == given.notices and sent.refused <= 1 and not sent.disordered
    if given.per_day:
        is_kept = is_whole and sent.first_day == given.per_day * 0.9
        print(f"- nine tenths of the day's number, the rest on the next day: {verdict(is_kept)}")
    else:
        is_used = is_whole and share >= REACH_SHARE
        print(f"- reach {REACH_SHARE:.0%} without a refusal after the first: {verdict(is_used)}")


def run_webhook(given: argparse.Namespace, _server: str | None) -> None:
    from bench.acknowledging import measure

    measure(given.per_second, given.seconds, equal=given.equal)


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
    options.add_argument("--channel", choices=("telegram", "zalo_oa"), default="telegram", help="whose budget")
    options.add_argument("--processes", type=int, default=1, help="deliveries that share the budget")
    options.add_argument("--apart", action="store_true", help="each of them a process of its own (PostgreSQL)")
    options.add_argument("--per-day", type=int, default=0, help="a day's number for the Official Account")
    options.add_argument("--per-second", type=float, default=100.0, help="events at the webhook")
    options.add_argument("--equal", action="store_true", help="the import has the priority of the measurement")
    options.add_argument("--seconds", type=float, default=120.0)
    options.add_argument("--kill-every", type=float, default=10.0, help="seconds between two kills")
    given = options.parse_args()
    run = {"drain": run_drain, "budget": run_budget, "webhook": run_webhook, "chaos": run_chaos}[given.what]
    with running_server() if given.engine == "postgresql" or given.what == "chaos" else nullcontext() as server:
        run(given, server)


if __name__ == "__main__":
    main()
