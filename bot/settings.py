"""What an operator can set: environment variables or a `.env` file, read once, never changed."""

import os
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "EMBEDSMITH_"
_TOKEN = "DISCORD_TOKEN"
ENV_FILE = ".env"
_OF_TESTS = {f"{PREFIX}{name}" for name in ("KILLS", "SCREENSHOTS", "SOAK_SECONDS", "SOAK_SEED")}
"""The bots that tests start inherit these."""


def embedded_model() -> Path:
    """The folder of the small model that ships with the program."""
    return Path(str(files("trainer").joinpath("demo_model")))


class Settings(BaseSettings):
    """Every variable is `EMBEDSMITH_` and the field's name, except `DISCORD_TOKEN`. An empty one is as if not set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_ignore_empty=True,  # an empty data folder would be the current one
        frozen=True,
        extra="ignore",
        populate_by_name=True,
    )

    discord_token: SecretStr = Field(validation_alias="DISCORD_TOKEN")
    """The bot's token from Discord's developer portal."""
    data_folder: Path = Path("data")
    """Embeddings, pictures, runs and the database live here."""
    model: Path = Field(default_factory=embedded_model)
    """A Stable Diffusion 1.x, 2.x or XL model: a diffusers folder, a single file, or a hub name owner/name."""
    prediction: Literal["auto", "epsilon", "v_prediction"] = "auto"
    """What the model predicts, where a single file does not tell."""
    allow_ckpt: bool = False
    """Read .ckpt files too, by weights only. A .safetensors file cannot hold a program and needs no trust."""
    allow_downloads: bool = False
    """Fetch a model that is named as owner/name from the hub."""
    allow_concepts: bool = False
    """Let people import words by their names on the Hugging Face hub, which are then fetched from there."""
    offload: bool = False
    """Keep the autoencoder and the text encoder away from the device while idle: less memory, slower previews."""
    compile: bool = False
    """Compile the noise model when it is first used: minutes at the start, faster passes on a GPU."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Literal["float32", "float16", "bfloat16"] = "float32"
    """Of the frozen model; vectors are always float32. Half precision halves memory on a GPU."""
    largest_pixels: int = Field(0, ge=0)
    """Width times height of the largest picture that may be asked for; 0 is what the device has memory for, and on a
    CPU 1,048,576 (1024 × 1024) at most."""

    steps_quick: int = Field(100, ge=1)
    steps_balanced: int = Field(300, ge=1)
    steps_thorough: int = Field(1000, ge=1)
    """What the three choices of the form mean in steps. Raise them for large models, whose steps teach less each."""
    max_steps: int = Field(20_000, ge=1)
    runs_at_once: int = Field(4, ge=1)
    """People whose runs share the model at a time; others wait in line. Nobody waits for another's second run."""
    drawings_at_once: int = Field(4, ge=1)
    waiting_per_person: int = Field(3, ge=1)
    """Jobs one person may have waiting or running, of each kind that takes long."""
    drawings_per_person: int = Field(10, ge=1)
    threads: bool = True
    """Open a thread on a run's card for its previews, where the channel allows it."""

    card_seconds: float = Field(5.0, gt=0, allow_inf_nan=False)
    """Seconds between two edits of one card. Discord's own limit is about one a second for a whole channel."""
    silence_seconds: float = Field(120.0, gt=0, allow_inf_nan=False)
    """A trainer that is silent for longer counts as hung and is restarted."""

    discord_api: str | None = Field(None, pattern=r"^https?://\S+$")
    discord_gateway: str | None = Field(None, pattern=r"^wss?://\S+$")
    """Where Discord's REST and gateway are; only set to reach a local server such as the sandbox."""

    log_format: Literal["auto", "text", "json"] = "auto"

    @field_validator("discord_token")
    @classmethod
    def _one_word(cls, token: SecretStr) -> SecretStr:
        """What cannot stand in a header of a request would fail at every login, and not as a wrong token does."""
        text = token.get_secret_value()
        if not (text.isascii() and text.isprintable()) or " " in text:
            raise ValueError("The token has characters that no token has. Copy it again from the developer portal.")
        return token


class BadSettings(Exception):
    """What is wrong with the settings, one sentence each, by the variables' own names."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def read_settings() -> Settings:
    """Raises BadSettings."""
    faults = [_unknown(name) for name in sorted(_named()) if name not in _variables()]
    try:
        settings = Settings()
        faults += _contradictions(settings)
    except ValidationError as error:
        faults += [_sentence(str(fault["loc"][0]), fault["msg"]) for fault in error.errors()]
    if faults:
        raise BadSettings(faults)
    return settings


def _sentence(field: str, message: str) -> str:
    return f"{_variable(field)}: {message.removeprefix('Value error, ')}"


def _contradictions(settings: Settings) -> list[str]:
    """What each setting may be alone, but not beside the others."""
    faults = [
        _sentence(field, f"It is more than {_variable('max_steps')}, {settings.max_steps}.")
        for field in ("steps_quick", "steps_balanced", "steps_thorough")
        if getattr(settings, field) > settings.max_steps
    ]
    if (settings.discord_api is None) != (settings.discord_gateway is None):
        together = f"It is set together with {_variable('discord_gateway')}, or not at all."
        faults.append(_sentence("discord_api", together))
    return faults


def _variables() -> set[str]:
    return {_variable(field) for field in Settings.model_fields}


def _variable(field: str) -> str:
    return field if field.isupper() else _TOKEN if field == "discord_token" else f"{PREFIX}{field.upper()}"


def _named() -> set[str]:
    """The variables of ours in the environment and in `.env`."""
    written = dotenv_values(ENV_FILE)
    return {name.upper() for name in (*os.environ, *written) if name.upper().startswith(PREFIX)} - _OF_TESTS


def _unknown(name: str) -> str:
    near = get_close_matches(name, _variables(), n=1)
    return f"{name}: there is no such setting." + (f" Is {near[0]} meant?" if near else "")
