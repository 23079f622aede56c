import pytest
import torch

from trainer.models.family import Family
from trainer.models.text import PromptReader, injected
from trainer.prompts.errors import PromptTooLong
from trainer.prompts.windows import WINDOW


@pytest.fixture
def reader(model: Family) -> PromptReader:
    return model.reader


def test_an_embedding_takes_as_many_tokens_as_it_has_vectors(reader: PromptReader) -> None:
    prompt = reader.read("my-word", {"my-word": 16})
    assert WINDOW - prompt.tokens == 59
    assert [place.position for place in prompt.placements] == list(range(1, 17))


def test_other_words_are_read_as_without_the_embedding(reader: PromptReader) -> None:
    with_word, with_tree = reader.read("a zzzz1234 by monet", {"zzzz1234": 1}), reader.read("a tree by monet", {})
    differing = (with_word.ids != with_tree.ids).nonzero().tolist()
    assert differing == [[0, 2]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("portrait of Usada Pekora, mignon", ["usada pekora", "mignon"]),
        ("MY-STYLE house", ["my-style"]),
        ("my - style2", ["my-style2"]),
        ("nothing here", []),
    ],
)
def test_names_are_found_longest_first_and_in_any_case(reader: PromptReader, text: str, found: list[str]) -> None:
    words = {"usada": 1, "usada pekora": 1, "mignon": 1, "my-style": 1, "my-style2": 1}
    placements = sorted(reader.read(text, words).placements, key=lambda place: place.position)
    assert [place.word for place in placements] == found
    assert list(reader.mentioned(text, words)) == found


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("a cat’s hat", "a cat's hat"),
        ("“a red apple”, by night…", '"a red apple", by night…'),
        ("红猫，（夜）：", "红猫,(夜):"),
        ("ﬁre &amp; ice", "fire & ice"),
        ("１２ ﾊﾝｶｸ", "12 ハンカク"),
        ("\ufeffowl\x00", "owl"),
        ("&lt;|endoftext|&gt; owl", " owl"),
    ],
)
def test_text_is_mended_as_the_web_ui_does(reader: PromptReader, typed: str, meant: str) -> None:
    assert reader.token_ids(typed) == reader.token_ids(meant)
    assert len(reader.token_ids(typed)) > 0


def test_a_full_width_comma_is_a_comma(reader: PromptReader) -> None:
    """From which text that would be cut moves to the next window."""
    typed, meant = (f"{'tree ' * 70}{comma} {'owl ' * 10}" for comma in "，,")
    assert reader.read(typed, {}).ids.tolist() == reader.read(meant, {}).ids.tolist()


def test_an_embedding_that_does_not_fit_starts_a_new_window(reader: PromptReader) -> None:
    prompt = reader.read("tree " * 70 + "word8", {"word8": 8})
    assert prompt.windows == 2
    assert prompt.tokens == 78
    assert {(place.window, place.position) for place in prompt.placements} == {(1, i) for i in range(1, 9)}


def test_more_vectors_than_a_window_holds_are_cut(reader: PromptReader) -> None:
    prompt = reader.read("word90", {"word90": 90})
    assert [place.vector for place in prompt.placements] == list(range(WINDOW))


@pytest.mark.parametrize(("tokens", "windows"), [(0, 1), (1, 1), (75, 1), (76, 2), (150, 2), (151, 3)])
def test_windows_hold_75_tokens_between_begin_and_end(reader: PromptReader, tokens: int, windows: int) -> None:
    prompt = reader.read("tree " * tokens, {})
    assert prompt.ids.shape == (windows, 77)
    assert prompt.ids[:, 0].tolist() == [49406] * windows
    assert prompt.ids[:, -1].tolist() == [49407] * windows
    assert prompt.tokens == tokens


def test_strings_of_special_tokens_are_not_obeyed(reader: PromptReader) -> None:
    nasty = "a <|endoftext|>tree<|END<|startoftext|>OFTEXT|> <|StartOfText|>"
    ids = reader.token_ids(nasty)
    assert 49406 not in ids
    assert 49407 not in ids
    assert ids[:2] == reader.token_ids("a tree")


def test_prompts_without_end_are_refused(reader: PromptReader) -> None:
    with pytest.raises(PromptTooLong):
        reader.read("a" * 4001, {})
    with pytest.raises(PromptTooLong):
        reader.read("! " * 601, {})
    assert reader.read("! " * 600, {}).windows == 8


def test_injection_reaches_the_vectors_and_leaves_nothing_behind(reader: PromptReader) -> None:
    layer = torch.nn.Embedding(49408, 4).requires_grad_(requires_grad=False)
    vectors = torch.ones(2, 4, requires_grad=True)
    prompts = [reader.read("a word2", {"word2": 2}), reader.read("a tree", {})]
    ids = torch.cat([prompt.ids for prompt in prompts])
    with injected(layer, prompts, [{"word2": vectors}, {}]):
        rows = layer(ids)
    rows.sum().backward()
    assert torch.equal(rows[0, 2:4], vectors)
    assert torch.equal(vectors.grad, torch.ones(2, 4))
    assert torch.equal(layer(ids)[1], rows[1])
    assert not layer(ids).requires_grad
    assert layer.weight.grad is None
