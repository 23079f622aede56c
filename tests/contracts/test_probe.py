"""What something new costs: on a scratch copy of the programs a fake one is added, in so many places and no more."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class Scratch:
    """A copy of links to the files; `add` makes a file of its own of the one that it changes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ignored = shutil.ignore_patterns("__pycache__")
        for package in ("bot", "trainer"):
            shutil.copytree(ROOT / package, folder / package, copy_function=_link, ignore=ignored)

    def add(self, file: str, before: str, text: str) -> None:
        """Lines before the first one that begins with `before`."""
        path = self.folder / file
        written = path.read_text(encoding="utf-8")
        assert f"\n{before}" in written
        path.unlink()
        path.write_text(written.replace(f"\n{before}", f"\n{text}\n{before}", 1), encoding="utf-8")

    def run(self, code: str) -> None:
        done = subprocess.run([sys.executable, "-B", "-c", code], cwd=self.folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def _link(source: str, target: str) -> None:
    Path(target).symlink_to(source)


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path)


def test_a_setting_of_a_drawing_is_a_field_and_a_row(scratch: Scratch) -> None:
    """And the code that uses it, its rows in the docs, and the step that tells its stored rows from older ones."""
    scratch.add("trainer/protocol/settings.py", "class Hires(", "    glow: float = 0.0\n\n")
    scratch.add(
        "trainer/protocol/settings.py",
        '    Setting("count",',
        '    Setting("glow", Number(0, 2), "glow", "glow 0.5", "Glow"),',
    )
    scratch.run("""
from msgspec.structs import replace
from bot.chat.setting_lines import suggest_settings
from bot.errors import BadSetting
from bot.features.imagine.drawing_settings import SETTINGS, read_drawing_settings, written
from bot.features.imagine.redrawing import redraw
from bot.jobs.faults import check
from trainer.infotext.parameters import format_parameters
from trainer.infotext.webui import parse_parameters
from trainer.protocol import DrawRequest, PictureSettings, upscalers_with

asked = DrawRequest(prompt="a", **read_drawing_settings("glow 1.5"))
assert asked.glow == 1.5
assert written(asked) == "glow 1.5"
assert suggest_settings("gl", SETTINGS) == ["glow 0.5"]
check(asked)
try:
    check(replace(asked, glow=3.0))
except BadSetting as refused:
    assert refused.facts["part"] == "glow" and refused.facts["most"] == "2"
else:
    raise AssertionError("it has no limits")
text = format_parameters(PictureSettings(prompt="a", seed=1, glow=1.5))
assert "Glow: 1.5" in text
read = parse_parameters(text)
assert read.glow == 1.5 and read.others == ()
assert redraw(read, 1, upscalers_with(())).glow == 1.5
""")


def test_what_a_drawing_writes_of_itself_is_all_that_was_asked(scratch: Scratch) -> None:
    scratch.add("trainer/protocol/settings.py", "class Hires(", "    glow: float = 0.0\n\n")
    scratch.add(
        "trainer/protocol/settings.py", '    Setting("count",', '    Setting("glow", Number(0, 2), key="Glow"),'
    )
    scratch.run("""
from types import SimpleNamespace as Thing
from trainer.engine.drawing.drawn import parameters_of
from trainer.engine.drawing.order import Start
from trainer.hypernetworks.hypernetwork import Chain
from trainer.protocol import DrawRequest
from trainer.sampling.samplers.table import find_sampler

order = Thing(sampler=find_sampler("Euler"), schedule="Automatic", width=64, height=64, ensd=0, image=None, larger=None)
model, request = Thing(model="m", model_hash="ab"), DrawRequest(prompt="a", glow=1.5)
text = parameters_of(model, request, order, (), Chain(()), Start(1))
assert "Glow: 1.5" in text, text
""")


def test_a_setting_of_a_training_is_a_field_and_a_row(scratch: Scratch) -> None:
    scratch.add("trainer/protocol/settings.py", "@dataclass", "    glow: int = 0\n\n")
    scratch.add(
        "trainer/protocol/settings.py",
        '    Setting("average",',
        '    Setting("glow", Whole(0, 9), "glow", "glow 3"),',
    )
    scratch.run("""
from bot.features.train.tuning import SETTINGS, read_tuning
from trainer.protocol import TRAINING
from trainer.protocol.faults import fault_in_settings

assert read_tuning("flip, glow 4").glow == 4
assert SETTINGS["glow"].example == "glow 3"
assert fault_in_settings(read_tuning("glow 10"), TRAINING).facts == {"setting": "glow", "least": "0", "most": "9"}
""")


def test_a_sampler_is_a_row_and_its_function(scratch: Scratch) -> None:
    scratch.add(
        "trainer/sampling/sampler_names.py",
        ")\n_BY_NAME",
        '    SamplerName(name="Halfway", update="halfway.halfway", aliases=("half_way",), eta=0.5),',
    )
    (scratch.folder / "trainer" / "sampling" / "samplers" / "halfway.py").write_text(
        "def halfway(x, sigmas, noise, eta):\n    clean = yield x, float(sigmas[0])\n    return x + (clean - x) * eta\n"
    )
    scratch.run("""
from bot.jobs.faults import check
from trainer.infotext.webui import parse_parameters
from trainer.protocol import SAMPLERS as CHOICES, DrawRequest
import sys
assert "torch" not in sys.modules

assert "Halfway" in CHOICES
check(DrawRequest(prompt="a", sampler="Halfway"))
assert parse_parameters("a\\nSteps: 4, Sampler: half_way Karras, Seed: 1").schedule == "Karras"

import torch
from trainer.sampling.samplers.table import find_sampler
drawing = find_sampler("halfway").sample(torch.zeros(1), torch.tensor([1.0, 0.0]), None)
next(drawing)
try:
    drawing.send(torch.ones(1))
except StopIteration as end:
    assert end.value == 0.5
""")


def test_a_family_is_a_file_and_a_row(scratch: Scratch) -> None:
    scratch.add("trainer/models/families/table.py", "    StableDiffusion2,", "    Quiet,")
    scratch.add("trainer/models/families/table.py", "FAMILIES", "from trainer.models.families.quiet import Quiet\n")
    (scratch.folder / "trainer" / "models" / "families" / "quiet.py").write_text("""
from trainer.models.families.sd1 import StableDiffusion1

class Quiet(StableDiffusion1):
    family = "quiet"
    text_weights = "quiet_stage_model."

    @classmethod
    def has_encoders(cls, configurations):
        return configurations[0]["hidden_act"] == "gelu_pytorch_tanh"
""")
    _change_activation(scratch.folder / "trainer" / "demo_model" / "text_encoder" / "config.json")
    scratch.run("""
from pathlib import Path
import torch
from trainer.models.loading.kinds import kind_of
from trainer.models.loading.loading import load_model

model = load_model(Path("trainer/demo_model"), torch.device("cpu"), torch.float32)
assert model.family == "quiet"
first, last, more = "input_blocks.0.0.weight", "out.2.weight", torch.zeros(4, 4)
weights = {f"model.diffusion_model.{key}": more for key in (first, last)}
assert kind_of(weights | {"first_stage_model.": more, "quiet_stage_model.0": more}) is type(model)
""")


def _change_activation(file: Path) -> None:
    written = json.loads(file.read_text(encoding="utf-8"))
    file.unlink()
    file.write_text(json.dumps(written | {"hidden_act": "gelu_pytorch_tanh"}), encoding="utf-8")
