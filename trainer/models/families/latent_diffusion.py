"""What Stable Diffusion's families share: reading prompts, the autoencoder, where parts stand."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from PIL import Image
from torch import Tensor, nn
from transformers import CLIPTokenizer

from trainer.models.family import Conditioning
from trainer.models.parametrisation import PARAMETRISATIONS, Parametrisation, Prediction
from trainer.models.parts.attention import Attentions
from trainer.models.parts.clip_text import ClipEncoder, ClipText, distinct
from trainer.models.parts.emphasis import emphasised
from trainer.models.parts.latent_pictures import LatentPictures
from trainer.models.parts.listening import call_from_blocks
from trainer.models.parts.residency import HOME, move, working
from trainer.models.parts.safety import Safety
from trainer.models.text import Prompt, PromptReader, injected
from trainer.pulse import Pulse
from trainer.sampling.curves import Aligned


@dataclass(frozen=True)
class Parts:
    """What a model is made of; every weight frozen, the UNet on the device that all is to work on."""

    model: str
    model_hash: str
    model_hash_old: str | None
    prediction: Prediction
    native_size: int
    tokenizer: CLIPTokenizer
    text_encoders: tuple[ClipEncoder, ...]
    unet: UNet2DConditionModel
    vae: AutoencoderKL
    alphas_cumprod: Tensor
    """(timesteps,) float32 on the CPU."""
    empty_is_zero: bool = False
    safety_checker: StableDiffusionSafetyChecker | None = None


class LatentDiffusion(ABC):
    """All of `Family` but what sets one apart: name, marks, how windows are encoded, what else the UNet is told."""

    family: str
    text_weights: str
    """How the names of a text encoder's weights begin in a single file, of this family alone."""
    aligned_steps: Aligned = "SD1"
    empty_is_zero: bool = False
    """Of its models that do not say it themselves."""
    velocity_size: int | None = None
    """Pixels of its models that predict velocity, where its makers published both kinds."""

    def __init__(self, parts: Parts) -> None:
        self.model, self.model_hash, self.model_hash_old = parts.model, parts.model_hash, parts.model_hash_old
        self.parametrisation: Parametrisation = PARAMETRISATIONS[parts.prediction](parts.alphas_cumprod)
        self.native_size = parts.native_size
        self.empty_is_zero = parts.empty_is_zero
        self.device = parts.unet.device
        self.unet, self.dtype = parts.unet, parts.unet.dtype
        self._attentions = Attentions(parts.unet)
        self.attention_widths = self._attentions.widths
        self.reader = PromptReader(parts.tokenizer)
        self.texts = tuple(ClipText(encoder) for encoder in parts.text_encoders)
        self.widths = tuple(text.width for text in self.texts)
        self._columns = [slice(*ends) for ends in pairwise(accumulate(self.widths, initial=0))]
        self._pictures = LatentPictures(parts.vae, self.device)
        self.latent_channels, self.latent_scale = self._pictures.channels, self._pictures.scale
        self.bytes_per_pixel = self._pictures.bytes_per_pixel
        self._safety = None if parts.safety_checker is None else Safety(parts.safety_checker, self.device)
        self.batch_varies = False
        """Whether to tell a compiled UNet that it need not be compiled anew for each size of batch."""
        self._compiled: set[Hashable] = set()
        self._pulse: Pulse | None = None
        self._listening = False

    @classmethod
    @abstractmethod
    def has_encoders(cls, configurations: Sequence[Mapping[str, object]]) -> bool:
        """Whether a folder whose text encoders are of these configurations holds a model of this family."""

    @abstractmethod
    def encode_windows(self, ids_NT: Tensor, windows: int, clip_skip: int) -> Conditioning:
        """Each prompt's `windows` rows of ids, stacked prompt by prompt, as the UNet is told them."""

    def also_told(self, latents_BCHW: Tensor, conditioning: Conditioning) -> dict[str, Tensor] | None:
        """What the UNet is told beside the prompt's tokens."""
        return None

    @property
    def vae(self) -> AutoencoderKL:
        return self._pictures.vae

    @property
    def offloading(self) -> bool:
        return self._pictures.offloading

    @offloading.setter
    def offloading(self, wanted: bool) -> None:
        self._pictures.offloading = wanted
        if wanted:
            for part in (self.vae, *(text.encoder for text in self.texts)):
                move(part, HOME)

    def tell(self, pulse: Pulse | None) -> None:
        self._pulse = pulse
        if pulse is None or self._listening:
            return
        self._listening = True
        for part in self._telling_parts():
            call_from_blocks(part, lambda: self._pulse)

    def _telling_parts(self) -> Iterator[nn.Module]:
        """All but a compiled UNet, whose blocks are no more apart; compiled, a pass is quick."""
        if not self.batch_varies:
            yield self.unet
        yield self.vae
        yield from (text.encoder for text in self.texts)
        if self._safety is not None:
            yield self._safety.checker

    @cached_property
    def median_norms(self) -> tuple[float, ...]:
        return tuple(text.median_norm() for text in self.texts)

    def vocabulary(self) -> Tensor:
        return self.texts[0].token_embedding.weight.detach().float().cpu()

    def set_checkpointing(self, wanted: bool) -> None:
        if wanted:
            self.unet.enable_gradient_checkpointing()
        else:
            self.unet.disable_gradient_checkpointing()

    def token_rows(self, text: str, most: int) -> Tensor:
        ids = self.reader.token_ids(text)[:most]
        return torch.cat([encoder.token_rows(ids) for encoder in self.texts], dim=1)

    def encode_prompts(
        self,
        prompts: Sequence[Prompt],
        vectors: Sequence[Mapping[str, Tensor]],
        clip_skip: int = 1,
        *,
        one_mean: bool = False,
    ) -> Conditioning:
        windows = max(prompt.windows for prompt in prompts)
        firsts, vectors, rows = distinct(prompts, vectors)
        ids = torch.cat([self.reader.padded(prompt, windows) for prompt in firsts])
        ids = ids.to(self.device, non_blocking=True)
        with ExitStack() as stack:
            for text in self.texts:
                # Under a gradient the backward pass still needs the weights.
                leaves = self.offloading and not torch.is_grad_enabled()
                stack.enter_context(working(text.encoder, self.device, leaves=leaves))
            for text, columns in zip(self.texts, self._columns, strict=True):
                stack.enter_context(injected(text.token_embedding, firsts, [_cut(own, columns) for own in vectors]))
            encoded = self.encode_windows(ids, windows, clip_skip)
        # Prompts that differ in weights only are encoded once.
        encoded = encoded if len(firsts) == len(rows) else encoded.taken(rows)
        return emphasised(encoded, prompts, self._columns, one_mean=one_mean)

    def predict(self, latents_BCHW: Tensor, timesteps_B: Tensor, conditioning: Conditioning) -> Tensor:
        latents, tokens = latents_BCHW.to(self.dtype), conditioning.tokens_BTW
        told = self.also_told(latents, conditioning)
        if self.batch_varies:
            for each in (latents, timesteps_B, tokens, *(told or {}).values()):
                torch._dynamo.maybe_mark_dynamic(each, 0)
        self._attentions.take(conditioning.attention)
        # A compiled UNet knows nothing of what is hooked into it; without its call's wrapping it is as it was.
        unet = self.unet if conditioning.attention is None else self.unet.forward
        with self._compiling(latents.shape[1:], tokens.shape[1:]):
            predicted: Tensor = unet(
                latents, timesteps_B, encoder_hidden_states=tokens, added_cond_kwargs=told, return_dict=False
            )[0]
        return predicted.float()

    @contextmanager
    def _compiling(self, *shapes: torch.Size) -> Iterator[None]:
        """Tell that a compiled UNet is silent for long when it meets a size for the first time."""
        size = (*shapes, torch.is_grad_enabled(), self.unet.is_gradient_checkpointing)
        if self._pulse is None or not self.batch_varies or size in self._compiled:
            yield
            return
        with self._pulse.loading("compile"):
            yield
        self._compiled.add(size)

    def encode_picture(self, image: Image.Image) -> tuple[Tensor, Tensor]:
        return self._pictures.encode(image)

    def decode_latent(self, latent_CHW: Tensor) -> Image.Image:
        return self._pictures.decode(latent_CHW)

    def is_unsafe(self, image: Image.Image) -> bool:
        return self._safety is not None and self._safety.is_unsafe(image)


def _cut(vectors: Mapping[str, Tensor], columns: slice) -> dict[str, Tensor]:
    return {word: values[:, columns] for word, values in vectors.items()}


def joined(states_NTW: Tensor, windows: int) -> Tensor:
    """Each prompt's windows one after another: (B, windows * T, W)."""
    return states_NTW.reshape(len(states_NTW) // windows, -1, states_NTW.shape[-1])
