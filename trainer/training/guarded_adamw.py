"""AdamW for what a run trains that takes no step into what is no number, and never waits for the device."""

import torch
from torch import Tensor

_BETAS, _EPS = (0.9, 0.999), 1e-8  # the web UI's
_MOMENTS = ("step", "exp_avg", "exp_avg_sq")
_FIRST_SCALE = 2.0**16  # torch.amp.GradScaler's rules: halved when a gradient overflows,
_GROWTH_STEPS = 2000  # doubled after so many that did not


class GuardedAdamW:
    """Updates `values` in place. Everything it decides is a tensor on the values' device.

    Gradients of float16 passes vanish unless the loss is multiplied by `scale`; one that overflows costs its step and
    halves the scale. Any other number that is not finite ends the run: from then on nothing changes, `alive` is false,
    and `good_values` are those that the last finite loss was computed with, after `good_step` steps.
    """

    def __init__(self, values: Tensor, weight_decay: float, *, half: bool) -> None:
        """`values` is a leaf of the graph; `half` says that the model computes in float16."""
        self._values, self._half = values, half
        self._adamw = torch.optim.AdamW([values], betas=_BETAS, eps=_EPS, weight_decay=weight_decay, fused=True)
        device = values.device
        self.scale = torch.tensor(_FIRST_SCALE if half else 1.0, device=device)
        self._unbroken = torch.zeros((), device=device)
        self.alive = torch.ones((), dtype=torch.bool, device=device)
        self.good_values = values.detach().clone()
        self.good_step = torch.zeros((), dtype=torch.long, device=device)

    @torch.no_grad()
    def step(self, loss: Tensor, step: int, learning_rate: float, clip_norm: float) -> None:
        """One update with the gradient that the passes left, and none left after it. `step` counts those before."""
        gradient = self._gradient()
        self.alive &= loss.isfinite()
        self.good_values.copy_(torch.where(self.alive, self._values, self.good_values))
        self.good_step.copy_(torch.where(self.alive, step, self.good_step))
        usable = gradient.isfinite().all()
        if clip_norm:
            gradient *= (clip_norm / gradient.norm().clamp(min=1e-12)).clamp(max=1.0)
        self._update(self.alive & usable, learning_rate)
        if self._half:
            self._rescale(usable)
        else:
            self.alive &= usable

    def _gradient(self) -> Tensor:
        """The true one, its scale taken off; zeros when no example of the step had the word in its prompt."""
        if self._values.grad is None:
            self._values.grad = torch.zeros_like(self._values)
        self._values.grad /= self.scale
        return self._values.grad

    def _update(self, wanted: Tensor, learning_rate: float) -> None:
        before = self._values.detach().clone()
        # What torch.amp.GradScaler sets: the fused kernel reads it on the device and then changes nothing.
        self._adamw.found_inf = (~wanted).float()  # type: ignore[attr-defined]  # torch declares it nowhere
        self._adamw.param_groups[0]["lr"] = learning_rate
        self._adamw.step()
        self._values.grad = None
        finite = self._values.isfinite().all()
        self._values.copy_(torch.where(finite, self._values, before))
        self.alive &= finite

    def _rescale(self, usable: Tensor) -> None:
        self._unbroken.copy_(torch.where(usable, self._unbroken + 1, 0))
        grown = self._unbroken >= _GROWTH_STEPS
        self.scale *= torch.where(usable, torch.where(grown, 2.0, 1.0), 0.5)
        self._unbroken *= ~grown
        self.alive &= self.scale >= 1.0

    def state(self) -> dict[str, Tensor]:
        """All that an exact continuation needs beside the values; empty before the first step."""
        moments = self._adamw.state.get(self._values)
        if not moments:
            return {}
        kept = {key: moments[key] for key in _MOMENTS} | {"scale": self.scale, "unbroken": self._unbroken}
        return {key: value.detach().cpu().clone() for key, value in kept.items()}

    def load(self, state: dict[str, Tensor], step: int) -> None:
        """Go on from `state`, after the values have been put back to what they were then."""
        if state:
            moments = {key: state[key].clone() for key in _MOMENTS}
            self._adamw.load_state_dict({**self._adamw.state_dict(), "state": {0: moments}})
            self.scale.copy_(state["scale"])
            self._unbroken.copy_(state["unbroken"])
        self.good_values.copy_(self._values.detach())
        self.good_step.fill_(step)
