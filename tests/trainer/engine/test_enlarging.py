"""Every way to enlarge latents, beside its definition."""

import pytest
import torch

from tests.trainer.engine.slow_interpolation import slowly_enlarged
from trainer.engine.drawing.enlarging import enlarged_latent
from trainer.sampling.enlargement import enlargement_of
from trainer.sampling.upscaler_names import UPSCALER_NAMES, Upscaler


@pytest.mark.parametrize("upscaler", [row for row in UPSCALER_NAMES if row.of_latents], ids=lambda row: row.name)
@pytest.mark.parametrize("resize", [(72, 96), (88, 128), (136, 96)])
def test_latents_are_enlarged_as_their_upscaler_is_defined(upscaler: Upscaler, resize: tuple[int, int]) -> None:
    latent = torch.randn(4, 8, 6, generator=torch.Generator().manual_seed(1))
    enlargement = enlargement_of((48, 64), 2.0, resize, 8)
    (wide, high), (width, height), left, top = enlargement
    whole = slowly_enlarged(latent, high // 8, wide // 8, upscaler.name)
    kept = whole[:, top // 8 : (top + height) // 8, left // 8 : (left + width) // 8]
    made = enlarged_latent(latent, upscaler, enlargement, 8)
    assert made.shape == (4, resize[1] // 8, resize[0] // 8)
    torch.testing.assert_close(made, kept, atol=1e-5, rtol=1e-5)
