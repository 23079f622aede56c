"""A newcomer's first minutes: `embedsmith demo`, a browser, ten pictures, a word, a picture of it."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

from tests.browser import browser, console_errors, find, press, require_browser, until_gone
from tests.sandboxed import ANSWER_SECONDS, PATIENCE

SCREENSHOTS = os.environ.get("EMBEDSMITH_SCREENSHOTS")
"""A folder to keep the screenshots in, such as docs/images."""


@asynccontextmanager
async def demo() -> AsyncIterator[str]:
    """The page's address. The demo ends by SIGTERM with exit code 0 and leaves no process behind."""
    command = (sys.executable, "-m", "bot", "demo", "--port", "0", "--answer-seconds", str(ANSWER_SECONDS))
    process = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while not (found := re.search(rb"http://127\.0\.0\.1:\S+", await process.stdout.readline())):
                pass
        yield found[0].decode()
    finally:
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0


class Walk:
    """One person at the page."""

    def __init__(self, driver: Chrome, folder: Path) -> None:
        self._driver = driver
        self._folder = folder

    def shoot(self, name: str) -> None:
        self._driver.save_screenshot(str(self._folder / f"{name}.png"))

    def ask_for_help(self) -> None:
        find(self._driver, "[data-testid=welcome] [data-start=help]").click()
        find(self._driver, "[data-ephemeral=true] button", text="Teach a word")
        self.shoot("help")

    def teach(self) -> None:
        find(self._driver, "[data-ephemeral=true] button", text="Teach a word").click()
        find(self._driver, "[data-testid=modal] input[data-custom-id=name], [data-custom-id=name] input").send_keys(
            "my-neon"
        )
        find(self._driver, "[data-testid=modal] [data-testid=samples] summary").click()
        find(self._driver, "[data-testid=modal] [data-folder=neon-style]").click()
        find(self._driver, "[data-custom-id=pictures] .tile:nth-child(10)")
        self.shoot("form")
        find(self._driver, "[data-testid=modal] option[value=style]").click()
        if not SCREENSHOTS:
            find(self._driver, "[data-testid=modal] option[value=quick]").click()
        find(self._driver, "[data-testid=modal-submit]").click()
        until_gone(self._driver, "[data-testid=modal]")
        find(self._driver, "[data-ephemeral=true] button", text="Yes, these are mine").click()

    def watch(self) -> None:
        find(self._driver, "[data-testid=message] .container", text="step")
        find(self._driver, "[data-testid=message] .container", text="validation")
        self.shoot("learning")
        find(self._driver, "[data-testid=message] .container", text="is ready")
        self._driver.execute_script("document.activeElement.blur()")
        self.shoot("ready")

    def download(self) -> str:
        links = self._driver.find_elements(By.CSS_SELECTOR, "[data-testid=message] a[href*='my-neon.pt']")
        return str(links[-1].get_attribute("href"))

    def draw(self, prompt: str) -> None:
        find(self._driver, "[data-testid=composer]").send_keys("/imagine")
        press(self._driver, Keys.ENTER)
        find(self._driver, "[data-option=prompt]").send_keys(prompt)
        find(self._driver, "[data-testid=run]").click()
        until_gone(self._driver, "[data-testid=command-form]")
        find(self._driver, "[data-testid=message]:last-child .container:has(img)", text=prompt)
        find(self._driver, "[data-testid=message]:last-child .container", text="words: my-neon (4 vectors)")


async def test_a_newcomer_teaches_a_word_and_draws_with_it(tmp_path: Path) -> None:
    require_browser()
    async with demo() as page, aiohttp.ClientSession() as http:
        with browser(width=1200, height=1000) as driver:

            def walk() -> str:
                driver.get(page)
                walking = Walk(driver, Path(SCREENSHOTS) if SCREENSHOTS else tmp_path)
                walking.ask_for_help()
                walking.teach()
                walking.watch()
                file = walking.download()
                walking.draw("portrait of my-neon")
                walking.draw("a cat in the style of my-neon")
                walking.shoot("drawn")
                assert console_errors(driver) == []
                return file

            file = await asyncio.to_thread(walk)
        async with http.get(file) as answer:
            assert (await answer.read()).startswith(b"PK")
        key = page.partition("?")[2]
        async with http.get(f"{page.partition('/?')[0]}/sandbox/violations?{key}") as answer:
            assert await answer.json() == []
