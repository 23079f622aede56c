"""What stands on the device, and when.

There is one real device here, so the meta device stands for a card: torch does move weights to it and does reckon with
shapes there, but refuses to bring anything back, which shows that a part was sent home. It does not show that a card's
memory is given back, nor how long the way takes.
"""

import copy

import pytest
import torch
from PIL import Image

from trainer.models.families.latent_diffusion import LatentDiffusion
from trainer.models.parts.latent_pictures import LatentPictures

CARD = torch.device("meta")
SENT_HOME = "Cannot copy out of meta tensor"
PICTURE = Image.new("RGB", (16, 16), "teal")


@pytest.fixture
def model(tiny_models: dict[str, LatentDiffusion]) -> LatentDiffusion:
    return copy.deepcopy(tiny_models["sdxl"])


def device_of(part: torch.nn.Module) -> torch.device:
    return next(part.parameters()).device


def encode(model: LatentDiffusion) -> torch.Tensor:
    return model.encode_prompts([model.reader.read("a tree", {})], [{}]).tokens_BTW


def test_the_autoencoder_goes_home_after_each_picture(model: LatentDiffusion) -> None:
    pictures = LatentPictures(model.vae, CARD)
    pictures.offloading = True
    with pytest.raises(NotImplementedError, match=SENT_HOME):
        pictures.encode(PICTURE)


def test_the_autoencoder_stays_where_memory_is_plenty(model: LatentDiffusion) -> None:
    pictures = LatentPictures(model.vae, CARD)
    assert pictures.encode(PICTURE)[0].device == CARD
    assert device_of(model.vae) == CARD


def test_text_encoders_go_home_after_drawing(model: LatentDiffusion) -> None:
    model.offloading, model.device = True, CARD
    with torch.no_grad(), pytest.raises(NotImplementedError, match=SENT_HOME):
        encode(model)


@pytest.mark.parametrize(("offloading", "gradient"), [(True, True), (False, False)])
def test_text_encoders_stay_for_the_backward_pass_or_where_memory_is_plenty(
    model: LatentDiffusion, offloading: bool, gradient: bool
) -> None:
    model.offloading, model.device = offloading, CARD
    with torch.set_grad_enabled(gradient):
        assert encode(model).device == CARD
    assert {device_of(text.encoder) for text in model.texts} == {CARD}


def test_asking_for_it_sends_parts_home_at_once(model: LatentDiffusion) -> None:
    model.device = CARD
    encode(model)
    with pytest.raises(NotImplementedError, match=SENT_HOME):
        model.offloading = True


def test_offloading_changes_no_result(model: LatentDiffusion, tiny_models: dict[str, LatentDiffusion]) -> None:
    model.offloading = True
    plain = tiny_models["sdxl"]
    assert torch.equal(encode(model), encode(plain))
    latents = [each.encode_picture(PICTURE)[0] for each in (model, plain)]
    assert torch.equal(*latents)
    assert model.decode_latent(latents[0]).tobytes() == plain.decode_latent(latents[0]).tobytes()
