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


@pytest.mark.parametrize(("name", "value"), [("EMBEDSMITH_DEVICE", "gpu"), ("EMBEDSMITH_MAX_STEPS", "many")])
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


def test_good_settings_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("embedsmith_max_steps", "7")
    assert read_settings().max_steps == 7
