"""A server that answers as OpenCPS v2 does, made from the samples: the same paths, headers and fields."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from bot.intake.opencps import OpenCps
from bot.settings.intake import Source

BASE = "/o/rest/v2"
Answers = Mapping[str, tuple[int, Any]]
"""What is answered, by the path below the base; a path with its query goes before one without."""


class StandIn:
    """What was asked of the server, and where it is."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}{BASE}"
        self.asked: list[tuple[str, dict[str, str]]] = []


@contextmanager
def standing_in(answers: Answers) -> Iterator[StandIn]:
    """Run a server that gives these answers. A list is cut to the rows that were asked for."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            stand_in.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            path = self.path.removeprefix(BASE)
            status, answer = answers.get(path) or answers.get(path.partition("?")[0]) or (404, {})
            body = answer if isinstance(answer, bytes) else json.dumps(_cut(answer, path)).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as its parent has it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stand_in = StandIn(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _cut(answer: Any, path: str) -> Any:
    if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
        return answer
    query = parse_qs(urlsplit(path).query)
    start, end = int(query.get("start", ["0"])[0]), int(query.get("end", ["50"])[0])
    return {**answer, "data": answer["data"][start:end]}


def source(url: str, name: str = "motcua", **more: Any) -> Source:
    """Settings of a source at this address."""
    given = {"name": name, "kind": "opencps", "url": url, "group": 55853, "username": "bot", "password": "invented"}
    return Source.model_validate({**given, **more})


def asked(server: StandIn, **more: Any) -> OpenCps:
    """The client that asks this server."""
    return OpenCps(source(server.url, **more), ZoneInfo("Asia/Ho_Chi_Minh"))
