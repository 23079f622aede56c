from pathlib import Path

import pytest

from trainer.data.templates import BadTemplate, fill, read_template

FOLDER = Path(__file__).parents[3] / "templates"
FOR_EMBEDDINGS = {"subject": 27, "style": 19, "subject_filewords": 27, "style_filewords": 19}
FOR_HYPERNETWORKS = ("hypernetwork", "none")  # these learn no name


def test_file_words_go_in_before_the_name() -> None:
    assert fill("a photo of [name], [filewords]", "my-cat", "a cat") == "a photo of my-cat, a cat"
    assert fill("[filewords]", "my-cat", "[name] on a chair") == "my-cat on a chair"


def test_the_name_is_not_searched_for_tags() -> None:
    assert fill("[name] [filewords]", "[filewords]", "a cat") == "[filewords] a cat"


def test_lines_are_stripped_and_blank_ones_dropped() -> None:
    assert read_template("\ufeff a [name] \r\n\r\n\t\nthe thing\n") == ("a [name]", "the thing")


@pytest.mark.parametrize("text", ["", "\n\n", "a photo\n", "a photo of [filewords]\n", "a photo of name"])
def test_a_template_without_a_name_is_refused(text: str) -> None:
    with pytest.raises(BadTemplate, match=r"\[name\]"):
        read_template(text)


@pytest.mark.parametrize(("name", "lines"), FOR_EMBEDDINGS.items())
def test_every_line_of_our_templates_has_its_tags(name: str, lines: int) -> None:
    template = read_template((FOLDER / f"{name}.txt").read_text("utf-8"))
    assert len(set(template)) == lines
    for line in template:
        assert line.count("[name]") == 1
        assert line.count("[filewords]") == name.endswith("_filewords")


def test_every_template_is_known_here() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == {*FOR_EMBEDDINGS, *FOR_HYPERNETWORKS}


@pytest.mark.parametrize("name", FOR_HYPERNETWORKS)
def test_templates_of_hypernetworks_cannot_teach_a_word(name: str) -> None:
    with pytest.raises(BadTemplate):
        read_template((FOLDER / f"{name}.txt").read_text("utf-8"))
