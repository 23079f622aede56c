"""The chat page in a real browser, against the real server and a small real bot."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

from tests.browser import browser, console_errors, find, press, require_browser, until_gone
from tests.sandboxed import ANSWER_SECONDS, Sandbox, running_sandbox

SMITH = Path(__file__).with_name("smith.py")
HOSTILE = '<img src=x onerror="document.title=1"> [x](javascript:alert(1)) **<b>bold</b>** `</code><script>1</script>`'


@asynccontextmanager
async def smith_in(sandbox: Sandbox) -> AsyncIterator[None]:
    """The bot of smith.py, online in the sandbox."""
    addresses = json.dumps({"api": sandbox.api, "gateway": sandbox.gateway, "token": sandbox.token})
    process = await asyncio.create_subprocess_exec(sys.executable, str(SMITH), addresses)
    try:
        await sandbox.until_online()
        yield
    finally:
        process.terminate()
        await process.wait()


def type_a_whole_line(driver: Chrome) -> None:
    """The form opens while one types, and no key is lost."""
    find(driver, "[data-testid=composer]").send_keys("/train snow owl")
    assert find(driver, "[data-option=animal]").get_attribute("value") == "snow owl"
    find(driver, ".suggestions .faint")  # nothing fits, so that Escape leaves the form and not the list
    press(driver, Keys.ESCAPE)
    until_gone(driver, "[data-testid=command-form]")
    assert driver.switch_to.active_element.get_attribute("data-testid") == "composer"


def teach_by_keyboard(driver: Chrome) -> None:
    """Picker, autocomplete, modal."""
    find(driver, "[data-testid=composer]").send_keys("/")
    find(driver, "[data-command=train][aria-selected=true]")
    press(driver, Keys.ARROW_DOWN)
    find(driver, "[data-command=mute][aria-selected=true]")
    press(driver, Keys.ARROW_UP, Keys.ENTER)
    find(driver, "[data-option=animal]")
    press(driver, "ot")
    until_gone(driver, "[data-choice=owl]")
    find(driver, "[data-choice=otter]")
    press(driver, Keys.ENTER)
    assert find(driver, "[data-option=animal]").get_attribute("value") == "otter from the list"
    press(driver, Keys.ENTER)
    assert find(driver, "[data-testid=modal] h2").text == "Teach otter"


def fill_in_modal(driver: Chrome) -> None:
    find(driver, "[data-testid=modal-submit]").click()
    assert driver.switch_to.active_element.get_attribute("data-custom-id") == "name"
    press(driver, "my-otter")
    find(driver, "[data-testid=modal] [data-testid=samples] summary").click()
    find(driver, "[data-testid=modal] [data-folder=neon-style]").click()
    find(driver, "[data-custom-id=kind] input[value=style]").click()
    find(driver, "[data-custom-id=pictures] .tile:nth-child(10)")
    find(driver, "[data-testid=modal-submit]").click()
    until_gone(driver, "[data-testid=modal]")
    card = find(driver, "[data-testid=message] .container")
    assert "my-otter is a style, from 10 pictures" in card.text
    assert len(card.find_elements(By.CSS_SELECTOR, ".gallery img")) == 10


def switch_person_and_language(driver: Chrome) -> None:
    find(driver, "[data-custom-id=secret]").click()
    assert "a word in your ear" in find(driver, "[data-ephemeral=true]").text
    find(driver, "[data-person=Lin]").click()
    until_gone(driver, "[data-ephemeral=true]")
    find(driver, "[data-testid=message] .container")
    find(driver, "html[lang=zh-CN] [data-testid=composer]").send_keys("/")
    assert find(driver, "[data-command=train] b").text == "/训练"
    find(driver, "[data-testid=language-switch] [data-locale=en-US]").click()
    find(driver, "html[lang=en-US]")
    assert find(driver, "[data-command=train] b").text == "/train"
    find(driver, "[data-person=Ada]").click()
    find(driver, "[data-ephemeral=true]")


async def test_a_newcomer_can_do_everything_with_the_bot() -> None:
    require_browser()
    async with running_sandbox() as sandbox, smith_in(sandbox):
        with browser() as driver:

            def walk() -> list[str]:
                driver.get(sandbox.page)
                find(driver, "[data-testid=welcome] [data-start=help]")
                type_a_whole_line(driver)
                teach_by_keyboard(driver)
                fill_in_modal(driver)
                switch_person_and_language(driver)
                return console_errors(driver)

            assert await asyncio.to_thread(walk) == []
        locales = {person["name"]: person["locale"] for person in (await sandbox.world())["people"]}
        assert locales["Lin"] == "en-US"
        assert await sandbox.violations() == []


WORDS = """
    const {wordsFor} = await import("/page/words.js");
    const names = (words) => Object.keys({...words, ...words.faults}).sort();
    return [names(wordsFor("en-US")), names(wordsFor("zh-CN"))];
"""


async def test_failures_are_told_and_strangers_text_stays_text() -> None:
    require_browser()
    async with running_sandbox() as sandbox, smith_in(sandbox):
        with browser(360, 640) as driver:
            await asyncio.to_thread(driver.get, sandbox.page)
            await asyncio.to_thread(find, driver, "[data-testid=welcome] [data-start=help]")
            await sandbox.write(HOSTILE, person="Max")
            message = await asyncio.to_thread(find, driver, "[data-testid=message] .body")
            assert HOSTILE.replace("*", "").replace("`", "") in message.text
            assert not message.find_elements(By.CSS_SELECTOR, "img, a, script")
            assert driver.execute_script("return document.documentElement.scrollWidth") == 360

            english, chinese = driver.execute_script(WORDS)
            assert english == chinese

            composer = await asyncio.to_thread(find, driver, "[data-testid=composer]")
            composer.send_keys("/mute", Keys.ENTER)
            await asyncio.to_thread(find, driver, ".sent")
            await sandbox.advance(ANSWER_SECONDS + 1)
            failure = await asyncio.to_thread(find, driver, "[data-testid=failure]")
            assert "/mute" in failure.text
            assert "This interaction failed" in failure.text
            assert (await asyncio.to_thread(find, driver, "[data-testid=violations]")).text == "1"
