"""The first contact: what `/help` offers; the forms that teach and draw; consent, and what follows a refusal."""

from typing import Literal

from msgspec.structs import replace

from bot.chat.answers import Interaction, number_in, replace_answer, soon, texts_of, think
from bot.chat.drafts import DrawingDraft, RunDraft, TrainingDraft
from bot.chat.forms import WORD, Filled, open_drawing_form, open_training_form, show_drawing_form, show_training_form
from bot.chat.offers import offer_again, take_buttons_away
from bot.chat.service import Service
from bot.chat.wish_lines import read
from bot.chat.wishes import DrawingWish, TrainingWish
from bot.errors import BadSetting, DraftGone, Refusal
from bot.features.embeddings.words import show_words
from bot.features.imagine.drawing import begin_drawing, picture_of, wish_over
from bot.features.train.presses import open_again
from bot.features.train.training import begin_training, take_draft
from bot.files.attachments import sent


async def _teach(interaction: Interaction, service: Service, _about: str) -> None:
    await open_training_form(interaction, service)


async def _taught(interaction: Interaction, service: Service, draft_id: str, filled: Filled) -> None:
    """What the form did not ask for is as the draft says, which it may be about."""
    await think(interaction)
    draft = TrainingDraft(TrainingWish())
    if draft_id:
        known = await service.drafts.find(number_in(draft_id), interaction.user.id)
        if not isinstance(known, TrainingDraft):
            raise DraftGone
        draft = known
    draft = _filled_training(draft, filled)
    if "settings" in filled.texts:
        try:
            wish = read(filled.texts["settings"], draft.wish, texts_of(interaction))
        except BadSetting as refusal:
            draft = replace(draft, lines=filled.texts["settings"])
            await offer_again(interaction, service, draft, [refusal])
            return
        draft = replace(draft, wish=wish, lines="")
    await begin_training(interaction, service, draft)


def _filled_training(draft: TrainingDraft, filled: Filled) -> TrainingDraft:
    kind, _, where = filled.chosen.get("kind", (draft.wish.kind,))[0].partition("-")
    wish = replace(
        draft.wish,
        name=filled.texts.get("name", draft.wish.name),
        kind=kind,
        where="me" if where == "me" else "here",
        start=filled.texts.get("from", draft.wish.start),
        thoroughness=filled.chosen.get("thoroughness", (draft.wish.thoroughness,))[0],
    )
    added = tuple(sent(file) for file in filled.files.get("pictures", ()))
    return replace(draft, wish=wish, waiting=(*draft.waiting, *added))


async def _draw(interaction: Interaction, service: Service, _about: str) -> None:
    await open_drawing_form(interaction)


async def _drawn(interaction: Interaction, service: Service, about: str, filled: Filled) -> None:
    """Of a picture that is drawn over it is asked again whether it may be shown here."""
    await think(interaction)
    wish = DrawingWish(words=(about.removeprefix(WORD),)) if about.startswith(WORD) else DrawingWish()
    try:
        if about and not wish.words:
            wish = wish_over(*await picture_of(interaction, service, about))
    except Refusal as refusal:
        await offer_again(interaction, service, _filled_drawing(DrawingDraft(DrawingWish()), filled), [refusal])
        return
    await begin_drawing(interaction, service, _filled_drawing(DrawingDraft(wish), filled))


async def _redrawn(interaction: Interaction, service: Service, draft_id: str, filled: Filled) -> None:
    await think(interaction)
    draft = await service.drafts.find(number_in(draft_id), interaction.user.id)
    if not isinstance(draft, DrawingDraft):
        raise DraftGone
    await begin_drawing(interaction, service, _filled_drawing(draft, filled))


def _filled_drawing(draft: DrawingDraft, filled: Filled) -> DrawingDraft:
    """Fields are called as those of the wish are; another release's form may have had more of them."""
    known = {name: text for name, text in filled.texts.items() if name in DrawingWish.__struct_fields__}
    draft = replace(draft, wish=replace(draft.wish, **known))
    for file in filled.files.get("picture", ()):
        draft = replace(draft, wish=replace(draft.wish, over=""), waiting=sent(file))
    return draft


async def _edit(interaction: Interaction, service: Service, draft_id: str) -> None:
    """The form with all that was given; the draft stays, so that it can be opened again."""
    match await soon(service.drafts.find(number_in(draft_id), interaction.user.id)):
        case TrainingDraft() as draft:
            await show_training_form(interaction, service, draft, draft_id)
        case DrawingDraft() as draft:
            await show_drawing_form(interaction, draft, draft_id)
        case RunDraft() as draft:
            await open_again(interaction, service, draft)
        case _:
            raise DraftGone


async def _go_on(interaction: Interaction, service: Service, draft_id: str) -> None:
    """With the pictures that could be read."""
    await think(interaction)
    await begin_training(interaction, service, await take_draft(interaction, service, draft_id))


async def _consent(interaction: Interaction, service: Service, draft_id: str) -> None:
    """The pictures are fetched only now."""
    await think(interaction)
    draft = await take_draft(interaction, service, draft_id)
    await service.submissions.consent(interaction.user.id)
    await take_buttons_away(interaction, service, draft.asked_by)
    await begin_training(interaction, service, replace(draft, asked_by=""))


async def _decline(interaction: Interaction, service: Service, draft_id: str) -> None:
    """Nothing was fetched yet, so what was kept is the draft alone."""
    await think(interaction)
    draft = await take_draft(interaction, service, draft_id)
    await service.drafts.drop(interaction.id)
    await take_buttons_away(interaction, service, draft.asked_by)
    await replace_answer(interaction, texts_of(interaction)("consent-declined"))


async def _where_me(interaction: Interaction, service: Service, draft_id: str) -> None:
    await _go_where(interaction, service, draft_id, "me")


async def _where_here(interaction: Interaction, service: Service, draft_id: str) -> None:
    await _go_where(interaction, service, draft_id, "here")


async def _go_where(interaction: Interaction, service: Service, draft_id: str, where: Literal["here", "me"]) -> None:
    """The answer for a word that was its person's alone until now."""
    await think(interaction)
    draft = await take_draft(interaction, service, draft_id)
    await take_buttons_away(interaction, service, draft.asked_by)
    shown_for = draft.wish.continues or draft.wish.name
    draft = replace(draft, wish=replace(draft.wish, where=where), shown_for=shown_for, asked_by="")
    await begin_training(interaction, service, draft)


async def _words(interaction: Interaction, service: Service, about: str) -> None:
    """`about` is the page, perhaps with a search behind a colon."""
    await think(interaction)
    page, _, search = about.partition(":")
    await show_words(interaction, service, page=number_in(page or "0"), search=search)


PRESSES = {
    "teach": _teach,
    "draw": _draw,
    "words": _words,
    "edit": _edit,
    "go_on": _go_on,
    "consent": _consent,
    "decline": _decline,
    "where_me": _where_me,
    "where_here": _where_here,
}

FORMS = {"train": _taught, "draw": _drawn, "redraw": _redrawn}
