"""A Bot API without a network: what the bot asks is recorded, what is answered is written down before."""

from __future__ import annotations

import json
from typing import Any

from telegram.request import BaseRequest, RequestData

from bot.channels.telegram.api import Api, api
from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.errors import ServerError
from tests.channels.samples import BOT, Json

TOKEN = "123456789:AAE-invented_token_for_the_tests_0001"
OK = object()
"""The answer of a platform that takes everything."""


def refusal(code: int, description: str, **parameters: Any) -> tuple[int, bytes]:
    """An answer of the Bot API that is no."""
    answer: Json = {"ok": False, "error_code": code, "description": description}
    if parameters:
        answer["parameters"] = parameters
    return code, json.dumps(answer).encode()


class FakeRequest(BaseRequest):
    """Records every request and gives the prepared answers, then OK for ever."""

    def __init__(self, *answers: Any) -> None:
        self.answers = iter(answers)
        self.asked: list[tuple[str, Json]] = []
        self.uploaded: list[dict[str, Any]] = []
        self.downloaded: list[str] = []
        self._number = 100

    @property
    def read_timeout(self) -> float | None:
        return 1.0

    async def initialize(self) -> None:
        pass

    async def shutdown(self) -> None:
        pass

    async def do_request(  # type: ignore[override] # the waiting times are of no interest here
        self, url: str, method: str, request_data: RequestData | None = None, **_kwargs: Any
    ) -> tuple[int, bytes]:
        assert method == "POST"
        name = url.rsplit("/", 1)[1]
        self.asked.append((name, request_data.parameters if request_data is not None else {}))
        if request_data is not None and request_data.multipart_data:
            self.uploaded.append(dict(request_data.multipart_data))
        answer = next(self.answers, OK)
        if isinstance(answer, Exception):
            raise answer
        if answer is not OK:
            code, payload = _pair(answer)
            if code >= 500:
                raise ServerError(code)
            return code, payload
        return 200, json.dumps({"ok": True, "result": self._result(name)}).encode()

    async def download(self, url: str, most: int) -> tuple[int, bytes]:
        self.downloaded.append(url)
        code, content = _pair(next(self.answers, (200, b"a file")))
        return code, content[: most + 1]

    def _result(self, name: str) -> Any:
        match name:
            case "getMe":
                return BOT
            case "getFile":
                return {"file_id": "b", "file_unique_id": "u", "file_path": "documents/tệp 0.bin"}
            case "sendMessage" | "sendDocument" | "sendPhoto":
                self._number += 1
                return {"message_id": self._number}
            case _:
                return True

    def of(self, name: str) -> list[Json]:
        """The parameters of each call of this method."""
        return [parameters for asked, parameters in self.asked if asked == name]


def _pair(answer: Any) -> tuple[int, bytes]:
    code, payload = answer
    return int(code), bytes(payload)


def channel(*answers: Any) -> tuple[Telegram, FakeRequest]:
    """A channel, and the transport that it sends over."""
    request = FakeRequest(*answers)
    telegram = Telegram(TOKEN, "http://127.0.0.1:1")
    telegram.api = fake_api(request)
    return telegram, request


def fake_api(request: FakeRequest) -> Api:
    return api(TOKEN, "http://127.0.0.1:1", request, FakeRequest())
