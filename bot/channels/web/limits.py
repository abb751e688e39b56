"""How much one session and one address may send: token buckets in this process."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass

KEYS_MOST = 10_000  # buckets kept at once: about 2 MB
V6_PREFIX = 64  # bits: one household or office has all addresses below such a prefix (RFC 6177)


@dataclass(frozen=True, slots=True)
class Rate:
    """How many may come at once, and how many a second in the long run."""

    burst: float
    per_second: float


class Buckets:
    """One token bucket a key. A bucket that is full again says nothing and is forgotten."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._full_at: dict[str, float] = {}  # when each bucket will be full again, monotonic seconds

    def take(self, key: str) -> float:
        """Take one token; 0 when there was one, else the seconds until there will be."""
        now, cost = self._clock(), 1 / self._rate.per_second
        full_at = max(self._full_at.get(key, now), now) + cost
        wait = full_at - now - self._rate.burst * cost
        if wait > 0:
            return wait
        if key not in self._full_at and len(self._full_at) >= KEYS_MOST:
            self._forget(now)
        self._full_at[key] = full_at
        return 0.0

    def _forget(self, now: float) -> None:
        """Forget the full buckets, and where that is not enough the ones that will be full first."""
        waiting = sorted((at, key) for key, at in self._full_at.items() if at > now)
        self._full_at = {key: at for at, key in waiting[-KEYS_MOST // 2 :]}


def sender(peer: str | None, forwarded: str | None) -> str:
    """Name where a request comes from: the peer, or what the proxy beside us says of it (the last X-Forwarded-For).

    Only a peer on this machine or in a private network is taken for our proxy. Of an IPv6 address the network counts.
    """
    address = _address(peer)
    if address is not None and address.is_private and forwarded:
        address = _address(forwarded.rsplit(",", 1)[-1]) or address
    if address is None:
        return "unknown"
    if address.version == 6:
        return str(ipaddress.ip_network((address, V6_PREFIX), strict=False))
    return str(address)


def _address(text: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address((text or "").strip().strip("[]").partition("%")[0])
    except ValueError:
        return None
