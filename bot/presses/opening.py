"""The first contact: what `/help` offers, the forms for it, and the question of consent."""

from msgspec.structs import replace

from bot.answers import Interaction, check_may_post, place, texts_of, think
from bot.drafts import TrainingDraft
from bot.drawing import picture_of, random_seed, tell_plain_words
from bot.errors import Forgotten
from bot.faults import check
from bot.forms import WORD, Filled, open_drawing_form, open_training_form
from bot.service import Service
from bot.training import begin_training, train_after_consent
from bot.wish_lines import read
from bot.wishes import TrainingWish
from bot.words import show_words
from trainer.protocol import DrawRequest


async def _teach(interaction: Interaction, service: Service, _about: str) -> None:
    check_may_post(interaction)
    await open_training_form(interaction, service)


async def _taught(interaction: Interaction, service: Service, draft: str, filled: Filled) -> None:
    """What the form did not ask for is as the draft says, which it may be about."""
    check_may_post(interaction)
    await think(interaction)
    known = await service.drafts.find(int(draft), interaction.user.id) if draft else TrainingDraft(TrainingWish())
    if not isinstance(known, TrainingDraft):
        raise Forgotten
    wish = replace(
        known.wish,
        name=filled.texts.get("name", known.wish.name),
        kind=filled.chosen["kind"][0],
        start=filled.texts.get("from", known.wish.start),
        thoroughness=filled.chosen.get("thoroughness", (known.wish.thoroughness,))[0],
    )
    if "settings" in filled.texts:
        wish = read(filled.texts["settings"], wish, texts_of(interaction))
    await begin_training(interaction, service, wish, filled.files.get("pictures", ()))


async def _draw(interaction: Interaction, service: Service, _about: str) -> None:
    check_may_post(interaction)
    await open_drawing_form(interaction)


async def _drawn(interaction: Interaction, service: Service, about: str, filled: Filled) -> None:
    """Of a picture that is drawn over it is asked again whether it may be shown here."""
    check_may_post(interaction)
    await think(interaction)
    image, words = None, [about.removeprefix(WORD)] if about.startswith(WORD) else []
    if about and not words:
        job, index = await picture_of(interaction, service, about)
        image, words = job.report.pictures[index].path, [word.name for word in job.report.words]
    request = DrawRequest(
        prompt=filled.texts["prompt"],
        negative_prompt=filled.texts["negative_prompt"],
        seed=random_seed(),
        image=image,
    )
    check(request)
    await place(interaction, service, request)
    await tell_plain_words(interaction, service, request, words)


async def _words(interaction: Interaction, service: Service, about: str) -> None:
    """`about` is the page, perhaps with a search behind a colon."""
    await think(interaction)
    page, _, search = about.partition(":")
    await show_words(interaction, service, page=int(page or 0), search=search)


async def _consent(interaction: Interaction, service: Service, draft: str) -> None:
    await think(interaction)
    if not await train_after_consent(interaction, service, int(draft)):
        raise Forgotten


PRESSES = {"teach": _teach, "draw": _draw, "words": _words, "consent": _consent}

FORMS = {"train": _taught, "draw": _drawn}
