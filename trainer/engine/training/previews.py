"""A run's previews: one prompt and one seed, so that two steps can be compared."""

from trainer.data.dataset import Dataset
from trainer.data.templates import fill
from trainer.engine.drawing.order import Order, Start
from trainer.engine.drawing.picture_pass import Drawing
from trainer.engine.drawing.wording import read_wording
from trainer.engine.training.run import Run
from trainer.infotext.parameters import VERSION, format_parameters
from trainer.models.family import Family
from trainer.protocol import NoiseSource, PictureSettings, TrainRequest
from trainer.randomness import derived_seed
from trainer.sampling.samplers.table import find_sampler

_STEPS, _SAMPLER, _GUIDANCE_SCALE = 20, "Euler a", 7.0
_RNG: NoiseSource = "CPU"
_SEEDS = 2**32


class Previews:
    """Begins the drawing of a run's previews. Raises PromptTooLong when the prompt is."""

    def __init__(self, model: Family, request: TrainRequest, dataset: Dataset) -> None:
        self._model = model
        wanted = request.preview_prompt.strip()
        self.prompt = fill(wanted, request.name, "").strip() if wanted else dataset.text(0, 0)
        self.seed = derived_seed(request.measuring_seed, "preview") % _SEEDS
        # Other people's words are not this run's to use: only its own is read as an embedding.
        self._wording = read_wording(model.reader, self.prompt, "", _STEPS, dataset.words)

    def begin(self, run: Run) -> Drawing:
        """A drawing with a copy of what is learned so far."""
        trainable, values = run.trainable, run.learned.clone()
        order = Order(
            wording=self._wording,
            vectors=trainable.words(values),
            applied=lambda told: trainable.applied(told, values, None),
            sampler=find_sampler(_SAMPLER),
            steps=_STEPS,
            guidance_scale=_GUIDANCE_SCALE,
            starts=(Start(self.seed),),
            width=self._model.native_size,
            height=self._model.native_size,
            rng=_RNG,
        )
        return Drawing(self._model, order)

    def parameters(self) -> str:
        """The line people paste."""
        return format_parameters(
            PictureSettings(
                prompt=self.prompt,
                steps=_STEPS,
                sampler=_SAMPLER,
                guidance_scale=_GUIDANCE_SCALE,
                seed=self.seed,
                width=self._model.native_size,
                height=self._model.native_size,
                model_hash=self._model.model_hash,
                model=self._model.model,
                rng=_RNG,
                version=VERSION,
            )
        )
