"""What an operator writes wrong is named by its own name."""

from pathlib import Path

import pytest

from bot.settings import BadSettings, read_settings


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DISCORD_TOKEN", "t")


def test_a_variable_that_does_not_exist_is_named_with_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDSMITH_DEVCE", "cpu")
    Path(".env").write_text("EMBEDSMITH_STEPS_QIUCK=5\n", encoding="utf-8")
    with pytest.raises(BadSettings) as bad:
        read_settings()
    first, second = bad.value.faults
    assert first.startswith("EMBEDSMITH_DEVCE: ")
    assert "EMBEDSMITH_DEVICE" in first
    assert "EMBEDSMITH_STEPS_QUICK" in second


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EMBEDSMITH_DEVICE", "gpu"),
        ("EMBEDSMITH_MAX_STEPS", "many"),
        ("EMBEDSMITH_STEPS_QUICK", "50000"),
        ("EMBEDSMITH_CARD_SECONDS", "inf"),
        ("EMBEDSMITH_SILENCE_SECONDS", "nan"),
        ("DISCORD_TOKEN", "a\nb"),
        ("DISCORD_TOKEN", "ключ"),
        ("EMBEDSMITH_DISCORD_API", "http://127.0.0.1:8080/api"),  # without the gateway
    ],
)
def test_a_bad_value_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings) as bad:
        read_settings()
    (fault,) = bad.value.faults
    assert fault.startswith(f"{name}: ")


def test_a_missing_token_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISCORD_TOKEN")
    with pytest.raises(BadSettings, match=r"^DISCORD_TOKEN: "):
        read_settings()


def test_an_address_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDSMITH_DISCORD_API", "not a url")
    monkeypatch.setenv("EMBEDSMITH_DISCORD_GATEWAY", "http://127.0.0.1")
    with pytest.raises(BadSettings) as bad:
        read_settings()
    assert [fault.split(":")[0] for fault in bad.value.faults] == [
        "EMBEDSMITH_DISCORD_API",
        "EMBEDSMITH_DISCORD_GATEWAY",
    ]


def test_an_empty_variable_is_as_if_it_were_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDSMITH_DATA_FOLDER", "")
    assert read_settings().data_folder == Path("data")


def test_good_settings_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("embedsmith_max_steps", "7000")
    assert read_settings().max_steps == 7000
