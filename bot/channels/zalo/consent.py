"""The first tokens: an administrator of the Official Account consents in a browser, and Zalo gives a code for them.

With a proof of who asked (PKCE, RFC 7636, S256): a verifier of 43 characters that never leaves this machine before the
code is exchanged. The code lives for 10 minutes and works once (Zalo OAuth v4).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import datetime
from urllib.parse import parse_qs, urlencode, urlsplit

from bot.channels.zalo.http import Http
from bot.channels.zalo.tokens import ask, read
from bot.settings.zalo import ZaloOa
from knowledge.errors import Wrong
from storage.zalo_tokens import Life, Pair

PATH = "/v4/oa/permission"
VERIFIER_BYTES = 32  # which makes 43 characters


def new_verifier() -> str:
    """Make a verifier."""
    return secrets.token_urlsafe(VERIFIER_BYTES)


def consent_url(given: ZaloOa, back: str, verifier: str) -> str:
    """Give the address at which the administrator consents; `back`: where Zalo leads them then."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {"app_id": given.app_id, "redirect_uri": back, "code_challenge": challenge}
    return f"{given.oauth_url}{PATH}?{urlencode(asked)}"


def code_in(answer: str, oa_id: str) -> str:
    """Find the code in what was pasted: the address to which Zalo led, or the code itself.

    Raises `Wrong` for an address without a code, or of another account than `oa_id` (where that is known).
    """
    said = answer.strip()
    if "?" not in said and "=" not in said and said:
        return said
    query = parse_qs(urlsplit(said).query)
    code, of = query.get("code", [""])[0], query.get("oa_id", [""])[0]
    if not code:
        raise Wrong("there is no code in this address: copy the whole address to which Zalo led you")
    if oa_id and of and of != oa_id:
        raise Wrong(f"this consent is for the account {of}, not for zalo_oa.oa_id")
    return code


async def obtain(given: ZaloOa, code: str, verifier: str, now: datetime) -> tuple[Pair, Life]:
    """Exchange a code for the first pair. Raises `Wrong` where Zalo refuses it, else `DeliveryError`."""
    http = Http()
    try:
        fields = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        answer = await ask(http, given, fields)
    finally:
        await http.close()
    try:
        return read(answer, now)
    except ValueError as error:
        raise Wrong(f"Zalo did not accept the code: {error}") from None
