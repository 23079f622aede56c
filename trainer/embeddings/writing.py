"""An embedding → files, in the formats of other programs. Each file's stem is the embedding's name."""

from collections.abc import Callable
from typing import Literal, get_args

from PIL import Image

from trainer.embeddings.containers.safetensors_writing import write_diffusers, write_onetrainer, write_sdxl
from trainer.embeddings.containers.torch_writing import dict_of, tensor, torch_file
from trainer.embeddings.embedding import SDXL_WIDTHS, Embedding
from trainer.embeddings.errors import WrongFormat
from trainer.embeddings.layouts.overlay import blank
from trainer.embeddings.layouts.picture import write_picture
from trainer.embeddings.layouts.webui import write_webui
from trainer.embeddings.parts import split_parts

Format = Literal["pt", "bin", "safetensors", "pair", "png", "onetrainer"]
"""The web UI's; diffusers' old and new; diffusers' two files for SDXL; a picture that carries the embedding;
OneTrainer's.
"""
FORMATS: tuple[Format, ...] = get_args(Format)


def write_embedding(embedding: Embedding, kind: Format, picture: Image.Image | None = None) -> dict[str, bytes]:
    """Contents by file name. `picture` is what the PNG shows. Raises WrongFormat.

    `safetensors` carries every embedding; `pair` two text encoders' only, the others one's only.
    """
    if kind == "png":
        return {f"{embedding.name}.png": write_picture(_of_one_encoder(embedding), picture or blank())}
    return _WRITERS[kind](embedding)


def own_file(embedding: Embedding) -> tuple[str, bytes]:
    """Suffix and contents of the file that a folder of embeddings holds: `.pt`, or `.safetensors` for two encoders."""
    if len(embedding.widths) == 1:
        return ".pt", write_webui(embedding)
    return ".safetensors", write_sdxl(embedding)


def _webui(embedding: Embedding) -> dict[str, bytes]:
    return {f"{embedding.name}.pt": write_webui(_of_one_encoder(embedding))}


def _bin(embedding: Embedding) -> dict[str, bytes]:
    _of_one_encoder(embedding)
    contents = dict_of({f"<{embedding.name}>": tensor(embedding.vectors.shape)})
    return {f"{embedding.name}.bin": torch_file(contents, embedding.vectors)}


def _safetensors(embedding: Embedding) -> dict[str, bytes]:
    one = len(embedding.widths) == 1
    data = write_diffusers(embedding, embedding.vectors) if one else write_sdxl(embedding)
    return {f"{embedding.name}.safetensors": data}


def _onetrainer(embedding: Embedding) -> dict[str, bytes]:
    return {f"{embedding.name}.safetensors": write_onetrainer(_of_one_encoder(embedding))}


def _pair(embedding: Embedding) -> dict[str, bytes]:
    if len(embedding.widths) != len(SDXL_WIDTHS):
        raise WrongFormat("format_two_encoders")
    first, second = split_parts(embedding)
    return {
        f"{embedding.name}.safetensors": write_diffusers(embedding, first),
        f"{embedding.name}_2.safetensors": write_diffusers(embedding, second),
    }


def _of_one_encoder(embedding: Embedding) -> Embedding:
    if len(embedding.widths) != 1:
        raise WrongFormat("format_one_encoder")
    return embedding


_WRITERS: dict[Format, Callable[[Embedding], dict[str, bytes]]] = {
    "pt": _webui,
    "bin": _bin,
    "safetensors": _safetensors,
    "pair": _pair,
    "onetrainer": _onetrainer,
}
