from pathlib import Path

import pytest

from trainer.data.templates import fill

FOLDER = Path(__file__).parents[3] / "templates"
FOR_EMBEDDINGS = {"subject": 27, "style": 19, "subject_filewords": 27, "style_filewords": 19}
FOR_HYPERNETWORKS = ("hypernetwork", "none")  # these learn no name


def test_file_words_go_in_before_the_name() -> None:
    assert fill("a photo of [name], [filewords]", "my-cat", "a cat") == "a photo of my-cat, a cat"
    assert fill("[filewords]", "my-cat", "[name] on a chair") == "my-cat on a chair"


def test_the_name_is_not_searched_for_tags() -> None:
    assert fill("[name] [filewords]", "[filewords]", "a cat") == "[filewords] a cat"


@pytest.mark.parametrize(("name", "lines"), FOR_EMBEDDINGS.items())
def test_every_line_of_our_templates_has_its_tags(name: str, lines: int) -> None:
    template = (FOLDER / f"{name}.txt").read_text("utf-8").splitlines()
    assert len(set(template)) == lines
    for line in template:
        assert line.count("[name]") == 1
        assert line.count("[filewords]") == name.endswith("_filewords")


def test_every_template_is_known_here() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == {*FOR_EMBEDDINGS, *FOR_HYPERNETWORKS}
