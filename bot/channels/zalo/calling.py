"""Calls of Zalo's OpenAPI: the token sent along, renewed once where it was refused, and every refusal told as ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.channels.zalo.http import Http, Uploaded
from bot.channels.zalo.oa_errors import Class
from bot.channels.zalo.tokens import Tokens
from knowledge.errors import DeliveryError, Uncertain

Json = dict[str, Any]


async def call(
    http: Http,
    tokens: Tokens,
    url: str,
    *,
    classed: Callable[[int], Class],
    ours: Callable[[int, str], DeliveryError],
    silence: float,
    body: Mapping[str, Any] | None = None,
    file: Uploaded | None = None,
) -> Json:
    """Post and give what the answer holds. `classed` and `ours`: what follows from a code. Raises `DeliveryError`."""
    token = await tokens.access()
    for is_last in (False, True):
        answer = await http.ask(url, body=body, file=file, headers={"access_token": token}, silence=silence)
        code = answer.get("error")
        if code == 0:
            data = answer.get("data")
            return data if isinstance(data, dict) else {}
        if not isinstance(code, int):
            raise Uncertain("an answer without a code")
        if is_last or classed(code) is not Class.REFRESH:
            raise ours(code, str(answer.get("message", "")))
        token = await tokens.renewed(token)
    raise AssertionError
