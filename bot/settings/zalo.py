"""The settings of Zalo: the Official Account, and the Bot Platform."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from bot.settings.sources import Section
from bot.settings.values import bot_token, one_line, secret_token, web_root
from handlers.messages import PHONE_VALUES

SECRET_LEAST = 8  # characters (Zalo Bot Platform, setWebhook: secret_token)

Root = Annotated[str, Field(min_length=1), AfterValidator(web_root)]
Number = Annotated[str, AfterValidator(one_line), Field(pattern=r"^[0-9]*$", max_length=40)]


FOLLOWS = ("refresh", "retry", "unreachable", "permanent", "alert")


def _table(given: object) -> tuple[tuple[str, str], ...]:
    """Read a table, which the environment gives as JSON."""
    if isinstance(given, str):
        given = json.loads(given) if given.strip() else {}
    pairs = tuple(given.items()) if isinstance(given, dict) else given
    if not isinstance(pairs, tuple):
        raise ValueError("not a table")
    return pairs


def _values(given: object) -> tuple[tuple[str, str], ...]:
    pairs = _table(given)
    for theirs, ours in pairs:
        if ours not in PHONE_VALUES:
            raise ValueError(f"{theirs}: {ours} is none of {', '.join(PHONE_VALUES)}")
    return pairs


def _codes(given: object) -> tuple[tuple[int, str], ...]:
    pairs = _table(given)
    for code, follows in pairs:
        if follows not in FOLLOWS:
            raise ValueError(f"{code}: {follows} is none of {', '.join(FOLLOWS)}")
    return tuple((int(code), follows) for code, follows in pairs)


class ZaloOa(Section):
    """Zalo's Official Account: on when the application's id and both of its secrets are there."""

    app_id: Number = Field(default="", description="the application's number in quotes, or empty")
    app_secret: SecretStr = Field(default=SecretStr(""), description="the application's secret key")
    oa_secret: SecretStr = Field(
        default=SecretStr(""), description="the Official Account's secret key, from the application's webhook page"
    )
    oa_id: Number = Field(default="", description="the Official Account's number in quotes, or empty")
    refresh_token: SecretStr = Field(
        default=SecretStr(""), description="the first refresh token, where motcua zalo authorize was not used"
    )
    signature: Literal["enforce", "observe"] = Field(default="enforce", description="enforce or observe")
    buttons: bool = Field(default=False, description="true or false")
    paid_messages: bool = Field(default=False, description="true or false")
    info_picture_url: Annotated[str, AfterValidator(one_line)] = Field(
        default="", description="the public address of a picture, or empty"
    )
    zns_template: Annotated[str, AfterValidator(one_line)] = Field(
        default="", max_length=60, description="the id of a template, or empty"
    )
    zns_values: Annotated[tuple[tuple[str, str], ...], BeforeValidator(_values)] = Field(
        default=(("ma_ho_so", "code"), ("trang_thai", "status")),
        description=f'a table of the template\'s names, {{ ma_ho_so = "code" }}; ours are {", ".join(PHONE_VALUES)}',
    )
    zns_codes: Annotated[tuple[tuple[int, str], ...], BeforeValidator(_codes)] = Field(
        default=(), description=f'a table of codes, {{ "-1472" = "retry" }}; what follows is {", ".join(FOLLOWS)}'
    )
    pause_minutes: int = Field(default=30, ge=0, le=7 * 24 * 60, description="minutes, 0 to 10080")
    phone_vouched: bool = Field(default=False, description="true or false")
    openapi_url: Root = Field(
        default="https://openapi.zalo.me", description="the root of the OpenAPI, such as https://openapi.zalo.me"
    )
    oauth_url: Root = Field(
        default="https://oauth.zaloapp.com", description="the root of Zalo's OAuth, such as https://oauth.zaloapp.com"
    )
    business_url: Root = Field(
        default="https://business.openapi.zalo.me",
        description="the root for messages by phone, such as https://business.openapi.zalo.me",
    )

    @property
    def on(self) -> bool:
        """Whether the operator has set the channel up."""
        return bool(self.app_id and self.app_secret.get_secret_value() and self.oa_secret.get_secret_value())


class ZaloBot(Section):
    """Zalo's Bot Platform: on when there is a token."""

    token: Annotated[SecretStr, AfterValidator(bot_token)] = Field(
        default=SecretStr(""), description="the token that Zalo Bot Manager gave: a number, a colon, letters and digits"
    )
    mode: Literal["polling", "webhook"] = Field(default="polling", description="polling or webhook")
    webhook_secret: Annotated[SecretStr, AfterValidator(secret_token)] = Field(
        default=SecretStr(""), description=f"{SECRET_LEAST} to 256 characters of A-Z, a-z, 0-9, _ and -"
    )
    base_url: Root = Field(
        default="https://bot-api.zaloplatforms.com",
        description="the root of the Bot Platform, such as https://bot-api.zaloplatforms.com",
    )

    @property
    def on(self) -> bool:
        """Whether the operator has set the channel up."""
        return bool(self.token.get_secret_value())

    @model_validator(mode="after")
    def _a_webhook_has_a_secret(self) -> ZaloBot:
        if self.on and self.mode == "webhook" and len(self.webhook_secret.get_secret_value()) < SECRET_LEAST:
            raise ValueError(f"webhook_secret must have at least {SECRET_LEAST} characters for mode webhook")
        return self
