"""What a person is shown of a picture that says how it was made."""

from typing import Any

import discord
from discord import ui

from bot.access import Actor
from bot.chat.answers import Interaction, actor_of, show, texts_of
from bot.chat.drafts import RequestDraft
from bot.chat.service import Service
from bot.delivery.outgoing import LONGEST_CARD, button, layout, row
from bot.errors import Refusal, TextlessPicture
from bot.features.imagine.drawing import random_seed
from bot.features.imagine.drawing_settings import written
from bot.features.imagine.redrawing import check_redrawn, differences, redraw
from bot.files.attachments import original_name, sent
from bot.files.uploads import LARGEST_UPLOAD, Upload, check_size
from bot.library.embeddings import Word
from bot.library.hypernetworks import Hypernetworks
from bot.texts.catalogue import Texts
from bot.texts.names import escape, in_block
from bot.texts.spelling import key
from trainer.protocol import HYPERNETWORK, DrawRequest, PictureSettings, Ready, SeenPicture, read_extra_networks

_DIGITS = 10
"""That texts have of a SHA-256."""
CARD_LIMIT = LONGEST_CARD
"""Characters of all texts of a card; Discord takes 4,000."""
SHOWN_PROMPT, SHOWN_NEGATIVE_PROMPT, SHOWN_FACT, SHOWN_TEXT = 300, 150, 100, 1500
"""Characters; escaping may double all but the last."""


async def show_picture_info(interaction: Interaction, service: Service, picture: discord.Attachment) -> None:
    """What the picture says, what of it comes out differently here, and a button that draws it. Raises Refusal."""
    texts = texts_of(interaction)
    seen = await _read(service, picture, interaction.user.id)
    name, said = original_name(picture), seen.settings
    if said is None:
        await show(interaction, text_card(name, seen, texts))
        return
    request = redraw(said, random_seed(), await service.upscalers.known())
    notes = await _notes(service, said, actor_of(interaction), texts)
    fault = _fault(request)
    if fault is None:
        # In a row, not in the message: an upload may be larger than what a bot may send.
        await service.drafts.keep(interaction.id, interaction.user.id, RequestDraft(request))
    await show(interaction, settings_card(name, seen, request, notes, fault or interaction.id, texts))


def text_card(name: str, seen: SeenPicture, texts: Texts) -> ui.LayoutView:
    """Of a picture whose text is no settings."""
    what = texts("info-graph", program=seen.program) if seen.program else texts("info-no-settings")
    return layout(*_blocks([_title(name), what], seen.text or "", [], texts))


def settings_card(
    name: str, seen: SeenPicture, request: DrawRequest, notes: list[str], draft: int | Refusal, texts: Texts
) -> ui.LayoutView:
    """`draft` is the number of the one that the button draws, or why there is none."""
    assert seen.settings is not None
    head = [_title(name), *_about(seen.settings, request, texts)]
    if isinstance(draft, Refusal):
        return layout(*_blocks(head, seen.text or "", [*notes, f"✕ {texts.refusal(draft)}"], texts))
    draw = button(texts("button-draw-this"), f"draw_read:{draft}", discord.ButtonStyle.primary)
    return layout(*_blocks(head, seen.text or "", notes, texts), *row([draw]))


def _title(name: str) -> str:
    return f"### {escape(name, SHOWN_FACT)}"


async def _read(service: Service, picture: discord.Attachment, person_id: int) -> SeenPicture:
    """An upload with a text. Raises Refusal."""
    file = sent(picture)
    check_size(file.name, file.size, LARGEST_UPLOAD)
    async with service.readings.turn(person_id), service.attachments.budget.share(file.size):
        upload = Upload(file.name, await service.attachments.data(file))
        seen = await service.looking.look_at_picture(upload, person_id=person_id)
    if seen.text is None:
        raise TextlessPicture(file=upload.file_name)
    return seen


def _blocks(head: list[str], text: str, notes: list[str], texts: Texts) -> list[ui.Item[Any]]:
    above, below = "\n".join(head), "\n".join(f"-# {note}" for note in notes)
    pasted = _as_pasted(text, CARD_LIMIT - len(above) - len(below), texts)
    return [ui.TextDisplay(each) for each in (above, pasted, below) if each]


def _as_pasted(text: str, room: int, texts: Texts) -> str:
    """The lines as they are, as many characters as there is room for."""
    shown = min(SHOWN_TEXT, room - 100)  # the rest is for the sentence about what is cut
    block = in_block(text, shown)
    return block if len(text) <= shown else f"{block}\n-# {texts('info-cut', characters=len(text) - shown)}"


def _about(said: PictureSettings, request: DrawRequest, texts: Texts) -> list[str]:
    """Prompts and settings, and in one line what `/imagine` would take as `settings`."""
    lines = [f"**{texts('form-prompt')}** {escape(said.prompt, SHOWN_PROMPT)}"]
    if said.negative_prompt:
        lines.append(f"**{texts('form-negative-prompt')}** {escape(said.negative_prompt, SHOWN_NEGATIVE_PROMPT)}")
    parts = [
        texts("info-steps", steps=said.steps),
        escape(said.sampler, 50),
        *([] if said.schedule == "Automatic" else [escape(said.schedule, 50)]),
        texts("info-cfg-scale", scale=f"{said.guidance_scale:g}"),
        texts("info-seed", seed=str(said.seed)) if said.seed >= 0 else texts("info-seed-any"),
        f"{said.width} × {said.height}" if said.width and said.height else texts("info-size-own"),
    ]
    lines.append(" · ".join(parts))
    if more := written(request):
        lines.append(texts("info-settings", settings=more))
    return lines


async def _notes(service: Service, said: PictureSettings, actor: Actor, texts: Texts) -> list[str]:
    """What comes out differently: by the text and the upscalers here, by the model here, by the words here."""
    notes = [
        texts(each.text_id, **{name: escape(fact, SHOWN_FACT) for name, fact in each.facts.items()})
        for each in differences(said, await service.upscalers.known())
    ]
    ready = service.dispatch.ready
    if ready is not None and _is_another(said, ready):
        theirs, ours = f"{said.model} [{said.model_hash or '?'}]", f"{ready.model} [{ready.model_hash}]"
        notes.append(texts("info-model", theirs=escape(theirs.strip(), SHOWN_FACT), ours=escape(ours, SHOWN_FACT)))
    missing, changed = await _words_apart(service, said, actor)
    if missing:
        notes.append(texts("info-words-missing", words=escape(", ".join(missing), SHOWN_FACT)))
    if changed:
        notes.append(texts("info-words-changed", words=escape(", ".join(changed), SHOWN_FACT)))
    return [*notes, *await _hypernetworks_apart(service.hypernetworks, said, texts)]


async def _hypernetworks_apart(here: Hypernetworks, said: PictureSettings, texts: Texts) -> list[str]:
    """Those that its prompt names and that are not here; those whose files are others."""
    tags = read_extra_networks(said.prompt)[1]
    used = {key(tag.name): tag.name for tag in tags if tag.kind == HYPERNETWORK}
    digits = {key(name): digits.lower() for name, digits in said.hypernetwork_hashes}
    ours = {folded: await here.sha256_of(name) for folded, name in used.items()}
    missing = [used[folded] for folded, sha256 in ours.items() if sha256 is None]
    changed = [used[folded] for folded, sha256 in ours.items() if sha256 and not _may_be(sha256, digits.get(folded))]
    said_of = ("info-hypernetworks-missing", missing), ("info-hypernetworks-changed", changed)
    return [texts(text_id, names=escape(", ".join(names), SHOWN_FACT)) for text_id, names in said_of if names]


def _may_be(sha256: str, digits: str | None) -> bool:
    """Whether a file's hash begins so. The web UI of 2022 wrote eight digits of another hash, which tell nothing."""
    return digits is None or len(digits) < _DIGITS or sha256.startswith(digits)


def _is_another(said: PictureSettings, ready: Ready) -> bool:
    if said.model_hash:
        return said.model_hash.lower() != ready.model_hash
    return bool(said.model) and said.model != ready.model


async def _words_apart(service: Service, said: PictureSettings, actor: Actor) -> tuple[list[str], list[str]]:
    """Words that it used and the person may not use here; those whose files are others. Others' look missing, too."""
    known: dict[str, Word] = {}
    for word in await service.library.seen_by(actor):
        known.setdefault(key(word.name), word)
    used = {key(name): (name, digits.lower()) for name, digits in said.ti_hashes}
    changed = []
    for folded in sorted(used.keys() & known.keys()):
        name, digits = used[folded]
        if not (await service.library.sha256_of(known[folded])).startswith(digits):
            changed.append(name)
    return [name for folded, (name, _) in used.items() if folded not in known], changed


def _fault(request: DrawRequest) -> Refusal | None:
    try:
        check_redrawn(request)
    except Refusal as refusal:
        return refusal
    return None
