"""Pictures of other programs, as these write them, each read to the values that it was made by."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sd_parsers import ParserManager

from trainer.infotext.picture_info import look
from trainer.infotext.programs import read_info
from trainer.protocol import PictureSettings, SeenPicture

NOVELAI = {
    "steps": 28,
    "sampler": "k_euler_ancestral",
    "seed": 1,
    "strength": 0.69,
    "noise": 0.667,
    "scale": 11.0,
    "uc": "bad",
}
NOVELAI_4 = {
    "prompt": "a cat",
    "steps": 23,
    "width": 832,
    "height": 1216,
    "scale": 5.0,
    "seed": 3861537282,
    "sampler": "k_dpmpp_2m",
    "noise_schedule": "karras",
    "uc": "",
    "v4_prompt": {"caption": {"base_caption": "a cat", "char_captions": []}},
    "v4_negative_prompt": {"caption": {"base_caption": "bad"}},
}
FOOOCUS = {
    "prompt": "a cat",
    "negative_prompt": "bad",
    "steps": 30,
    "resolution": "(1152, 896)",
    "guidance_scale": 4,
    "sharpness": 2.0,
    "seed": "8462034561285930741",
    "sampler": "dpmpp_2m_sde_gpu",
    "scheduler": "karras",
    "base_model": "juggernautXL_v8",
    "base_model_hash": "aeb7e9e689",
    "lora_combined_1": "offset_example : 0.1",
    "metadata_scheme": "fooocus",
    "version": "Fooocus v2.5.0",
}
INVOKEAI_3 = {
    "app_version": "4.2.7",
    "generation_mode": "txt2img",
    "positive_prompt": "a cat",
    "negative_prompt": "bad",
    "width": 512,
    "height": 768,
    "seed": 2438847519,
    "rand_device": "cpu",
    "cfg_scale": 7.5,
    "steps": 30,
    "scheduler": "dpmpp_2m_k",
    "clip_skip": 1,
    "model": {"name": "stable-diffusion-v1-5", "hash": "blake3:abc"},
}
INVOKEAI_2 = {
    "model": "stable diffusion",
    "model_weights": "stable-diffusion-1.5",
    "model_hash": "cc6cb27103",
    "app_version": "2.3.0",
    "image": {
        "prompt": [{"prompt": "a cat [bad]", "weight": 1}],
        "steps": 50,
        "cfg_scale": 7.5,
        "sampler": "k_euler_a",
        "seed": 42,
        "width": 512,
        "height": 512,
    },
}


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs}


COMFY = {
    "3": node(
        "KSampler",
        seed=156680208700286,
        steps=20,
        cfg=8,
        sampler_name="dpmpp_2m",
        scheduler="karras",
        denoise=1,
        model=["10", 0],
        positive=["6", 0],
        negative=["7", 0],
        latent_image=["5", 0],
    ),
    "4": node("CheckpointLoaderSimple", ckpt_name="sd\\v1-5-pruned-emaonly.safetensors"),
    "5": node("EmptyLatentImage", width=512, height=768, batch_size=1),
    "6": node("CLIPTextEncode", text="a cat, embedding:my-style.pt", clip=["11", 0]),
    "7": node("CLIPTextEncode", text="bad, (embedding:easynegative:1.2)", clip=["11", 0]),
    "8": node("VAEDecode", samples=["3", 0], vae=["4", 2]),
    "9": node("SaveImage", filename_prefix="ComfyUI", images=["8", 0]),
    "10": node("LoraLoader", lora_name="pixel.safetensors", strength_model=0.8, model=["4", 0], clip=["4", 1]),
    "11": node("CLIPSetLastLayer", stop_at_clip_layer=-2, clip=["10", 1]),
}
COMFY_CUSTOM = {
    "1": node("CheckpointLoaderSimple", ckpt_name="sdxl.safetensors"),
    "2": node("CLIPTextEncode", text=["12", 0], clip=["1", 1]),
    "3": node("CLIPTextEncode", text="bad", clip=["1", 1]),
    "4": node("EmptyLatentImage", width=1024, height=1024, batch_size=1),
    "5": node("RandomNoise", noise_seed=2**64 - 1),
    "6": node("KSamplerSelect", sampler_name="euler_ancestral"),
    "7": node("BasicScheduler", scheduler="ddim_uniform", steps=12, denoise=0.5, model=["1", 0]),
    "8": node("CFGGuider", cfg=5.5, model=["1", 0], positive=["2", 0], negative=["3", 0]),
    "9": node(
        "SamplerCustomAdvanced",
        noise=["5", 0],
        guider=["8", 0],
        sampler=["6", 0],
        sigmas=["7", 0],
        latent_image=["4", 0],
    ),
    "12": node("PrimitiveString", value="a cat"),
}
OF_NOVELAI = {
    "Title": "AI generated image",
    "Software": "NovelAI",
    "Source": "Stable Diffusion",
    "Description": "a cat",
}
EXPECTED: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "NovelAI": (
        {
            "Title": "AI generated image",
            "Software": "NovelAI",
            "Source": "Stable Diffusion",
            "Description": "a cat",
            "Comment": json.dumps(NOVELAI),
        },
        {
            "steps": 28,
            "sampler": "Euler a",
            "guidance_scale": 11.0,
            "seed": 1,
            "width": 32,
            "height": 24,
            "clip_skip": 2,
            "ensd": 31337,
        },
    ),
    "NovelAI 4": (
        {"Software": "NovelAI", "Description": "a cat", "Comment": json.dumps(NOVELAI_4)},
        {
            "steps": 23,
            "sampler": "DPM++ 2M",
            "schedule": "Karras",
            "guidance_scale": 5.0,
            "seed": 3861537282,
            "width": 832,
            "height": 1216,
        },
    ),
    "Fooocus": (
        {"parameters": json.dumps(FOOOCUS)},
        {
            "steps": 30,
            "sampler": "DPM++ 2M SDE",
            "schedule": "Karras",
            "guidance_scale": 4.0,
            "seed": 8462034561285930741,
            "width": 1152,
            "height": 896,
            "model": "juggernautXL_v8",
        },
    ),
    "InvokeAI 4": (
        {"invokeai_metadata": json.dumps(INVOKEAI_3)},
        {
            "steps": 30,
            "sampler": "DPM++ 2M",
            "schedule": "Karras",
            "guidance_scale": 7.5,
            "seed": 2438847519,
            "width": 512,
            "height": 768,
            "clip_skip": 2,
            "rng": "CPU",
        },
    ),
    "InvokeAI 2": (
        {"sd-metadata": json.dumps(INVOKEAI_2), "Dream": '"a cat" -s 50'},
        {
            "steps": 50,
            "sampler": "Euler a",
            "schedule": "Uniform",
            "guidance_scale": 7.5,
            "seed": 42,
            "width": 512,
            "height": 512,
        },
    ),
    "ComfyUI": (
        {"prompt": json.dumps(COMFY), "workflow": '{"nodes": []}'},
        {
            "prompt": "a cat, my-style",
            "negative_prompt": "bad, (easynegative:1.2)",
            "steps": 20,
            "sampler": "DPM++ 2M",
            "schedule": "Karras",
            "guidance_scale": 8.0,
            "seed": 156680208700286,
            "width": 512,
            "height": 768,
            "model": "v1-5-pruned-emaonly",
            "clip_skip": 2,
            "others": (("Lora", "pixel"),),
        },
    ),
    "ComfyUI custom": (
        {"prompt": json.dumps(COMFY_CUSTOM)},
        {
            "steps": 12,
            "sampler": "Euler a",
            "schedule": "DDIM",
            "guidance_scale": 5.5,
            "seed": 2**64 - 1,
            "width": 1024,
            "height": 1024,
            "denoising_strength": 0.5,
            "model": "sdxl",
        },
    ),
    "Forge": (
        {
            "parameters": "a cat\nNegative prompt: bad\n"
            "Steps: 20, Sampler: Euler, Schedule type: Simple, CFG scale: 7, Seed: 5, Size: 512x512, "
            "Version: f2.0.1v1.10.1-previous-1"
        },
        {"steps": 20, "sampler": "Euler", "schedule": "Simple", "seed": 5, "version": "f2.0.1v1.10.1-previous-1"},
    ),
    "SD.Next": (
        {
            "parameters": "a cat\nNegative prompt: bad\n"
            "Steps: 20, Size: 512x512, Sampler: Euler a, Seed: 5, CFG scale: 6, "
            "App: SD.Next, Version: abc123, Pipeline: StableDiffusionPipeline"
        },
        {"steps": 20, "sampler": "Euler a", "seed": 5, "guidance_scale": 6.0, "width": 512},
    ),
}


def png(path: Path, texts: dict[str, str], mode: str = "RGB") -> Path:
    info = PngInfo()
    for key, text in texts.items():
        info.add_text(key, text)
    Image.new(mode, (32, 24)).save(path, pnginfo=info)
    return path


def settings(path: Path) -> PictureSettings:
    seen = look(path)
    assert isinstance(seen, SeenPicture)
    assert seen.settings is not None
    return seen.settings


@pytest.mark.parametrize("program", EXPECTED)
def test_a_programs_picture_is_read(tmp_path: Path, program: str) -> None:
    texts, expected = EXPECTED[program]
    read = settings(png(tmp_path / "a.png", texts))
    expected = {"prompt": "a cat", "negative_prompt": "bad", **expected}
    assert {key: getattr(read, key) for key in expected} == expected


@pytest.mark.parametrize("program", ["NovelAI", "InvokeAI 2", "Fooocus"])
def test_another_reader_finds_the_same(tmp_path: Path, program: str) -> None:
    path = png(tmp_path / "a.png", EXPECTED[program][0])
    theirs, ours = ParserManager().parse(path), settings(path)
    assert theirs is not None
    assert int(theirs.samplers[0].parameters["seed"]) == ours.seed
    assert float(theirs.samplers[0].parameters.get("cfg_scale", ours.guidance_scale)) == ours.guidance_scale


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("kind", ["NovelAI", "text"])
def test_a_text_hidden_in_the_opacity_is_read(tmp_path: Path, compressed: bool, kind: str) -> None:
    text = json.dumps(EXPECTED["NovelAI"][0]) if kind == "NovelAI" else EXPECTED["Forge"][0]["parameters"]
    data = gzip.compress(text.encode()) if compressed else text.encode()
    mark = b"stealth_pngcomp" if compressed else b"stealth_pnginfo"
    stream = mark + (8 * len(data)).to_bytes(4) + data
    bits = [byte >> place & 1 for byte in stream for place in range(7, -1, -1)]
    picture = Image.new("RGBA", (64, 64), (9, 9, 9, 255))
    for at, bit in enumerate(bits):
        picture.putpixel((at // 64, at % 64), (9, 9, 9, 254 | bit))
    picture.save(tmp_path / "a.png")
    read = settings(tmp_path / "a.png")
    assert (read.prompt, read.negative_prompt) == ("a cat", "bad")


@pytest.mark.parametrize(
    ("program", "texts"),
    [
        (
            "ComfyUI",
            {"prompt": json.dumps({"3": node("KSampler", seed=1, steps=20, cfg=7)}), "workflow": '{"nodes": []}'},
        ),
        ("ComfyUI", {"workflow": '{"nodes": []}'}),
        ("ComfyUI", {"prompt": json.dumps(COMFY | {"99": COMFY["3"]})}),
        ("ComfyUI", {"prompt": json.dumps({"1": node("KSampler", positive=["1", 0])})}),
        ("InvokeAI", {"invokeai_metadata": '{"app_version": "9"}'}),
        ("InvokeAI", {"Dream": '"a cat" -s 50 -S 1'}),
    ],
)
def test_a_graph_that_is_not_understood_is_named(tmp_path: Path, program: str, texts: dict[str, str]) -> None:
    seen = look(png(tmp_path / "a.png", texts))
    assert isinstance(seen, SeenPicture)
    assert (seen.program, seen.settings) == (program, None)
    assert seen.text


@pytest.mark.parametrize("value", [None, [], {}, "x", -1, 1e400, True, "9" * 5000, "\ud800", ["1", 0], [["1", 0]]])
@pytest.mark.parametrize("program", [program for program, (texts, _) in EXPECTED.items() if "{" in str(texts)])
def test_any_value_anywhere_is_read_or_left_out(program: str, value: Any) -> None:
    """Strangers' JSON may hold anything; what comes of it can be told on."""
    texts, _ = EXPECTED[program]
    for key, text in texts.items():
        if not text.startswith("{"):
            continue
        for changed in everywhere(json.loads(text), value):
            reading = read_info({**texts, key: json.dumps(changed), "Width": "8", "Height": "8"})
            assert reading is not None
            if reading.parameters is not None:
                str(reading.parameters).encode()


def everywhere(tree: Any, value: Any) -> list[Any]:
    """The tree with the value at one place after the other."""
    if not isinstance(tree, dict):
        return [value]
    return [{**tree, key: changed} for key in tree for changed in everywhere(tree[key], value)]


def test_brackets_without_end_are_no_programs() -> None:
    reading = read_info({"prompt": "[" * 100_000, "parameters": '{"a":' * 50_000})
    assert reading is not None
    assert reading.parameters is None
