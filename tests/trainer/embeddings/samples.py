"""A file of every row of the table of embedding formats (F1 to F15), made with the libraries that make them."""

import io
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import safetensors.torch
import torch
from PIL import Image

from trainer.embeddings.embedding import Embedding
from trainer.embeddings.writing import write_embedding

SD1 = np.random.default_rng(1).normal(size=(2, 768)).astype(np.float32)
SD2 = np.random.default_rng(2).normal(size=(3, 1024)).astype(np.float32)
BIG = np.random.default_rng(3).normal(size=(2, 1280)).astype(np.float32)
SDXL = np.hstack([SD1, BIG])
T5 = np.random.default_rng(4).normal(size=(2, 4096)).astype(np.float32)
XTI = [*(f"IN0{n}" for n in (1, 2, 4, 5, 7, 8)), "MID", *(f"OUT{n:02}" for n in range(3, 12))]


class Sample(NamedTuple):
    """A file and what it must be read as."""

    file_name: str
    data: bytes
    vectors: np.ndarray
    widths: tuple[int, ...] = (768,)
    note: str = ""


class Foreign(NamedTuple):
    """A file that must be refused, for a reason with these words in it."""

    file_name: str
    data: bytes
    reason: str


def tensor(values: np.ndarray, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.tensor(values).to(dtype)


def saved(value: Any, **options: Any) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    return buffer.getvalue()


def safe(metadata: dict[str, str] | None = None, **tensors: np.ndarray) -> bytes:
    return safetensors.torch.save({key: tensor(values) for key, values in tensors.items()}, metadata)


def webui(values: np.ndarray, **others: Any) -> dict[str, Any]:
    held = {"string_to_token": {"*": 265}, "string_to_param": {"*": tensor(values)}, "name": "theirs"}
    return {**held, "step": 500, "sd_checkpoint": "45dee52b00", "sd_checkpoint_name": "a_model", **others}


class _OnDevice:
    """Pickles as torch wrote a tensor of a device whose memory it could not reach."""

    def __init__(self, values: np.ndarray, device: str = "mps:0") -> None:
        self._values, self._device = values, device

    def __reduce__(self) -> Any:
        kind = torch.from_numpy(self._values).dtype
        return torch._utils._rebuild_device_tensor_from_numpy, (self._values, kind, self._device, False)


def _half(values: np.ndarray) -> np.ndarray:
    return values.astype(np.float16)


def _rinongal() -> dict[str, Any]:
    parameters = torch.nn.ParameterDict({"*": torch.nn.Parameter(tensor(SD1))})
    return {"string_to_token": {"*": torch.tensor(265)}, "string_to_param": parameters}


def _bf16(values: np.ndarray) -> np.ndarray:
    return tensor(values, torch.bfloat16).float().numpy()


def _bundle(*words: str, **tensors: np.ndarray) -> bytes:
    parts = {f"bundle_emb.{word}.{key}": tensor(values) for word in words for key, values in tensors.items()}
    return safetensors.torch.save({**parts, "lora_unet_down_blocks_0.lora_down.weight": torch.ones(4, 4)})


def _picture() -> bytes:
    (data,) = write_embedding(Embedding("a", SD1, 7), "png").values()
    return data


def _webp(data: bytes) -> bytes:
    """The picture alone, without the text in it."""
    buffer = io.BytesIO()
    Image.open(io.BytesIO(data)).save(buffer, "WEBP", lossless=True)
    return buffer.getvalue()


_LEGACY = {"_use_new_zipfile_serialization": False}
_STARRED = {"bundle_emb.my.word.string_to_param.*": SD1}
_COG = {"text_encoders_0": SD1, "text_encoders_1": BIG}

SAMPLES: dict[str, Callable[[], Sample]] = {
    "F1 web UI, SD 1": lambda: Sample("a.pt", saved(webui(SD1)), SD1),
    "F1 web UI, SD 2": lambda: Sample("a.pt", saved(webui(SD2)), SD2, (1024,)),
    "F1 web UI, with a gradient": lambda: Sample(
        "a.pt", saved(webui(SD1, string_to_param={"*": tensor(SD1).requires_grad_()})), SD1
    ),
    "F1 web UI, SDXL side by side": lambda: Sample("a.pt", saved(webui(SDXL)), SDXL, (768, 1280)),
    "F1 web UI, before torch 1.6": lambda: Sample("a.pt", saved(webui(SD1), **_LEGACY), SD1),
    "F1 web UI on a Mac": lambda: Sample("a.pt", saved(webui(SD1, string_to_param={"*": _OnDevice(SD1)})), SD1),
    "F1 web UI on a Mac, half precision": lambda: Sample(
        "a.pt", saved(webui(SD1, string_to_param={"*": _OnDevice(_half(SD1))})), _half(SD1).astype(np.float32)
    ),
    "F1 web UI on a Mac, columns together": lambda: Sample(
        "a.pt", saved(webui(SD1, string_to_param={"*": _OnDevice(np.asfortranarray(SD1))})), SD1
    ),
    "F1 DirectML, before torch 1.6": lambda: Sample(
        "a.pt", saved(webui(SD1, string_to_param={"*": _OnDevice(SD1, "privateuseone:0")}), **_LEGACY), SD1
    ),
    "F3 diffusers on a Mac, protocol 4": lambda: Sample(
        "a.bin", saved({"<a>": _OnDevice(SD1)}, pickle_protocol=4), SD1
    ),
    "F2 rinongal": lambda: Sample("a.pt", saved(_rinongal()), SD1),
    "F2 rinongal, before torch 1.6": lambda: Sample("a.pt", saved(_rinongal(), **_LEGACY), SD1),
    "F3 diffusers, one flat vector": lambda: Sample(
        "learned_embeds.bin", saved({"<cat-toy>": tensor(SD1[0])}), SD1[:1], note="called <cat-toy>"
    ),
    "F3 diffusers": lambda: Sample("learned_embeds.bin", saved({"<cat-toy>": tensor(SD1)}), SD1),
    "F3 diffusers, a parameter, before torch 1.6": lambda: Sample(
        "a.bin", saved({"<cat-toy>": torch.nn.Parameter(tensor(SD1))}, **_LEGACY), SD1
    ),
    "F4 diffusers": lambda: Sample("a.safetensors", safe({"format": "pt"}, **{"<cat-toy>": SD1}), SD1),
    "F5 diffusers SDXL, first": lambda: Sample("learned_embeds.safetensors", safe(**{"<cat>": SD1}), SD1),
    "F5 diffusers SDXL, second": lambda: Sample("learned_embeds_2.safetensors", safe(**{"<cat>": BIG}), BIG, (1280,)),
    "F6 kohya": lambda: Sample("a.safetensors", safe(emb_params=SD1), SD1),
    "F6 kohya, pickled": lambda: Sample("a.pt", saved({"emb_params": tensor(SD1)}), SD1),
    "F7 SDXL": lambda: Sample("a.safetensors", safe(clip_l=SD1, clip_g=BIG), SDXL, (768, 1280)),
    "F7 SDXL, pickled": lambda: Sample(
        "a.pt", saved({"clip_g": tensor(BIG), "clip_l": tensor(SD1)}), SDXL, (768, 1280)
    ),
    "F8 OneTrainer": lambda: Sample("a.safetensors", safe(emp_params=SD1), SD1),
    "F8 OneTrainer, with an output": lambda: Sample(
        "a.safetensors", safe(emp_params=SD1, emp_params_out=SD1), SD1, note="output_unused"
    ),
    "F10 in a LoRA": lambda: Sample("a.safetensors", _bundle("w", clip_l=SD1), SD1, note="in_lora"),
    "F10 in a LoRA, SDXL": lambda: Sample(
        "a.safetensors", _bundle("w.x", clip_l=SD1, clip_g=BIG), SDXL, (768, 1280), note="in_lora"
    ),
    "F10 in a LoRA, web UI": lambda: Sample("a.safetensors", safe(**_STARRED), SD1, note="in_lora"),
    "F11 SD 3": lambda: Sample(
        "a.safetensors", safe(clip_l=SD1, clip_g=BIG, t5xxl=T5), SDXL, (768, 1280), note="part_unused t5xxl"
    ),
    "F11 Flux": lambda: Sample("a.safetensors", safe(clip_l=SD1, t5xxl=T5), SD1, note="part_unused t5xxl"),
    "F11 Qwen beside": lambda: Sample(
        "a.safetensors", safe(clip_l=SD1, qwen25_7b=T5), SD1, note="part_unused qwen25_7b"
    ),
    "F12 cog": lambda: Sample("embeddings.pti", safe(**_COG), SDXL, (768, 1280)),
    "F14 bare tensor": lambda: Sample("a.pt", saved(tensor(SD1, torch.bfloat16)), _bf16(SD1)),
    "F14 bare flat tensor": lambda: Sample("a.pt", saved(tensor(SD1[0], torch.bfloat16)), _bf16(SD1[:1])),
    "F14 emb": lambda: Sample("a.pt", saved({"emb": tensor(SD1[0], torch.bfloat16)}), _bf16(SD1[:1])),
    "F14 emb and emb2": lambda: Sample("a.pt", saved({"emb": tensor(SD1), "emb2": tensor(BIG)}), SDXL, (768, 1280)),
    "F14 a list of rows": lambda: Sample("a.pt", saved([{"<a>": tensor(row)} for row in SD1]), SD1),
    "F14 a list of two encoders": lambda: Sample(
        "a.pt", saved([{"<a>": tensor(BIG)}, {"<a>": tensor(SD1)}]), SDXL, (768, 1280)
    ),
    "F15 PNG": lambda: Sample("a.png", _picture(), SD1),
    "F15 WEBP": lambda: Sample("a.webp", _webp(_picture()), SD1),
}

FOREIGN: dict[str, Callable[[], Foreign]] = {
    "F7 a half": lambda: Foreign("a.safetensors", safe(clip_g=BIG), "second_half"),
    "F7 halves of different lengths": lambda: Foreign(
        "a.safetensors", safe(clip_l=SD1, clip_g=BIG[:1]), "uneven_parts 2 1"
    ),
    "F8 output": lambda: Foreign("a.safetensors", safe(emp_params=0 * SD1, emp_params_out=SD1), "output_only"),
    "F8 output alone": lambda: Foreign("a.safetensors", safe(emp_params_out=SD1), "output_only"),
    "F9 SDXL output": lambda: Foreign(
        "a.safetensors", safe(clip_l=0 * SD1, clip_g=0 * BIG, clip_l_out=SD1, clip_g_out=BIG), "output_only"
    ),
    "F11 T5 alone": lambda: Foreign("a.safetensors", safe(t5xxl=T5), "other_encoder"),
    "F11 Lumina alone": lambda: Foreign("a.safetensors", safe(gemma2_2b=T5), "other_encoder gemma2_2b"),
    "F13 XTI": lambda: Foreign("a.safetensors", safe(**dict.fromkeys(XTI, SD1)), "layers"),
    "F15 lossy": lambda: Foreign("a.webp", _lossy(_picture(), "WEBP"), "picture_lossy"),
    "F15 JPEG": lambda: Foreign("a.jpg", _lossy(_picture(), "JPEG"), "picture_format JPEG"),
    "F15 AVIF": lambda: Foreign("a.avif", _lossy(_picture(), "AVIF"), "picture_format AVIF"),
    "F15 nothing in it": lambda: Foreign("a.png", _plain(), "picture_plain"),
    "a LoRA": lambda: Foreign("a.safetensors", safe(**{"lora_te_a.lora_up.weight": SD1, "b.alpha": SD1}), "lora"),
    "a LoRA of one tensor": lambda: Foreign("a.safetensors", safe(**{"lora_te_a.lora_down.weight": SD1}), "lora"),
    "an empty file": lambda: Foreign("a.pt", b"", "empty"),
    "a hypernetwork": lambda: Foreign("a.pt", saved({768: ({}, {}), "step": 1}), "hypernetwork"),
    "an optimizer": lambda: Foreign("a.pt", saved({"hash": "2f88", "optimizer_state_dict": {}}), "optimizer"),
    "a checkpoint": lambda: Foreign("a.pt", saved({"state_dict": {}}), "model"),
    "a model": lambda: Foreign("a.safetensors", safe(**{"model.diffusion_model.a": SD1, "b": SD1}), "model"),
    "a pointer": lambda: Foreign("a.pt", b"version https://git-lfs.github.com/spec/v1\noid", "lfs_pointer"),
    "a page": lambda: Foreign("a.pt", b"\n <!DOCTYPE html><title>404</title>", "web_page"),
    "text": lambda: Foreign("a.pt", b"hello", "unknown_kind"),
}


def _lossy(data: bytes, kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.open(io.BytesIO(data)).convert("RGB").save(buffer, kind, quality=90)
    return buffer.getvalue()


def _plain() -> bytes:
    buffer = io.BytesIO()
    Image.effect_mandelbrot((64, 64), (-3, -2.5, 2, 2.5), 100).save(buffer, "PNG")
    return buffer.getvalue()
