"""Whose text a picture carries, and what it says of how the picture was made. No torch behind this import."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from trainer.infotext.comfyui import read_comfyui
from trainer.infotext.fooocus import read_fooocus
from trainer.infotext.invokeai import read_invokeai
from trainer.infotext.novelai import read_novelai
from trainer.infotext.webui import has_settings, parse_parameters
from trainer.protocol.settings import PictureSettings

Info = Mapping[str, str]
"""A picture file's texts by their keys; "Width" and "Height" are its own, in pixels."""


class Reading(NamedTuple):
    """What was found. `program` is empty for the web UI's kind of text, which many programs write."""

    program: str
    text: str
    parameters: PictureSettings | None
    """None where the text is no settings, or a graph that is not understood."""


_READERS: Mapping[str, tuple[tuple[str, ...], Callable[[Info], PictureSettings | None]]] = {
    "Fooocus": (("parameters",), read_fooocus),
    "NovelAI": (("Comment",), read_novelai),
    "ComfyUI": (("prompt", "workflow"), read_comfyui),
    "InvokeAI": (("invokeai_metadata", "sd-metadata", "Dream", "dream"), read_invokeai),
}
"""For each program the keys whose texts are shown, and its reader, which raises ValueError for what is not its own."""


def read_info(info: Info) -> Reading | None:
    """What the texts say; None where there is none. A program's own text goes before a mere comment."""
    for program, (keys, read) in _READERS.items():
        texts = [info[key] for key in keys if info.get(key, "").strip()]
        try:
            if texts:
                return Reading(program, texts[0], read(info))
        except ValueError:
            continue
    for key in ("parameters", "UserComment", "comment"):
        if text := info.get(key, ""):
            return Reading("", text, parse_parameters(text) if has_settings(text) else None)
    return None
