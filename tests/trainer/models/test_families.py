"""What every family must do, and that diffusers' own pipelines do the same."""

from typing import Any

import pytest
import torch
from diffusers.models.attention_processor import AttnProcessor2_0
from PIL import Image

from trainer.models.families.latent_diffusion import LatentDiffusion
from trainer.models.family import Conditioning
from trainer.models.parametrisation import Epsilon, Velocity

TEXT = "an oil painting of an owl, by night"
LONG = "tree " * 80


def encoded(model: LatentDiffusion, *texts: str, clip_skip: int = 1) -> Conditioning:
    with torch.no_grad():
        return model.encode_prompts([model.reader.read(text, {}) for text in texts], [{} for _ in texts], clip_skip)


def noise(model: LatentDiffusion, batch: int = 1) -> torch.Tensor:
    shape = (batch, model.latent_channels, 8, 8)
    return torch.randn(shape, generator=torch.Generator().manual_seed(3))


def weights(model: LatentDiffusion) -> list[torch.nn.Parameter]:
    parts = (model.unet, model.vae, *(text.encoder for text in model.texts))
    return [weight for part in parts for weight in part.parameters()]


def test_describes_itself(tiny: LatentDiffusion, name: str) -> None:
    assert tiny.family == name.removesuffix("-v")
    assert isinstance(tiny.parametrisation, Velocity if name == "sd2-v" else Epsilon)
    assert tiny.widths == ((32, 64) if name == "sdxl" else (32,))
    assert (tiny.native_size, tiny.latent_channels, tiny.latent_scale) == (16, 4, 2)
    assert tiny.empty_is_zero == (name == "sdxl")
    assert tiny.model_hash_old is None


def test_only_vectors_take_a_gradient(tiny: LatentDiffusion) -> None:
    vectors = tiny.token_rows("tree house", 2).requires_grad_()
    assert vectors.shape == (2, sum(tiny.widths))
    prompt = tiny.reader.read("a word2", {"word2": 2})
    conditioning = tiny.encode_prompts([prompt], [{"word2": vectors}])
    tiny.predict(noise(tiny), torch.tensor([500]), conditioning).square().mean().backward()
    assert (vectors.grad.abs() > 0).all()
    assert all(weight.grad is None and not weight.requires_grad for weight in weights(tiny))


def test_token_rows_and_norms_are_the_vocabularys(tiny: LatentDiffusion) -> None:
    tables = [text.token_embedding.weight for text in tiny.texts]
    (tree,) = tiny.reader.token_ids("tree")
    torch.testing.assert_close(tiny.token_rows("tree house", 1)[0], torch.cat([table[tree] for table in tables]))
    assert tiny.token_rows("", 4).shape == (0, sum(tiny.widths))
    assert tiny.median_norms == pytest.approx([table.norm(dim=1).median().item() for table in tables])


def test_a_word_with_the_vectors_of_another_reads_the_same(tiny: LatentDiffusion) -> None:
    rows = tiny.token_rows("tree", 1)
    with torch.no_grad():
        learned = tiny.encode_prompts([tiny.reader.read("a zzzz9 by night", {"zzzz9": 1})], [{"zzzz9": rows}])
    plain = encoded(tiny, "a tree by night")
    torch.testing.assert_close(learned.tokens_BTW, plain.tokens_BTW)
    torch.testing.assert_close(learned.pooled_BP, plain.pooled_BP)


def test_equal_prompts_with_equal_vectors_are_encoded_once(tiny: LatentDiffusion) -> None:
    seen = []
    hook = tiny.texts[0].token_embedding.register_forward_hook(
        lambda _layer, inputs, _rows: seen.append(len(inputs[0]))
    )
    one, other = (tiny.token_rows(word, 1).requires_grad_() for word in ("tree", "house"))
    prompts = [tiny.reader.read("a word1", {"word1": 1}) for _ in range(4)]
    try:
        several = tiny.encode_prompts(prompts, [{"word1": own} for own in (one, other, one, one)])
        alone = [tiny.encode_prompts(prompts[:1], [{"word1": own}]) for own in (one, other)]
    finally:
        hook.remove()
    assert seen == [2, 1, 1]
    for row, expected in enumerate((0, 1, 0, 0)):
        torch.testing.assert_close(several.tokens_BTW[row], alone[expected].tokens_BTW[0])
    several.tokens_BTW.sum().backward()
    assert (one.grad.abs() > 0).any() and (other.grad.abs() > 0).any()


def test_windows_are_encoded_alone(tiny: LatentDiffusion) -> None:
    both, long = encoded(tiny, LONG, "owl"), encoded(tiny, "tree " * 75)
    assert both.tokens_BTW.shape == (2, 154, sum(tiny.widths))
    torch.testing.assert_close(both.tokens_BTW[0, :77], long.tokens_BTW[0])
    torch.testing.assert_close(both.tokens_BTW[1, 77:], encoded(tiny, "").tokens_BTW[0])
    if tiny.family == "sdxl":
        torch.testing.assert_close(both.pooled_BP[0], long.pooled_BP[0])  # the first window's


def test_text_is_encoded_as_by_diffusers(tiny: LatentDiffusion, pipeline: Any) -> None:
    with torch.no_grad():
        tokens, _, *pooled = pipeline.encode_prompt(
            prompt=TEXT, device="cpu", num_images_per_prompt=1, do_classifier_free_guidance=False
        )
    ours = encoded(tiny, TEXT)
    torch.testing.assert_close(ours.tokens_BTW, tokens, atol=1e-5, rtol=0)
    if tiny.family == "sdxl":
        torch.testing.assert_close(ours.pooled_BP, pooled[0], atol=1e-5, rtol=0)


def test_an_exclamation_mark_is_a_word_not_padding(tiny: LatentDiffusion) -> None:
    assert tiny.reader.token_ids("hi! you") == [1883, 256, 592]


def test_predicts_as_diffusers_pipelines_do(tiny: LatentDiffusion, pipeline: Any) -> None:
    seen: dict[str, torch.Tensor] = {}

    def note(_unet: torch.nn.Module, inputs: tuple, told: dict, outputs: tuple) -> None:
        seen.update(latents=inputs[0], timestep=inputs[1], predicted=outputs[0])

    hook = pipeline.unet.register_forward_hook(note, with_kwargs=True)
    pipeline(TEXT, num_inference_steps=1, guidance_scale=1.0, height=32, width=16, output_type="latent")
    hook.remove()
    assert seen["latents"].shape == (1, 4, 16, 8)  # not square: SDXL is told height before width
    with torch.no_grad():
        ours = tiny.predict(seen["latents"], seen["timestep"][None], encoded(tiny, TEXT))
    torch.testing.assert_close(ours, seen["predicted"], atol=1e-5, rtol=0)


def test_clip_skip_is_for_sd1_only(tiny: LatentDiffusion) -> None:
    first, third = (encoded(tiny, TEXT, clip_skip=skip).tokens_BTW for skip in (1, 3))
    assert torch.equal(first, third) == (tiny.family != "sd1")


def test_pictures_survive_as_latents(tiny: LatentDiffusion) -> None:
    mean, deviation = tiny.encode_picture(Image.new("RGB", (16, 32), "teal"))
    assert mean.shape == deviation.shape == (4, 16, 8)
    assert tiny.decode_latent(mean).size == (16, 32)


def test_attention_is_fused(tiny: LatentDiffusion) -> None:
    assert {text.encoder.config._attn_implementation for text in tiny.texts} == {"sdpa"}
    assert {type(processor) for processor in tiny.unet.attn_processors.values()} == {AttnProcessor2_0}


def test_checkpointing_keeps_gradients_and_saves_memory(tiny: LatentDiffusion) -> None:
    def gradient() -> tuple[torch.Tensor, int]:
        kept = 0

        def count(tensor: torch.Tensor) -> torch.Tensor:
            nonlocal kept
            kept += tensor.nbytes
            return tensor

        vectors = tiny.token_rows("tree", 1).requires_grad_()
        with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
            conditioning = tiny.encode_prompts([tiny.reader.read("word1", {"word1": 1})], [{"word1": vectors}])
            loss = tiny.predict(noise(tiny), torch.tensor([500]), conditioning).square().mean()
        loss.backward()
        return vectors.grad, kept

    plain, kept_plainly = gradient()
    tiny.set_checkpointing(True)
    try:
        lean, kept_leanly = gradient()
    finally:
        tiny.set_checkpointing(False)
    torch.testing.assert_close(lean, plain, atol=1e-5, rtol=1e-5)
    assert kept_leanly < kept_plainly


def test_nothing_said_is_all_zero(tiny: LatentDiffusion) -> None:
    conditioning = encoded(tiny, TEXT, "owl").zeroed([1])
    assert conditioning.tokens_BTW[0].any() and not conditioning.tokens_BTW[1].any()
    if conditioning.pooled_BP is not None:
        assert conditioning.pooled_BP[0].any() and not conditioning.pooled_BP[1].any()
