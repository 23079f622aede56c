"""One value of each kind that rows hold, with nothing left at its default; and where those of all versions are kept.

`python -m tests.bot.stored_rows` records today's versions that are not recorded yet. What is recorded never changes.
"""

from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from bot.chat.drafts import DRAFT, Draft, DrawingDraft, KeptPicture, RequestDraft, RunDraft, TrainingDraft
from bot.chat.wishes import DrawingWish, TrainingWish
from bot.db.stored import Stored
from bot.files.attachments import SentFile
from bot.jobs.job import Report, ShownPreview
from bot.jobs.rows import REPORT, REQUEST
from bot.library.whose import ChosenWord
from trainer.protocol import (
    CreateRequest,
    DrawnPicture,
    DrawRequest,
    Hires,
    ReadPart,
    ReadStage,
    Request,
    StartText,
    TrainingPicture,
    TrainRequest,
    Tuning,
    Word,
)

ROWS = Path(__file__).parents[1] / "fixtures" / "rows"
STORED: dict[str, Stored[Any]] = {"request": REQUEST, "report": REPORT, "draft": DRAFT}
DATA = Path("/home/ada/embedsmith-data")
FIRST, SECOND = "a1" * 32, "b2" * 32


def picture(sha256: str) -> str:
    return f"{DATA}/pictures/{sha256[:2]}/{sha256}.png"


def run_file(job_id: int, name: str) -> str:
    return f"{DATA}/runs/{job_id}/{name}"


TRAIN = TrainRequest(
    name="my-cat",
    initialization_text="a cat",
    vectors_per_token=4,
    pictures=(
        TrainingPicture(path=picture(FIRST), file_name="Mia 1.png", caption="[name] on a sofa", alpha=picture(SECOND)),
        TrainingPicture(path=picture(SECOND), file_name="2.jpg"),
    ),
    template=("a photo of [name]", "[filewords]"),
    steps=100,
    learning_rate="0.005:60, 0.002:100",
    seed=7,
    batch_size=2,
    size=512,
    preview_prompt="[name] in space",
    preview_every=25,
    continue_from=f"{DATA}/embeddings/my-cat.pt",
    tuning=Tuning(
        accumulation=2,
        warmup=10,
        cosine=True,
        clip_norm=1.0,
        weight_decay=0.01,
        min_snr_gamma=5.0,
        flip=True,
        shuffle_tags=True,
        drop_tags=0.1,
        alpha_weights=True,
        word_regex=r"\w+",
        word_join="-",
        average=False,
        patience=3,
    ),
    allow_unsafe=True,
    validation_seed=9,
)
DRAW = DrawRequest(
    prompt="my-cat, (portrait:1.2)",
    negative_prompt="blurry",
    steps=12,
    sampler="DPM++ 2M",
    guidance_scale=6.5,
    seed=2**64 - 1,
    width=512,
    height=640,
    count=2,
    clip_skip=2,
    schedule="Karras",
    eta=0.5,
    ensd=31337,
    rng="NV",
    variation_seed=3,
    variation_strength=0.3,
    emphasis="No norm",
    image=run_file(4, "00-1.png"),
    strength=0.6,
    allow_unsafe=True,
    seed_resize_from=(512, 512),
    hires=Hires(scale=1.5, resize=(768, 0), steps=6, upscaler="Lanczos", strength=0.5),
)
REQUESTS: dict[str, Request] = {
    "train": TRAIN,
    "create": CreateRequest(name="my-hat", initialization_text="*", vectors_per_token=2),
    "draw": DRAW,
    "draw-over-upload": replace(DRAW, image=picture(FIRST)),
}
START = StartText(tokens=2, used="a cat</w>")
REPORTS: dict[str, Report] = {
    "train": Report(
        phase="working",
        step=60,
        steps=100,
        loss=0.12,
        learning_rate=0.005,
        seconds_per_step=0.8,
        sharing=1,
        validation=0.11,
        validation_step=50,
        first_validation=0.2,
        best_validation=0.11,
        best_step=50,
        norm=1.4,
        held_back=1,
        easing="examples",
        examples=1,
        previews=(ShownPreview(0, run_file(1, "previews/0.png")), ShownPreview(25, run_file(1, "previews/25.png"))),
        no_preview=50,
        curve=run_file(1, "curve-50.png"),
        snapshot=run_file(1, "my-cat.pt"),
        strip=run_file(1, "strip.png"),
        film=run_file(1, "film.webp"),
        best=run_file(1, "my-cat-best.pt"),
        before=run_file(1, "before/my-cat.pt"),
        start=START,
        lost_steps=5,
        failure="worker_lost",
        facts={"attempts": "3"},
        recovered=True,
        killed=1,
        model="tiny",
        model_hash="abcdef0123",
    ),
    "create": Report(snapshot=f"{DATA}/embeddings/my-hat.pt", start=START),
    "draw": Report(
        coarse=ShownPreview(3, run_file(4, "progress.png")),
        pictures=(
            DrawnPicture(path=run_file(4, "00-1.png"), seed=1, parameters="my-cat\nSteps: 12", unsafe=True),
            DrawnPicture(path=run_file(4, "01-2.png"), seed=2, parameters="my-cat\nSteps: 12"),
        ),
        tokens=6,
        windows=1,
        words=(Word(name="my-cat", vectors=4, model="tiny", model_hash="abcdef0123"),),
        unreadable=("old",),
        reading=(
            ReadPart(
                weight=0.5,
                stages=(ReadStage(first_step=1, last_step=12, blocks=((("my-cat, ", 1.0), ("portrait", 1.2)),)),),
                stages_left_out=1,
            ),
        ),
        not_used=("<lora:x:1>",),
        chosen=(ChosenWord(name="my-cat", whose="own"),),
    ),
}
SENT = SentFile("a.png", 123, "https://cdn.discordapp.com/a.png")
KEPT = (KeptPicture(FIRST, "Mia 1.png", SECOND, "[name] on a sofa"), KeptPicture(SECOND, "2.jpg"))
DRAFTS: dict[str, Draft] = {
    "training": TrainingDraft(
        TrainingWish(
            name="my-cat",
            kind="style",
            start="a cat",
            vectors=6,
            thoroughness="quick",
            steps=80,
            learning_rate="0.01",
            template="style",
            own_template="a [name]",
            preview_prompt="[name]",
            batch_size=2,
            tuning="flip: yes",
            continues="my-cat",
            where="me",
        ),
        pictures=KEPT,
        waiting=(SENT,),
        template=SENT,
        lines="flip: perhaps",
        shown_for="my-cat",
        asked_by="token",
    ),
    "drawing": DrawingDraft(
        DrawingWish(
            prompt="p",
            negative_prompt="n",
            style="ink",
            steps=9,
            sampler="DDIM",
            cfg_scale=5.0,
            seed=3,
            size="512x640",
            count=2,
            schedule="Karras",
            strength=0.5,
            settings="eta: 1",
            over="4.0",
            words=("my-cat",),
        ),
        picture=KEPT[0],
        waiting=SENT,
    ),
    "request": RequestDraft(DRAW),
    "run": RunDraft("further", 2, "200", "0.001"),
}
EXAMPLES: dict[str, dict[str, Any]] = {"request": REQUESTS, "report": dict(REPORTS), "draft": dict(DRAFTS)}


def shape_of(stored: Stored[Any]) -> Any:
    """A description of all that such rows can hold; words that are for people alone are left out."""
    schema = msgspec.json.schema(stored.shape)
    return _inlined(schema, schema.get("$defs", {}))


def _inlined(part: Any, definitions: dict[str, Any]) -> Any:
    """So that no name of a class counts, but where it is a tag."""
    match part:
        case {"$ref": str(reference)}:
            return _inlined(definitions[reference.rpartition("/")[2]], definitions)
        case dict() if isinstance(part.get("properties"), dict):
            rest = {key: value for key, value in part.items() if key not in ("title", "description", "$defs")}
            return {key: _inlined(value, definitions) for key, value in rest.items()}
        case dict():
            return {key: _inlined(value, definitions) for key, value in part.items() if key not in ("$defs", "mapping")}
        case list() | tuple():
            return [_inlined(each, definitions) for each in part]
        case _:
            return part


def folder_of(what: str) -> Path:
    """Where today's version of it is recorded."""
    return ROWS / what / str(STORED[what].version)


def shape_file(what: str) -> Path:
    return ROWS / "shapes" / f"{what}-{STORED[what].version}.json"


def record() -> None:
    for what, stored in STORED.items():
        shape = shape_file(what)
        if shape.exists():
            continue
        shape.parent.mkdir(parents=True, exist_ok=True)
        shape.write_bytes(msgspec.json.format(msgspec.json.encode(shape_of(stored))) + b"\n")
        for name, value in EXAMPLES[what].items():
            place = folder_of(what) / f"{name}.json"
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.exists():
                place.write_text(stored.text(value, DATA) + "\n", encoding="utf-8")


if __name__ == "__main__":
    record()
