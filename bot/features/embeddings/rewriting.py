"""A word's file written anew by the child process: for another program, or under another name."""

from pathlib import Path
from typing import Any

from bot.chat.service import Service
from bot.errors import NotAnEmbedding
from bot.library.embeddings import Word
from bot.texts.names import check_name
from trainer.protocol import SeenFile


async def export(
    service: Service, word: Word, kind: str, desk: Path, picture: Path | None, person_id: int
) -> list[Path]:
    """The word's files in another format, called by the word. Raises NoFileYet, NotAnEmbedding."""
    shown = (f"--picture={picture}",) if picture is not None and kind == "png" else ()
    seen = await _rewritten(service, word, desk, person_id, f"--write={kind}", f"--name={word.name}", *shown)
    return [Path(path) for path in seen.written]


async def copy_word(service: Service, word: Word, new: Word, person_id: int) -> Word:
    """The same vectors as another word. Raises BadName, HaveOne, NoFileYet, NotAnEmbedding, NoSpace."""
    new = new._replace(name=check_name(new.name))
    await service.library.check_free(new.name, person_id)
    async with service.looking.desk() as desk:
        seen = await _rewritten(service, word, desk, person_id, "--write=own", f"--name={new.name}")
        if new.vectors is None:  # the operator's: what is known of it stands in the file alone
            new = new._replace(vectors=seen.vectors, step=seen.step or 0, model=seen.model, model_hash=seen.model_hash)
        return await service.library.add(new, Path(seen.written[0]))


async def rename_word(service: Service, word: Word, new_name: str, person_id: int) -> Word:
    """Raises BadName, HaveOne, SharedAlready, NoFileYet, NotAnEmbedding, NothingCalled, StillLearning, NoSpace."""
    await service.library.check_settled(word)
    new_name = check_name(new_name)
    await service.library.check_free(new_name, person_id)
    async with service.looking.desk() as desk:
        options = ("--write=own", f"--name={new_name}")
        seen = await _rewritten(service, word, desk, person_id, *options)
        return await service.library.rename(word, new_name, Path(seen.written[0]))


async def replace_word(service: Service, word: Word, file: Path, person_id: int) -> None:
    """The word is from now on what a file of one of its runs holds. Raises StillLearning, NotAnEmbedding, NoSpace."""
    async with service.looking.desk() as desk:
        seen = await _written(service, file, desk, person_id, "--write=own", f"--name={word.name}")
        facts: dict[str, Any] = {"step": seen.step or 0, "model": seen.model, "model_hash": seen.model_hash}
        await service.library.replace(word._replace(vectors=seen.vectors, **facts), Path(seen.written[0]))


async def _rewritten(service: Service, word: Word, desk: Path, person_id: int, *options: str) -> SeenFile:
    return await _written(service, await service.library.file_of(word), desk, person_id, *options)


async def _written(service: Service, file: Path, desk: Path, person_id: int, *options: str) -> SeenFile:
    looked = await service.looking.look([file], f"--to={desk}", *options, person_id=person_id)
    for refusal in looked.refused:
        raise refusal
    if len(looked.seen) != 1:
        raise NotAnEmbedding(file=file.name, reason="several_words")
    return looked.seen[0]
