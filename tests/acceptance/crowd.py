"""People who use the bot all at once, each from a seed of their own; and one who means harm.

Whatever a person asks for carries a tag of theirs, such as `p07x3`: in the prompt, in the name, in the names of the
pictures. A tag that turns up under somebody else's name has gone to the wrong person.
"""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

import aiohttp

from bot.texts.catalogue import texts_for
from tests.acceptance.stage import Stage, buttons_of, components, pictures, text_of
from tests.bot import hostile
from tests.sandboxed import File, Json, Refused

TAG = re.compile(r"\bp(\d\d)x\d+\b")
SUBJECTS = ("cactus", "cupcake", "octopus", "owl", "robot", "rocket")
PATIENT_SECONDS = 15.0
"""After which a person does something else. The bot may have been killed before it could answer."""
PUBLIC = ("general", "gallery", "after-dark")


class Person:
    """Asks for one thing after another in one channel, and keeps count of what they were promised."""

    def __init__(self, played: Stage, number: int, name: str, channel: str, seed: int) -> None:
        self.number, self.name, self.channel = number, name, channel
        self.asked = 0
        self.answers: Counter[str] = Counter()
        """How the bot answered: a state, or what it said."""
        self.promised: set[str] = set()
        """Tags of what the bot accepted by its answer. It may have accepted more, and died before it said so."""
        self._played, self._sandbox = played, played.sandbox
        self._random = random.Random(f"{seed} {number}")
        self._words = texts_for(self._locale())

    def _locale(self) -> str:
        return {"Lin": "zh-CN", "Max": "en-GB"}.get(self.name, "en-US")

    async def live(self, over: asyncio.Event, pause_seconds: float) -> None:
        """Until it is over, with so long a pause on average. What cannot be done just now is let be."""
        acts = self.acts()
        while not over.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), self._random.uniform(0, 2 * pause_seconds))
                return
            act = self._random.choices([act for act, _ in acts], [weight for _, weight in acts])[0]
            # The button, form or choice is gone, or the bot is; a person would shrug.
            with suppress(Refused, LookupError, KeyError, StopIteration, aiohttp.ClientError):
                await act()

    def acts(self) -> list[tuple[Callable[[], Awaitable[None]], int]]:
        """What a person does, and how often beside the rest."""
        return [
            (self._draw, 8),
            (self._draw_by_form, 3),
            (self._create, 3),
            (self._train, 3),
            (self._train_by_form, 2),
            (self._look_around, 4),
            (self._look_at_own_picture, 2),
        ]

    async def _draw(self) -> None:
        tag = self._tag()
        options = {"prompt": f"a {self._subject()} {tag}", "steps": self._random.randint(1, 4)}
        options |= {"width": 64, "height": self._random.choice([64, 72]), "count": self._random.randint(1, 2)}
        await self._promised(tag, await self._run("imagine", options))

    async def _draw_by_form(self) -> None:
        shown = await self._message(await self._run("help"))
        opened = await self._press(shown, self._words("button-draw"))
        tag = self._tag()
        await self._submit(tag, opened, {"prompt": f"a {self._subject()} {tag}"})

    async def _create(self) -> None:
        tag = self._tag()
        options = {"name": tag, "from": self._subject(), "vectors": self._random.randint(1, 3)}
        await self._promised(tag, await self._run("embed create", options))

    async def _train(self) -> None:
        tag = self._tag()
        options = {"name": tag, "from": "emoji", "steps": self._random.randint(5, 20), "batch_size": 1}
        answer = await self._run("embed train", options, self._pictures(tag))
        await self._promised(tag, await self._consented(answer))

    async def _train_by_form(self) -> None:
        opened = await self._run("embed train")
        tag = self._tag()
        await asyncio.sleep(self._random.uniform(0, 2))  # others open theirs meanwhile
        values = {"name": tag, "kind": ["subject"], "from": "emoji", "thoroughness": ["quick"]}
        files = [("pictures", file) for file in self._pictures(tag).values()]
        await self._submit(tag, opened, values, files)

    async def _look_around(self) -> None:
        command = self._random.choice(["help", "queue", "embed list", "style list"])
        await self._run(command)
        await self._sandbox.autocomplete("embed show", {"name": "p"}, "name", person=self.name, channel=self.channel)

    async def _look_at_own_picture(self) -> None:
        own = [
            message for message in await self._sandbox.messages(self.channel, person=self.name) if self._owns(message)
        ]
        drawn = self._random.choice([message for message in own if message["attachments"]] or [{}])
        await self._press(drawn, self._words("button-settings"))

    # How it is done --------------------------------------------------------------------------------------------------

    def _tag(self) -> str:
        self.asked += 1
        return f"p{self.number:02}x{self.asked}"

    def _subject(self) -> str:
        return self._random.choice(SUBJECTS)

    def _pictures(self, tag: str) -> dict[str, File]:
        few = pictures(self._subject(), self._random.randint(1, 3))
        return {option: (f"{tag}-{name}", data) for option, (name, data) in few.items()}

    def _owns(self, message: Json) -> bool:
        return any(int(number) == self.number for number in TAG.findall(text_of(message)))

    async def _run(self, command: str, options: Json | None = None, files: dict[str, File] | None = None) -> Json:
        place = {"person": self.name, "channel": self.channel}
        return await self._sandbox.run(command, options or {}, files, wait=PATIENT_SECONDS, **place)

    async def _message(self, answer: Json) -> Json:
        return await self._sandbox.message(answer["message_id"] or "", self.channel, person=self.name)

    async def _press(self, message: Json, label: str) -> Json:
        pressed = await self._sandbox.click(message["id"], buttons_of(message)[label], person=self.name)
        return await self._sandbox.interaction(pressed, PATIENT_SECONDS)

    async def _submit(self, tag: str, opened: Json, values: Json, files: list[tuple[str, File]] | None = None) -> None:
        """Fills in what the form has of these."""
        if opened["modal"] is None:
            return
        known = {part["custom_id"] for part in components(opened["modal"]) if "custom_id" in part}
        given = {field: value for field, value in values.items() if field in known}
        sent = await self._sandbox.submit(opened["id"], given, files or [], person=self.name)
        answer = await self._sandbox.interaction(sent, PATIENT_SECONDS)
        await self._promised(tag, await self._consented(answer))

    async def _consented(self, answer: Json) -> Json:
        """The answer itself, or the one that follows the consent that it asks for."""
        with suppress(LookupError, KeyError):
            return await self._press(await self._message(answer), self._words("consent-button"))
        return answer

    async def _promised(self, tag: str, answer: Json) -> None:
        """Accepted is what was answered by a card, in whose place the "thinking" is gone, or by a word about it."""
        if answer["state"] != "answered":
            self.answers[answer["state"]] += 1
            return
        try:
            said = text_of(await self._message(answer))
        except LookupError:
            said = ""
        self.answers[TAG.sub("…", said) or "card"] += 1
        if said in ("", self._words("card-follows")):
            self.promised.add(tag)


class Hostile(Person):
    """Asks for the largest, floods, sends files made to harm, presses what is not theirs."""

    def __init__(self, played: Stage, number: int, name: str, channel: str, seed: int) -> None:
        super().__init__(played, number, name, channel, seed)
        self._long: list[str] = []

    def acts(self) -> list[tuple[Callable[[], Awaitable[None]], int]]:
        return [
            (self._ask_for_the_largest, 2),
            (self._flood, 2),
            (self._send_harm, 4),
            (self._press_others, 4),
            (self._use_long_words, 4),
        ]

    async def _ask_for_the_largest(self) -> None:
        size = {"width": 2048, "height": 2048, "steps": self._random.choice([1, 150]), "count": 9}
        await self._run("imagine", {"prompt": f"{self._tag()} {'x' * 1900}", **size})

    async def _flood(self) -> None:
        asked = [
            self._run("imagine", {"prompt": self._tag(), "steps": 1, "width": 64, "height": 64}) for _ in range(15)
        ]
        await asyncio.gather(*asked, return_exceptions=True)

    async def _send_harm(self) -> None:
        bombs = [hostile.pixel_bomb_png(), hostile.pixel_bomb_gif(), hostile.pixel_bomb_webp(), hostile.HTML, b""]
        data, name = self._random.choice(bombs), self._tag()
        file = (f"{name}.png", data)
        await self._run("embed train", {"name": name}, {"picture1": file})
        await self._run("embed import", {}, {"file1": file})
        await self._run("picture info", {}, {"picture": file})

    async def _use_long_words(self) -> None:
        """One more word with a name of the greatest length, and a prompt of all of them."""
        self._long.append(f"{self._tag()}-{'_x' * 26}")
        await self._run("embed create", {"name": self._long[-1], "from": "owl"})
        prompt = " ".join(f"({name}:1.1)" for name in self._long)[-2000:]
        await self._run("imagine", {"prompt": prompt, "steps": 1, "width": 64, "height": 64})

    async def _press_others(self) -> None:
        """Buttons that end, take or change what is another's."""
        labels = [self._words(label) for label in ("button-stop", "button-cancel", "button-pause", "button-delete")]
        for message in (await self._sandbox.messages(self.channel, person=self.name))[-20:]:
            for label in set(buttons_of(message)) & set(labels):
                if not self._owns(message):
                    await self._press(message, label)


def crowd(played: Stage, seed: int) -> list[Person]:
    """Everybody in the sandbox, each at home in one channel; the last one is hostile."""
    names = list(played.sandbox.people)
    people: list[Person] = []
    for number, name in enumerate(names):
        kind = Hostile if number == len(names) - 1 else Person
        people.append(kind(played, number, name, PUBLIC[number % len(PUBLIC)], seed))
    return people
