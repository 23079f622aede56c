"""`.safetensors` as diffusers and kohya write it; written here because the library's metadata has a chance order."""

import json
from collections.abc import Mapping

import numpy as np

from trainer.embeddings.embedding import SDXL_WIDTHS, Embedding
from trainer.embeddings.parts import split_parts

_ALIGNMENT = 8
_SHA256_DIGITS = 64
_SPECIFICATION = "1.0.0"
_IMPLEMENTATION = "https://github.com/Stability-AI/generative-models"
_ARCHITECTURES = {(768,): "stable-diffusion-v1", SDXL_WIDTHS: "stable-diffusion-xl-v1-base"}
"""1024 is missing: SD 2 has two architectures of that width, and the vectors do not tell which."""


def write_diffusers(embedding: Embedding, vectors: np.ndarray) -> bytes:
    """One tensor whose key is the word as diffusers' prompts spell it, `<name>`."""
    return _file({f"<{embedding.name}>": vectors}, _metadata(embedding))


def write_onetrainer(embedding: Embedding) -> bytes:
    """One tensor under the only key that OneTrainer looks for with one text encoder, spelled as it spells it."""
    return _file({"emp_params": embedding.vectors}, _metadata(embedding))


def write_sdxl(embedding: Embedding) -> bytes:
    """`clip_l` and `clip_g` and nothing else, which every program for SDXL takes."""
    first, second = split_parts(embedding)
    return _file({"clip_g": second, "clip_l": first}, _metadata(embedding))


def _metadata(embedding: Embedding) -> dict[str, str]:
    """The Stability AI specification's keys and kohya's; what is not known is left out."""
    architecture = _ARCHITECTURES.get(embedding.widths)
    described = {
        "modelspec.sai_model_spec": _SPECIFICATION,
        "modelspec.architecture": f"{architecture}/textual-inversion",
        "modelspec.implementation": _IMPLEMENTATION,
        "modelspec.title": embedding.name,
    }
    model_hash = embedding.model_hash or ""
    trained = {
        "ss_steps": "" if embedding.step is None else str(embedding.step),
        "ss_sd_model_name": embedding.model or "",
        "ss_new_sd_model_hash" if len(model_hash) == _SHA256_DIGITS else "ss_sd_model_hash": model_hash,
    }
    known = {key: value for key, value in trained.items() if value}
    return {"format": "pt", **(described if architecture else {}), **known}


def _file(tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str]) -> bytes:
    header: dict[str, object] = {"__metadata__": metadata}
    numbers = b""
    for key, tensor in tensors.items():
        part = np.ascontiguousarray(tensor, dtype="<f4").tobytes()
        header[key] = {"dtype": "F32", "shape": tensor.shape, "data_offsets": (len(numbers), len(numbers) + len(part))}
        numbers += part
    described = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    described += b" " * (-len(described) % _ALIGNMENT)
    return len(described).to_bytes(8, "little") + described + numbers
