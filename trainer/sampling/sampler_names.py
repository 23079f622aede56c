"""Samplers and noise schedules as people choose them. No torch here: who reads pictures' texts needs the names too."""

from dataclasses import dataclass
from typing import Literal, get_args

Schedule = Literal[
    "Uniform",
    "Karras",
    "Exponential",
    "Polyexponential",
    "SGM Uniform",
    "KL Optimal",
    "Align Your Steps",
    "Simple",
    "Normal",
    "DDIM",
    "Beta",
]
ScheduleChoice = Literal["Automatic"] | Schedule
SCHEDULES: tuple[Schedule, ...] = get_args(Schedule)
_CHOICES: tuple[ScheduleChoice, ...] = ("Automatic", *SCHEDULES)


class UnknownSampler(Exception):
    """No sampler goes by this name."""


class UnknownSchedule(Exception):
    """No noise schedule goes by this name."""


@dataclass(frozen=True, kw_only=True)
class SamplerName:
    """A sampler as people choose it: the web UI's name, other programs' names for it, its default noise schedule."""

    name: str
    update: str
    """Its update rule: file and function in `trainer.sampling.samplers`, named only, because they need torch."""
    aliases: tuple[str, ...]
    schedule: Schedule = "Uniform"
    eta: float | None = None
    """What the web UI takes for the amount of fresh noise, 0 to 1; None where the sampler adds none."""
    uses_ensd: bool = False
    """Whether a shifted seed of the fresh noise (ENSD) changes its pictures."""
    drops_penultimate: bool = False
    """Whether the schedule is made one longer and its last sigma above 0 left out."""
    grid: Literal["leading", "linear", "range"] | None = None
    """Timesteps of its own, which no choice of schedule changes."""
    variance_preserving: bool = False
    """Whether the web UI starts it from unit noise and leaves the latents in that scale."""
    timesteps_every: int = 1
    """The model is asked at every n-th timestep only."""
    alone: bool = False
    """Whether its steps depend on the picture, so that pictures have to be drawn one at a time."""
    wants_unguided: bool = False
    """Whether it must be sent `Guided`, with what the model sees without the prompt."""
    guidance_divisor: float = 1.0
    """The guidance scale is divided by this before it is used."""
    calls_per_step: int = 1
    """How often the model is asked in a step: what the schedules in prompts count."""


SAMPLER_NAMES = (
    SamplerName(name="DPM++ 2M", update="multistep.dpmpp_2m", aliases=("k_dpmpp_2m", "dpmpp_2m"), schedule="Karras"),
    SamplerName(
        name="DPM++ SDE",
        update="dpm_sde.dpmpp_sde",
        aliases=("k_dpmpp_sde", "dpmpp_sde"),
        schedule="Karras",
        eta=1.0,
        calls_per_step=2,
    ),
    SamplerName(
        name="DPM++ 2M SDE",
        update="dpm_sde.dpmpp_2m_sde",
        aliases=("k_dpmpp_2m_sde", "dpmpp_2m_sde"),
        schedule="Exponential",
        eta=1.0,
    ),
    SamplerName(
        name="DPM++ 2M SDE Heun",
        update="dpm_sde.dpmpp_2m_sde_heun",
        aliases=("k_dpmpp_2m_sde_heun", "dpmpp_2m_sde_heun"),
        schedule="Exponential",
        eta=1.0,
    ),
    SamplerName(
        name="DPM++ 2S a",
        update="dpm.dpmpp_2s_ancestral",
        aliases=("k_dpmpp_2s_a", "dpmpp_2s_ancestral"),
        schedule="Karras",
        eta=1.0,
        uses_ensd=True,
        calls_per_step=2,
    ),
    SamplerName(
        name="DPM++ 3M SDE",
        update="dpm_sde.dpmpp_3m_sde",
        aliases=("k_dpmpp_3m_sde", "dpmpp_3m_sde"),
        schedule="Exponential",
        eta=1.0,
        drops_penultimate=True,
    ),
    SamplerName(
        name="Euler a",
        update="euler.euler_ancestral",
        aliases=("k_euler_a", "k_euler_ancestral", "euler ancestral", "euler_ancestral", "euler_a"),
        eta=1.0,
        uses_ensd=True,
    ),
    SamplerName(name="Euler", update="euler.euler", aliases=("k_euler",)),
    SamplerName(name="LMS", update="multistep.lms", aliases=("k_lms",)),
    SamplerName(name="Heun", update="euler.heun", aliases=("k_heun",), calls_per_step=2),
    SamplerName(
        name="DPM2",
        update="dpm.dpm_2",
        aliases=("k_dpm_2", "dpm_2"),
        schedule="Karras",
        drops_penultimate=True,
        calls_per_step=2,
    ),
    SamplerName(
        name="DPM2 a",
        update="dpm.dpm_2_ancestral",
        aliases=("k_dpm_2_a", "dpm_2_ancestral"),
        schedule="Karras",
        eta=1.0,
        uses_ensd=True,
        drops_penultimate=True,
        calls_per_step=2,
    ),
    SamplerName(
        name="DPM fast",
        update="dpm_solver.dpm_fast",
        aliases=("k_dpm_fast", "dpm_fast"),
        eta=1.0,
        uses_ensd=True,
        grid="range",
    ),
    SamplerName(
        name="DPM adaptive",
        update="dpm_solver.dpm_adaptive",
        aliases=("k_dpm_ad", "dpm_adaptive"),
        eta=1.0,
        uses_ensd=True,
        grid="range",
        alone=True,
    ),
    SamplerName(name="Restart", update="restart.restart", aliases=(), schedule="Karras", calls_per_step=2),
    SamplerName(name="DDIM", update="ddim.ddim", aliases=(), eta=0.0, grid="leading", variance_preserving=True),
    SamplerName(
        name="DDIM CFG++",
        update="ddim.ddim_cfgpp",
        aliases=("ddim_cfgpp",),
        eta=0.0,
        grid="leading",
        variance_preserving=True,
        wants_unguided=True,
        guidance_divisor=12.5,
    ),
    SamplerName(name="PLMS", update="ddim.plms", aliases=(), grid="leading", variance_preserving=True),
    SamplerName(name="UniPC", update="unipc.unipc", aliases=("uni_pc",), grid="linear", variance_preserving=True),
    SamplerName(name="LCM", update="lcm.lcm", aliases=("k_lcm",), timesteps_every=20),
)
_BY_NAME = {known.lower(): row for row in SAMPLER_NAMES for known in (row.name, *row.aliases)}


def read_sampler(written: str) -> tuple[SamplerName, ScheduleChoice]:
    """Sampler and noise schedule of a name as the web UI wrote it before 1.9 ("DPM++ 2M Karras") or since.

    A schedule that is the sampler's default is "Automatic". Case does not matter. Raises UnknownSampler, whose text
    lists the names there are.
    """
    wanted = " ".join(written.lower().split())
    if wanted in _BY_NAME:
        return _BY_NAME[wanted], "Automatic"
    for ending, schedule in _ENDINGS:
        row = _BY_NAME.get(wanted.removesuffix(ending)) if wanted.endswith(ending) else None
        if row is not None:
            return row, "Automatic" if schedule == row.schedule else schedule
    raise UnknownSampler(f'No sampler is called "{written}". There are {", ".join(row.name for row in SAMPLER_NAMES)}.')


def read_schedule(written: str) -> ScheduleChoice:
    """Noise schedule by its label, "Automatic" among them, without regard to case, spaces and underscores.

    ComfyUI's name of DDIM's is known too. Raises UnknownSchedule, whose text lists the labels there are.
    """
    if _bare(written) == "ddimuniform":
        return "DDIM"
    for choice in _CHOICES:
        if _bare(choice) == _bare(written):
            return choice
    raise UnknownSchedule(f'No noise schedule is called "{written}". There are {", ".join(_CHOICES)}.')


def _bare(label: str) -> str:
    return label.lower().replace(" ", "").replace("_", "")


# "DDIM" is left out: it never was a suffix.
_ENDINGS: tuple[tuple[str, Schedule], ...] = (
    *((f" {schedule.lower()}", schedule) for schedule in SCHEDULES if schedule != "DDIM"),
    *((f"_{schedule.lower().replace(' ', '_')}", schedule) for schedule in SCHEDULES if schedule != "DDIM"),
    ("_ka", "Karras"),
    ("_ddim_uniform", "DDIM"),
    (" sgmuniform", "SGM Uniform"),
)
