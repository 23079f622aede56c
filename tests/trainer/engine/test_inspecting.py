"""What the vocabulary says of a word."""

from pathlib import Path

import numpy as np
import pytest
import torch

from tests.trainer.process import Worker
from tests.trainer.words import written
from trainer.embeddings.embedding import Embedding
from trainer.engine.inspecting import NEAREST, inspect, spell
from trainer.models.family import Family
from trainer.protocol import Created, CreateRequest, Failed, Inspect, Inspected, Spell, Spelled
from trainer.refusal import Refusal
from trainer.trainables.embedding_start import initial_vectors


def question(folder: Path, name: str, vectors: np.ndarray, start: str | None = None) -> Inspect:
    path = written(folder, Embedding(name=name, vectors=vectors)).path
    return Inspect(attempt="a", name=name, path=path, initialization_text=start)


def test_an_untrained_word_is_its_text(model: Family, tmp_path: Path) -> None:
    start = initial_vectors(model, "red heart", 2).numpy()
    told = inspect(model, question(tmp_path, "zzzz1234", start, "red heart"))
    assert [vector.nearest[0].token for vector in told.vectors] == ["red", "heart"]
    assert [vector.moved for vector in told.vectors] == [0.0, 0.0]
    assert told.median_norm == model.median_norms[0]
    assert told.tokens == len(model.reader.token_ids("zzzz1234"))


def test_what_is_nearest_is_what_the_whole_vocabulary_says(model: Family, tmp_path: Path) -> None:
    vectors = np.random.default_rng(1).normal(size=(3, sum(model.widths))).astype(np.float32)
    told = inspect(model, question(tmp_path, "odd", vectors))
    rows = model.vocabulary()
    for vector, given in zip(told.vectors, torch.from_numpy(vectors), strict=True):
        similar = torch.cosine_similarity(rows, given.unsqueeze(0), dim=1).sort(descending=True)
        told_of = [near.similarity for near in vector.nearest]
        assert told_of == pytest.approx(similar.values[:NEAREST].tolist(), abs=1e-3)
        assert vector.nearest[0].token == model.reader.token_text(int(similar.indices[0]))
        assert vector.norm == pytest.approx(given.norm().item())
        assert vector.moved is None


def test_distance_is_from_the_start(model: Family, tmp_path: Path) -> None:
    start = initial_vectors(model, "red", 1)
    moved = start.clone()
    moved[0, 0] += 3
    (vector,) = inspect(model, question(tmp_path, "far", moved.numpy(), "red")).vectors
    assert vector.moved == pytest.approx(3, abs=1e-4)


def test_another_models_word_is_refused(model: Family, tmp_path: Path) -> None:
    with pytest.raises(Refusal):
        inspect(model, question(tmp_path, "gta", np.ones((1, 1024), np.float32)))


def test_ordinary_words_are_told_in_any_way_of_writing(model: Family) -> None:
    names = ("a", "A", "photo", "Cat", "1", "ａ", "my-cat", "a1", "zzzz1234", "of the")
    told = spell(model, Spell(attempt="s", names=names))
    assert told == Spelled(attempt="s", ordinary=("a", "A", "photo", "Cat", "1", "\uff41"))


def test_a_worker_answers_and_goes_on(worker: Worker) -> None:
    worker.start("made", CreateRequest(name="sun", initialization_text="sun", vectors_per_token=1))
    made = worker.wait_for(Created)
    worker.send(Inspect(attempt="q1", name="sun", path=made.path))
    told = worker.wait_for(Inspected, attempt="q1")
    assert told.vectors[0].nearest[0].token == "sun"
    worker.send(Inspect(attempt="q2", name="gone", path=f"{made.path}.gone"))
    assert worker.wait_for(Failed, attempt="q2").reason == "internal"
    worker.send(Inspect(attempt="q3", name="sun", path=made.path))
    worker.wait_for(Inspected, attempt="q3")
