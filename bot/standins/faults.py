"""What a stand-in does wrong when it is told to: once for each fault that waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Wrong(Enum):
    """What goes wrong."""

    STATUS = auto()  # an HTTP status, nothing done
    LOST = auto()  # an HTTP status, all done: a gateway lost the answer
    DROP_BEFORE = auto()  # the connection ends, nothing done
    DROP_AFTER = auto()  # the connection ends, all done
    SLOW = auto()  # all done, answered after so many seconds
    SILENT = auto()  # nothing done, and nothing said for so many seconds
    GARBAGE = auto()  # all done, answered with something that is no JSON
    CODE = auto()  # refused with a code of the platform's own


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; `number`: the status, the seconds or the code."""

    wrong: Wrong
    number: float = 0


class Faults:
    """The faults that wait, first come first served; `path` limits them to the requests that end so."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, Fault]] = []

    def __len__(self) -> int:
        """Count the faults that wait."""
        return len(self._waiting)

    def forget(self) -> None:
        """Let nothing go wrong any more."""
        self._waiting.clear()

    def add(self, wrong: Wrong, number: float = 0, path: str = "") -> None:
        """Let a coming request go wrong."""
        self._waiting.append((path, Fault(wrong, number)))

    def take(self, path: str) -> Fault | None:
        """Take the fault that is meant for this request."""
        for number, (end, fault) in enumerate(self._waiting):
            if path.endswith(end):
                del self._waiting[number]
                return fault
        return None


async def apply(fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    """Do what the handler does, wrongly; a `CODE` is the stand-in's own matter."""
    if fault.wrong is Wrong.STATUS:
        return web.Response(status=int(fault.number))
    if fault.wrong is Wrong.SILENT:
        await asyncio.sleep(fault.number)
    if fault.wrong in (Wrong.DROP_BEFORE, Wrong.SILENT):
        return dropped(request)
    answer = await handler(request)
    match fault.wrong:
        case Wrong.LOST:
            return web.Response(status=int(fault.number))
        case Wrong.DROP_AFTER:
            return dropped(request)
        case Wrong.GARBAGE:
            return web.Response(text="<html>")
        case Wrong.SLOW:
            await asyncio.sleep(fault.number)
    return answer


def dropped(request: web.Request) -> web.StreamResponse:
    """End the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
