"""A headless Chromium for tests that look at the chat page."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from selenium.common import StaleElementReferenceException
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.sandboxed import PATIENCE

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


def require_browser() -> tuple[str, str]:
    """The paths of Chromium and its driver; the calling test is skipped, with the reason, where they are missing."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("needs chromium and chromedriver (Debian: apt install chromium chromium-driver)")
    return chromium, driver


@contextmanager
def browser(width: int = 1200, height: int = 860, *, dark: bool = False) -> Iterator[Chrome]:
    """A browser with a fresh profile and a page of exactly that size in CSS pixels."""
    chromium, driver_path = require_browser()
    with tempfile.TemporaryDirectory() as profile:
        driver = Chrome(_options(chromium, profile), ChromeService(driver_path))
        try:
            _emulate(driver, width, height, dark=dark)
            yield driver
        finally:
            driver.quit()


def _options(chromium: str, profile: str) -> ChromeOptions:
    options = ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={profile}", "--lang=en-US"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return options


def _emulate(driver: Chrome, width: int, height: int, *, dark: bool) -> None:
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})


def console_errors(driver: Chrome) -> list[str]:
    """What the page complained about so far; a policy violation or a failed request is among them."""
    return [entry["message"] for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]


def find(driver: Chrome, css: str, *, text: str = "", seconds: float = PATIENCE) -> WebElement:
    """The first element that fits, can be seen and shows `text`, waited for."""

    def shown(_: Chrome) -> WebElement | None:
        fitting = (element for element in driver.find_elements(By.CSS_SELECTOR, css) if element.is_displayed())
        return next((element for element in fitting if text in element.text), None)

    wait = WebDriverWait(driver, seconds, 0.05, ignored_exceptions=[StaleElementReferenceException])
    found = wait.until(shown, f"nothing on the page fits {css} {text}")
    assert found is not None
    return found


def until_gone(driver: Chrome, css: str) -> None:
    wait = WebDriverWait(driver, PATIENCE, poll_frequency=0.05)
    wait.until(lambda _: not driver.find_elements(By.CSS_SELECTOR, css), f"{css} stays on the page")


def press(driver: Chrome, *keys: str) -> None:
    """Keys to whatever has the focus."""
    driver.switch_to.active_element.send_keys(*keys)
