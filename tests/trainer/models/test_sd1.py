from pathlib import Path

import pytest
import torch
from PIL import ImageChops, ImageStat

from tests.trainer.process import pictures_of
from trainer.data.picture import read_picture
from trainer.models.errors import NoNumbers
from trainer.models.families.sd1 import StableDiffusion1


def parameters(model: StableDiffusion1) -> list[torch.nn.Parameter]:
    parts = (model.text_encoder, model.unet, model.vae)
    return [parameter for part in parts for parameter in part.parameters()]


def test_no_weight_ever_takes_a_gradient(model: StableDiffusion1) -> None:
    vectors = model.token_rows("tree house", 2).requires_grad_()
    prompt = model.reader.read("a word2", {"word2": 2})
    conditioning = model.encode_prompts([prompt], [{"word2": vectors}])
    model.predict(torch.randn(1, 4, 16, 16), torch.tensor([500]), conditioning).square().mean().backward()
    assert vectors.grad.abs().min() > 0
    assert all(parameter.grad is None and not parameter.requires_grad for parameter in parameters(model))


def test_each_window_is_encoded_alone(model: StableDiffusion1) -> None:
    long = model.reader.read("tree " * 75 + "owl", {})
    with torch.no_grad():
        both = model.encode_prompts([long, model.reader.read("owl", {})], [{}, {}]).tokens_BTW
        empty = model.encode_prompts([model.reader.read("", {})], [{}]).tokens_BTW
    assert both.shape == (2, 154, 96)
    torch.testing.assert_close(both[0, 77:], both[1, :77])
    torch.testing.assert_close(both[1, 77:], empty[0])


def test_clip_skip_takes_an_earlier_layer(model: StableDiffusion1) -> None:
    prompt = model.reader.read("a tree", {})
    with torch.no_grad():
        skipped = [model.encode_prompts([prompt], [{}], skip).tokens_BTW for skip in (1, 2, 3, 12)]
        hidden = model.text_encoder(prompt.ids, output_hidden_states=True).hidden_states
        second_last = model.text_encoder.final_layer_norm(hidden[-2])
    assert torch.equal(skipped[1], second_last)
    assert not torch.equal(skipped[0], skipped[1])
    assert torch.equal(skipped[2], skipped[3])  # there are no more layers to skip


def test_a_picture_survives_its_latent(model: StableDiffusion1) -> None:
    image = read_picture(Path(pictures_of("owl", 1)[0].path), 128)
    mean, deviation = model.encode_picture(image)
    assert mean.shape == deviation.shape == (4, 16, 16)
    assert 0.5 < mean.std() < 2  # of the order of the noise that is added to it
    difference = ImageStat.Stat(ImageChops.difference(image, model.decode_latent(mean))).mean
    assert max(difference) < 12


def test_latents_that_are_no_numbers_give_no_picture(model: StableDiffusion1) -> None:
    with pytest.raises(NoNumbers):
        model.decode_latent(torch.full((4, 8, 8), torch.nan))


def test_model_is_known_by_name_and_hash(model: StableDiffusion1) -> None:
    assert model.model == "demo_model"
    assert len(model.model_hash) == 10
    assert int(model.model_hash, 16) > 0
    assert (model.widths, model.native_size) == ((96,), 128)
