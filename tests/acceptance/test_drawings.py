"""Pictures in chat: prompts as the web UI reads them, settings, and what can be done with a picture."""

import io
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image, ImageChops, ImageStat
from PIL.PngImagePlugin import PngInfo

from tests.acceptance.stage import Stage, buttons_of, pictures, stage, text_of, values_of
from tests.bot.hostile import HTML, encoded, scene
from tests.sandboxed import File, Json
from tests.trainer.upscaling.files import SCUNET, rrdbnet, write

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(tmp_path_factory.mktemp("stage")) as playing:
        yield playing


async def image(played: Stage, message: Json, index: int = 0) -> Image.Image:
    return Image.open(io.BytesIO(await played.sandbox.fetch(message["attachments"][index]["url"])))


async def draw(played: Stage, prompt: str, files: dict[str, File] | None = None, **options: object) -> Json:
    """The card with the pictures; unlike the stage's, of any prompt."""
    known = {each["id"] for each in await played.sandbox.messages()}
    await played.sandbox.run("imagine", {"prompt": prompt, **options}, files)
    return await played.sandbox.until_message(
        "general", lambda each: each["id"] not in known and bool(each["attachments"])
    )


async def pressed(played: Stage, message: Json, label: str, person: str = "Ada") -> Json:
    """The card with the pictures that a press on a button of another leads to."""
    known = {each["id"] for each in await played.sandbox.messages()}
    await played.press(message, label, person=person)
    return await played.sandbox.until_message(
        "general", lambda each: each["id"] not in known and bool(each["attachments"])
    )


async def test_brackets_are_read_and_told(played: Stage) -> None:
    drawn = await draw(played, "a (red:1.3) heart <lora:x:1>", steps=4, seed=1)
    assert "read as: a red ×1.3 heart" in text_of(drawn)
    assert r"Not used here: \<lora:x:1>" in text_of(drawn)
    changing = await draw(played, "a [heart:star:2]", steps=4, seed=1)
    assert "read as: 1–3: a heart; 4: a star" in text_of(changing)


async def test_samplers_schedules_and_settings(played: Stage) -> None:
    options = {"sampler": "DPM++ 2M SDE", "schedule": "Exponential", "settings": "rng NV, clip-skip 2"}
    drawn = await draw(played, "a red heart", steps=5, seed=4, **options)
    line = (await image(played, drawn)).info["parameters"].splitlines()[-1]
    for part in ("Sampler: DPM++ 2M SDE", "Clip skip: 2", "RNG: NV", "Seed: 4"):
        assert part in line
    refused = await played.sandbox.run("imagine", {"prompt": "a", "settings": "rng XX"})
    assert "`rng XX` cannot be read" in text_of(await played.sandbox.message(refused["message_id"]))
    suggested = await played.sandbox.autocomplete("imagine", {"prompt": "a", "settings": "var"}, "settings")
    assert [choice["value"] for choice in suggested] == ["variation 0.2", "variation-seed 7"]


async def test_one_of_several_is_picked_and_drawn_larger(played: Stage) -> None:
    drawn = await draw(played, "a blue star", steps=4, seed=10, count=2)
    assert {"1", "2", "Again", "Edit", "Settings", "Delete"} == set(buttons_of(drawn))
    picked = await played.press(drawn, "2")
    own = await played.sandbox.message(picked["message_id"])
    assert "Seed: 11" in (await image(played, own)).info["parameters"]
    larger = await pressed(played, own, "Larger")
    assert (await image(played, larger)).size == (256, 256)
    assert "Denoising strength: 0.15" in text_of(larger)
    assert "Hires upscale: 2, Hires steps: 2, Hires upscaler: Lanczos" in text_of(larger)
    assert await distance(played, larger, own) < 12


async def distance(played: Stage, one: Json, other: Json) -> float:
    """Of two pictures at the second one's size, 0 to 255."""
    first, second = await image(played, one), await image(played, other)
    return sum(ImageStat.Stat(ImageChops.difference(first.resize(second.size), second)).mean) / 3


async def test_a_picture_is_enlarged_and_drawn_over(played: Stage) -> None:
    settings = "hires 1.5, hires-steps 2, hires-upscaler Latent (bicubic), seed-resize 64x64"
    drawn = await draw(played, "a blue star", steps=3, seed=10, settings=settings)
    assert (await image(played, drawn)).size == (192, 192)
    assert "Hires upscale: 1.5, Hires steps: 2, Hires upscaler: Latent (bicubic)" in text_of(drawn)
    assert "Seed resize from: 64x64, Denoising strength: 0.7" in text_of(drawn)
    larger = await pressed(played, drawn, "Larger")
    assert (await image(played, larger)).size == (384, 384)
    assert "Hires upscale: 2, Hires steps: 2, Hires upscaler: Lanczos" in text_of(larger)
    refused = await played.sandbox.run("imagine", {"prompt": "a", "settings": "hires-upscaler ESRGAN_4x"})
    said = text_of(await played.sandbox.message(refused["message_id"]))
    assert "`ESRGAN_4x` cannot enlarge pictures here. Choose one of: `Latent, " in said


async def test_networks_of_the_operators_enlarge(played: Stage) -> None:
    folder = played.data / "upscalers"
    upscaler = write(folder, "RealESRGAN_x2plus.pth", {"params_ema": rrdbnet(channels=12)})
    suggested = await played.sandbox.autocomplete("imagine", {"settings": "hires-upscaler R"}, "settings")
    assert [choice["value"] for choice in suggested] == ["hires-upscaler R-ESRGAN 2x+"]
    settings = "hires 1.5, hires-steps 2, hires-upscaler realesrgan_x2plus"
    drawn = await draw(played, "a blue star", steps=3, seed=10, settings=settings)
    assert (await image(played, drawn)).size == (192, 192)
    assert "Hires steps: 2, Hires upscaler: R-ESRGAN 2x+" in text_of(drawn)
    small = await draw(played, "a blue star", steps=3, seed=10)
    larger = await pressed(played, small, "Larger")
    assert "Denoising strength: 0.15, " in text_of(larger)
    assert "Hires upscale: 2, Hires steps: 2, Hires upscaler: R-ESRGAN 2x+" in text_of(larger)
    assert (await image(played, larger)).size == (256, 256)
    upscaler.unlink()
    other = write(folder, "SwinIR_4x.pth", SCUNET)
    await played.sandbox.run("imagine", {"prompt": "a star", "settings": "hires-upscaler SwinIR_4x"})
    failed = "The upscaler `SwinIR_4x` cannot be used: it is a SCUNet network"
    await played.sandbox.until_message("general", lambda each: failed in text_of(each))
    other.unlink()
    refused = await played.sandbox.run("imagine", {"prompt": "a", "settings": "hires-upscaler SwinIR_4x"})
    said = text_of(await played.sandbox.message(refused["message_id"]))
    assert "`SwinIR_4x` cannot enlarge pictures here. Choose one of: `Latent, " in said


async def test_variations_are_near_their_picture(played: Stage) -> None:
    drawn = await draw(played, "a green tree", steps=4, seed=3)
    varied = await pressed(played, drawn, "Variations")
    assert len(varied["attachments"]) == 4
    assert "Variation seed strength: 0.3" in text_of(varied)


async def test_a_picture_is_drawn_over(played: Stage) -> None:
    (file,) = pictures("owl", 1).values()
    over = await draw(played, "a robot", {"picture": file}, steps=10, strength=0.3)
    assert "Denoising strength: 0.3" in text_of(over)
    assert (await image(played, over)).size == (128, 128)
    opened = await played.press(over, "Use as start")
    assert opened["modal"]["title"] == "Draw"


async def edited(played: Stage, drawn: Json, prompt: str, **changes: str) -> Json:
    """What comes of the form under a drawing, with these of its fields changed."""
    known = {message["id"] for message in await played.sandbox.messages()}
    opened = await played.press(drawn, "Edit")
    await played.sandbox.interaction(await played.sandbox.submit(opened["id"], {"prompt": prompt, **changes}))
    return await played.sandbox.until_message(
        "general", lambda each: each["id"] not in known and prompt in text_of(each) and bool(each["attachments"])
    )


async def pixels(played: Stage, message: Json) -> bytes:
    return (await image(played, message)).tobytes()


async def test_what_was_drawn_is_edited_with_all_its_settings(played: Stage) -> None:
    options = {"steps": 3, "seed": 5, "sampler": "DDIM", "width": 64, "height": 72, "negative_prompt": "dogs"}
    drawn = await draw(played, "a red heart", **options, settings="clip-skip 2")
    values = values_of(await played.press(drawn, "Edit"))
    assert values["settings"] == "cfg 7, clip-skip 2, sampler DDIM, schedule Automatic, seed 5, steps 3"
    assert (values["prompt"], values["negative_prompt"], values["size"]) == ("a red heart", "dogs", "64x72")
    same = await edited(played, drawn, "a red heart")
    assert await pixels(played, same) == await pixels(played, drawn)
    other = await edited(played, same, "a blue heart", settings="steps 2, seed 6, sampler Euler", size="64x64")
    assert "Steps: 2, Sampler: Euler, Schedule type: Automatic, CFG scale: 7, Seed: 6, Size: 64x64" in text_of(other)
    refused = await played.sandbox.submit((await played.press(other, "Edit"))["id"], {"settings": "steps 2000"})
    answer = await played.sandbox.interaction(refused)
    assert "2,000" in text_of(await played.sandbox.message(answer["message_id"]))


async def test_an_edited_drawing_keeps_what_it_was_drawn_over(played: Stage) -> None:
    (file,) = pictures("owl", 1).values()
    over = await draw(played, "a robot owl", {"picture": file}, steps=4, strength=0.3, seed=3)
    assert await pixels(played, await edited(played, over, "a robot owl")) == await pixels(played, over)
    larger = await pressed(played, over, "Larger")
    assert await pixels(played, await edited(played, larger, "a robot owl")) == await pixels(played, larger)


async def test_of_several_pictures_all_or_one_are_edited(played: Stage) -> None:
    several = await draw(played, "a green star", steps=2, seed=8, count=2)
    again = await edited(played, several, "a green star")
    assert len(again["attachments"]) == 2
    picked = await played.sandbox.message((await played.press(several, "2"))["message_id"])
    second = await edited(played, picked, "a green star")
    assert "Seed: 9" in text_of(second)
    assert len(second["attachments"]) == 1
    varied = await pressed(played, second, "Variations")
    third = await played.sandbox.message((await played.press(varied, "3"))["message_id"])
    alone = await edited(played, third, "a green star")
    apart = ImageChops.difference(await image(played, alone), await image(played, third))
    assert max(most for _, most in apart.getextrema()) <= 2, "it has its own variation seed; its company rounds"


async def style(played: Stage, command: str, person: str = "Max", channel: str = "general", **options: str) -> str:
    """What only the person is told."""
    answer = await played.sandbox.run(f"style {command}", options, person=person, channel=channel)
    return text_of(await played.sandbox.message(answer["message_id"], channel, person=person))


async def test_a_style_of_the_server_is_drawn_with(played: Stage) -> None:
    assert "Everybody on this server can" in await style(
        played, "save", name="Film Noir", prompt="a still of {prompt}, <@1>", negative_prompt="colour"
    )
    await style(played, "save", name="墨", prompt="ink", person="Lin")
    suggested = await played.sandbox.autocomplete("imagine", {"prompt": "a", "style": "墨, fi"}, "style")
    assert [choice["value"] for choice in suggested] == ["墨, Film Noir"]
    drawn = await draw(played, "a red heart", steps=2, seed=4, style="film noir，墨", negative_prompt="dogs")
    assert r"**a still of a red heart, \<@" in text_of(drawn)
    lines = (await image(played, drawn)).info["parameters"].splitlines()
    assert lines[:2] == ["a still of a red heart, <@1>, ink", "Negative prompt: dogs, colour"]
    refused = await played.sandbox.run("imagine", {"prompt": "a", "style": "film noir, gone"})
    assert "No style here is called `gone`" in text_of(await played.sandbox.message(refused["message_id"]))


async def test_styles_are_listed_and_deleted_by_those_who_may(played: Stage) -> None:
    for number in range(6):
        await style(played, "save", name=f"mist {number}", prompt="m" * 2000, negative_prompt="`n` @everyone")
    answer = await played.sandbox.run("style list", person="Ada")
    listed = await played.sandbox.message(answer["message_id"])
    assert "negative prompt: `'n' @everyone`" in text_of(listed)
    later = await played.press(listed, "Later")
    assert "**mist 5** · <@" in text_of(await played.sandbox.message(later["message_id"]))
    assert "取代你的同名样式" not in await style(played, "save", person="Lin", name="雾", prompt="mist")
    assert "取代你的同名样式" in await style(played, "save", person="Lin", name="雾", prompt="fog")
    assert "`mist 1` 是别人的样式" in await style(played, "delete", person="Lin", name="mist 1")
    assert "is taken" in await style(played, "save", person="Ada", name="MIST 1", prompt="x")
    assert "style is empty" in await style(played, "save", name="none", prompt=" ")
    assert "mist 1 is deleted" in await style(played, "delete", name="mist 1")
    offered = await played.sandbox.autocomplete("style delete", {"name": "mist"}, "name", person="Lin")
    assert offered == []
    offered = await played.sandbox.autocomplete("style delete", {"name": "mist"}, "name", person="Ada")
    assert len(offered) == 5
    assert "mist 2 is deleted" in await style(played, "delete", person="Ada", name="mist 2")


async def test_styles_of_the_private_chat_are_the_persons_alone(played: Stage) -> None:
    chats = {person: await played.sandbox.open_direct(person) for person in ("Ada", "Max")}
    assert "In this private chat you can" in await style(
        played, "save", "Ada", chats["Ada"], name="mine", prompt="gold"
    )
    assert "**mine** · yours" in await style(played, "list", "Ada", chats["Ada"])
    assert "no styles here yet" in await style(played, "list", "Max", chats["Max"])
    assert "`mine`" in await style(played, "delete", "Ada", name="mine")
    assert "**mine**" not in await style(played, "list", "Ada")


async def test_a_prompt_that_a_style_made_long_can_be_used_as_start(played: Stage) -> None:
    await style(played, "save", name="long", prompt=f"mist {'x' * 1900}")
    drawn = await draw(played, f"a {'y' * 300}", steps=1, style="long")
    opened = await played.press(drawn, "Use as start")
    assert opened["modal"]["title"] == "Draw"
    doubled = await played.sandbox.run("imagine", {"prompt": "a", "style": "long, long, long"})
    assert "With its styles the prompt has" in text_of(await played.sandbox.message(doubled["message_id"]))


async def test_a_style_does_not_open_somebodys_private_word(played: Stage) -> None:
    await played.create("gold-leaf", "red heart", 1)
    await style(played, "save", "Ada", name="gilded", prompt="gold-leaf")
    assert "words: gold-leaf" in text_of(await played.draw("one heart", steps=1, style="gilded"))
    theirs = text_of(await played.draw("two hearts", person="Max", steps=1, style="gilded"))
    assert "two hearts, gold-leaf" in theirs
    assert "words:" not in theirs


async def info(played: Stage, data: bytes, person: str = "Ada") -> Json:
    """The answer to `/picture info`."""
    answer = await played.sandbox.run("picture info", {}, {"picture": ("cat.png", data)}, person=person)
    return await played.sandbox.message(answer["message_id"], person=person)


def saying(text: str = "", **texts: str) -> bytes:
    """A picture that carries the text where the web UI has it, or texts under keys of their own."""
    chunk = PngInfo()
    for key, value in (texts or {"parameters": text}).items():
        chunk.add_text(key, value)
    return encoded(scene(), pnginfo=chunk)


async def test_a_picture_is_drawn_again_from_its_file_after_a_restart(played: Stage) -> None:
    options = {"schedule": "Karras", "settings": "clip-skip 2, ensd 31337", "negative_prompt": "x"}
    drawn = await draw(played, "a (red:1.2) heart", steps=5, seed=4, **options)
    file = await played.sandbox.fetch(drawn["attachments"][0]["url"])
    card = await info(played, file)
    for part in (
        "**Prompt** a (red:1.2) heart",
        "5 steps · Euler a · Karras · CFG scale 7 · seed 4 · 128 × 128",
        "`clip-skip 2, ensd 31337`",
        "```\na (red:1.2) heart\nNegative prompt: x\nSteps: 5, Sampler: Euler a",
    ):
        assert part in text_of(card)
    assert "-#" not in text_of(card), "nothing comes out differently"
    await played.kill()
    await played.start()
    again = await pressed(played, card, "Draw this")
    assert (await image(played, again)).tobytes() == (await image(played, drawn)).tobytes()
    assert (await image(played, again)).info["parameters"] == (await image(played, drawn)).info["parameters"]


async def test_words_of_others_look_missing_and_the_picture_is_the_pressers(played: Stage) -> None:
    await played.create("hueful", "red", 2)
    drawn = await draw(played, "a hueful heart", steps=4, seed=4)
    assert "hueful (2 vectors)" in text_of(drawn)
    file = await played.sandbox.fetch(drawn["attachments"][0]["url"])
    assert "It used words" not in text_of(await info(played, file))
    card = await info(played, file, person="Max")
    assert "It used words that you do not have here: hueful." in text_of(card)
    theirs = await pressed(played, card, "Draw this", person="Max")
    assert f"<@{played.sandbox.people['Max']}>" in text_of(theirs)
    assert "hueful (2 vectors)" not in text_of(theirs)


async def test_a_picture_without_text_and_what_is_none_are_refused(played: Stage) -> None:
    assert "`cat.png` does not say how it was made." in text_of(await info(played, encoded(scene())))
    assert "`cat.png` is not a picture that can be read (it is HTML)" in text_of(await info(played, HTML))
    assert "`cat.png` is empty" in text_of(await info(played, b""))


async def test_what_comes_out_differently_is_told(played: Stage) -> None:
    await played.create("mossy", "green", 1)
    settings = 'Steps: 4, Seed: 1, Model hash: 0123456789, Model: theirs, TI hashes: "Mossy: 0123456789ab", VAE: a_b'
    said = text_of(await info(played, saying(f"a mossy stone\n{settings}")))
    assert "-# It was made with theirs [0123456789]; this is " in said
    assert "-# It was drawn with other files of Mossy than those here." in said
    assert "-# Its noise came from a graphics card." in said
    assert r"-# Not used here: VAE: a\_b." in said
    told = text_of(await info(played, saying("Made with a camera")))
    assert "It carries this text, but no settings" in told
    assert "```\nMade with a camera\n```" in told


async def test_lines_after_the_settings_are_told_as_not_used(played: Stage) -> None:
    settings = "Steps: 2, Sampler: Euler a, Seed: 1, Size: 64x64"
    said = text_of(await info(played, saying(f"a cat\nNegative prompt: bad\n{settings}\nTemplate: a {{cat|dog}}")))
    assert "**Prompt** a cat\n**Negative prompt** bad\n2 steps · Euler a" in said
    assert r"-# Not used here: Template: a {cat\|dog}." in said


async def test_a_picture_of_another_program_is_drawn_or_its_program_named(played: Stage) -> None:
    settings = '{"steps": 2, "sampler": "k_euler", "seed": 7, "scale": 5, "uc": "bad", "width": 64, "height": 64}'
    card = await info(played, saying(Software="NovelAI", Description="a cat", Comment=settings))
    assert "2 steps · Euler · CFG scale 5 · seed 7 · 64 × 64" in text_of(card)
    assert "Seed: 7" in text_of(await pressed(played, card, "Draw this"))
    graph = '{"3": {"class_type": "KSampler", "inputs": {"seed": 1, "steps": 20, "cfg": 7}}}'
    assert "It was made with ComfyUI, which recorded the settings in a form" in text_of(
        await info(played, saying(prompt=graph))
    )


async def test_the_picture_after_the_largest_seed_of_32_bits_can_be_drawn_again(played: Stage) -> None:
    drawn = await draw(played, "house", steps=1, seed=2**32 - 1, count=2)
    second = await played.sandbox.fetch(drawn["attachments"][1]["url"])
    card = await info(played, second)
    assert "seed 4294967296" in text_of(card)
    again = await pressed(played, card, "Draw this")
    asked = await draw(played, "house", steps=1, seed=2**32)
    for alone in (again, asked):
        apart = ImageChops.difference(await image(played, alone), Image.open(io.BytesIO(second)))
        assert max(most for _, most in apart.getextrema()) <= 1, "company changes the last bit of a sum"


async def test_a_text_without_a_prompt_is_drawn_too(played: Stage) -> None:
    card = await info(played, saying("Steps: 2, Sampler: IPNDM, Size: 64x64"))
    assert "IPNDM is not known here; Euler a is used instead." in text_of(card)
    drawn = await pressed(played, card, "Draw this")
    assert (await image(played, drawn)).size == (64, 64)
    assert "Sampler: Euler a" in text_of(drawn)
    assert "****" not in text_of(drawn)


async def test_a_card_holds_whatever_a_picture_says(played: Stage) -> None:
    """Everything at its longest, in characters that take two when they are shown."""
    stars = "*" * 3000
    settings = f"Sampler: {stars}, Schedule type: {stars}, Size: 9999x9999, Model: {stars}, {'_' * 50}: {stars}"
    hashes = ", ".join(f"{'*' * 90}{number}: 0" for number in range(20))
    settings += f', Denoising strength: 0.5, TI hashes: "{hashes}", Steps: 999999999999999999'
    card = await info(played, saying(f"{stars}\nNegative prompt: {stars}\n{settings}"))
    assert "999,999,999,999,999,999 steps are more than the 150 allowed here." in text_of(card)
    assert re.search(r"The last [\d,]+ characters are not shown", text_of(card))
    assert buttons_of(card) == {}
    assert len(text_of(card)) <= 4000


async def slow_tree(played: Stage, saying: str, files: int) -> Json:
    """The card of the slow drawing when it says this and has so many files."""
    return await played.sandbox.until_message(
        "general",
        lambda each: "a slow tree" in text_of(each) and saying in text_of(each) and len(each["attachments"]) == files,
    )


async def test_a_long_drawing_shows_how_it_comes_along(played: Stage) -> None:
    await played.sandbox.run("imagine", {"prompt": "a slow tree", "steps": 150, "width": 512, "height": 512})
    card = await slow_tree(played, "of 150\n█", files=1)
    assert (await image(played, card)).size == (256, 256)
    await played.kill()
    for coarse in (played.data / "runs").glob("*/progress.png"):
        coarse.unlink()
    await played.start()
    await slow_tree(played, "drawing…", files=0)
    await played.press(card, "Cancel")
    await slow_tree(played, "Cancelled", files=0)
