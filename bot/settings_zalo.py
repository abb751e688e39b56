"""The settings of Zalo: the Official Account, and the Bot Platform."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, model_validator

from bot.settings_sources import Section
from bot.settings_values import bot_token, one_line, secret_token, web_root

SECRET_LEAST = 8  # characters (Zalo Bot Platform, setWebhook: secret_token)

Root = Annotated[str, Field(min_length=1), AfterValidator(web_root)]
Number = Annotated[str, AfterValidator(one_line), Field(pattern=r"^[0-9]*$", max_length=40)]


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
    pause_minutes: int = Field(default=30, ge=0, le=7 * 24 * 60, description="minutes, 0 to 10080")
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
