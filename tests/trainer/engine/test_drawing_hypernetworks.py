"""Pictures with hypernetworks: which tags of a prompt are used, how strongly, and that nobody else's pass sees them."""

from pathlib import Path

import pytest
import torch

from tests.trainer.engine.drawings import Studio, pixels
from tests.trainer.hypernetworks.files import contents, written
from trainer.engine.drawing.drawing_job import DrawingJob
from trainer.infotext.webui import parse_parameters
from trainer.models.family import Family
from trainer.protocol import DrawRequest
from trainer.refusal import Refusal


@pytest.fixture
def studio(model: Family, tmp_path: Path) -> Studio:
    made = Studio(model, tmp_path)
    networks = {"soft": contents(), "hard": contents(seed=70), "untrained": contents(scale=0.0)}
    made.hypernetworks = [written(tmp_path / "hypernetworks", name, held) for name, held in networks.items()]
    return made


def request(prompt: str, **settings: object) -> DrawRequest:
    return DrawRequest(**{"prompt": prompt, "steps": 3, "seed": 1, "width": 64, "height": 64} | settings)


def test_strength_0_and_a_network_of_zeros_change_no_pixel(studio: Studio) -> None:
    plain = pixels(studio.drawn(request("an owl")))
    assert pixels(studio.drawn(request("an owl<hypernet:soft:0>"))) == plain
    assert pixels(studio.drawn(request("an owl<hypernet:untrained>"))) == plain
    assert pixels(studio.drawn(request("an owl<hypernet:soft>"))) != plain


def test_strength_scales(studio: Studio) -> None:
    plain = studio.latents(request("an owl"))
    strengths = (0.05, 0.1, 0.5, 1.0)
    apart = [(studio.latents(request(f"an owl<hypernet:soft:{each}>")) - plain).norm() for each in strengths]
    assert 0 < apart[0] < apart[1] < apart[2] < apart[3]
    assert torch.equal(
        studio.latents(request("an owl<hypernet:soft>")), studio.latents(request("an owl<hypernet:SOFT:1>"))
    )


def test_several_are_a_chain(studio: Studio) -> None:
    both = studio.latents(request("<hypernet:soft:0.3><hypernet:hard:0.3>an owl"))
    for other in ("<hypernet:hard:0.3><hypernet:soft:0.3>", "<hypernet:soft:0.3>", "<hypernet:hard:0.3>"):
        assert not torch.allclose(both, studio.latents(request(f"{other}an owl")), atol=1e-4)


def test_people_with_and_without_one_draw_side_by_side(studio: Studio) -> None:
    """Only those of one chain share a pass, and each gets the picture that it gets alone."""
    prompts = ("an owl", "a tree<hypernet:soft:0.5>", "a cup<hypernet:soft:0.5>", "an owl<hypernet:soft:0.6>")
    alone = [studio.latents(request(prompt, guidance_scale=2.0)) for prompt in prompts]
    jobs = [studio.begin(request(prompt, guidance_scale=2.0)) for prompt in prompts]
    shapes = [job.drawing.shape for job in jobs]
    assert shapes[1] == shapes[2]
    assert len(set(shapes)) == 3
    while any(not job.over for job in jobs):  # a pass each in turn, so that they lie between each other's
        for job in jobs:
            if not job.over:
                studio.make_pass(job)
    for job, latents in zip(jobs, alone, strict=True):
        torch.testing.assert_close(torch.stack(job.drawing.latents), latents, atol=1e-4, rtol=0)


def test_a_larger_picture_is_drawn_with_it_too(studio: Studio) -> None:
    job = studio.begin(request("an owl<hypernet:soft>"))
    assert all(order.applied is not None for order in job.drawing.order.orders)
    assert len({order.applied for order in job.drawing.order.orders}) == 1


def test_what_is_no_hypernetwork_here_is_told_and_left_out(studio: Studio, caplog: pytest.LogCaptureFixture) -> None:
    folder = studio.folder / "hypernetworks"
    studio.hypernetworks += [
        written(folder, "broken", b"x"),
        written(folder, "for-another-model", contents((777,))),
        written(folder / "another", "soft", contents(seed=9)),  # of one name the first counts
    ]
    tags = "<hypernet:unknown><hypernet:broken:1><hypernet:for-another-model>"
    tags += "<hypernet:soft:much><hypernet:soft:nan><lora:x>"
    drawn = studio.drawn(request(f"an owl{tags}"))
    assert "".join(drawn.not_used) == tags
    assert pixels(drawn) == pixels(studio.drawn(request("an owl")))
    assert "broken is not used: it is no file of torch's" in caplog.text
    assert "for attention of the widths [777]" in caplog.text


def test_a_tag_in_the_negative_prompt_is_words(studio: Studio) -> None:
    drawn = studio.drawn(request("an owl", negative_prompt="fog <hypernet:soft>"))
    assert drawn.not_used == ()
    assert pixels(drawn) != pixels(studio.drawn(request("an owl", negative_prompt="fog ")))


@pytest.mark.parametrize("became", [None, b"another"])
def test_a_file_that_changed_since_it_was_named_ends_the_attempt(studio: Studio, became: bytes | None) -> None:
    path = Path(studio.hypernetworks[0].path)
    path.unlink() if became is None else path.write_bytes(became)
    with pytest.raises(Refusal) as refused:
        studio.begin(request("an owl<hypernet:soft>"))
    assert (refused.value.reason, refused.value.facts) == ("word_changed", {"name": "soft"})
    assert isinstance(studio.begin(request("an owl<hypernet:hard>")), DrawingJob)


def test_the_pictures_text_names_them_and_draws_it_again(studio: Studio) -> None:
    drawn = studio.drawn(request("an owl <hypernet:soft:0.4><hypernet:Hard>"))
    text = drawn.pictures[0].parameters
    soft, hard = (file.sha256[:10] for file in studio.hypernetworks[:2])
    assert f'Hypernet hash: "soft: {soft}, hard: {hard}"' in text
    assert "Hypernet:" not in text, "the web UI would add the tag once more"
    read = parse_parameters(text)
    assert read.prompt == "an owl <hypernet:soft:0.4><hypernet:Hard>"
    assert read.hypernetwork_hashes == (("soft", soft), ("hard", hard))
    again = studio.drawn(request(read.prompt, seed=read.seed))
    assert pixels(again) == pixels(drawn)
