"""Every kind of file that people share is read to the right numbers, or refused by name."""

import base64
import hashlib
import io
import zipfile
import zlib

import numpy as np
import pytest
import torch

from tests.trainer.embeddings.making import png
from tests.trainer.embeddings.samples import BIG, FOREIGN, SAMPLES, SD1, SD2, safe, saved, tensor, webui
from trainer.embeddings.embedding import Embedding
from trainer.embeddings.errors import BadEmbedding
from trainer.embeddings.hashes import const_hash
from trainer.embeddings.layouts.picture_json import encode
from trainer.embeddings.reading import read_embedding, read_embeddings


@pytest.mark.parametrize("row", SAMPLES)
def test_a_file_of_each_kind_is_read(row: str) -> None:
    sample = SAMPLES[row]()
    (read,) = read_embeddings(sample.data, sample.file_name)
    assert np.array_equal(read.vectors, sample.vectors)
    assert read.vectors.dtype == np.float32
    assert read.widths == sample.widths
    assert read.name == sample.file_name.split(".")[0]
    assert read.file_hash == hashlib.sha256(sample.data).hexdigest()[:12]
    assert sample.note in "\n".join(f"{remark.note} {remark.name}" for remark in read.notes)


@pytest.mark.parametrize("row", SAMPLES)
def test_the_suffix_does_not_matter(row: str) -> None:
    sample = SAMPLES[row]()
    assert np.array_equal(read_embedding(sample.data, "upload").vectors, sample.vectors)


@pytest.mark.parametrize("row", FOREIGN)
def test_what_is_something_else_is_refused_by_name(row: str) -> None:
    foreign = FOREIGN[row]()
    with pytest.raises(BadEmbedding, match=foreign.reason):
        read_embeddings(foreign.data, foreign.file_name)


def test_what_the_web_ui_knew_of_the_training_is_kept() -> None:
    sample = SAMPLES["F1 web UI, SD 1"]()
    read = read_embedding(sample.data, "Other Name.pt")
    assert (read.name, read.step, read.model, read.model_hash) == ("Other Name", 500, "a_model", "45dee52b00")


def test_a_merged_file_holds_a_word_for_each_placeholder() -> None:
    merged = saved({"string_to_param": {"*": tensor(SD1), "../@": tensor(SD1 + 1)}})
    first, second = read_embeddings(merged, "both.pt")
    assert (first.name, second.name) == ("both-_", "both-____")
    assert np.array_equal(second.vectors, SD1 + 1)
    with pytest.raises(BadEmbedding, match="several_words"):
        read_embedding(merged, "both.pt")


def words_in(data: bytes) -> dict[str, np.ndarray]:
    return {read.name: read.vectors for read in read_embeddings(data, "a.safetensors")}


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ({"bundle_emb.v.clip_l": SD1, "bundle_emb.w.x.clip_l": SD1 + 1}, {"a-v": SD1, "a-w_x": SD1 + 1}),
        ({"<s1>": SD1, "<s2>": SD1 + 1}, {"a-s1": SD1, "a-s2": SD1 + 1}),
        ({"<cat>": SD1[0], "<cat>_1": SD1[1]}, {"a": SD1}),
        ({"cat_2": SD1[1], "cat_1": SD1[0], "cat": SD1[1]}, {"a": SD1[[1, 0, 1]]}),
        ({"<s1>": SD1[0], "<s1>_1": SD1[1], "<s2>": SD1}, {"a-s1": SD1, "a-s2": SD1}),
    ],
    ids=["two in a LoRA", "two words", "one word in two rows", "three rows out of order", "both"],
)
@pytest.mark.parametrize("pickled", [False, True], ids=["safetensors", "pickle"])
def test_several_words_in_a_file_are_read(
    held: dict[str, np.ndarray], words: dict[str, np.ndarray], pickled: bool
) -> None:
    whole = {key: np.ascontiguousarray(values) for key, values in held.items()}
    read = words_in(saved({key: tensor(values) for key, values in whole.items()}) if pickled else safe(**whole))
    assert read.keys() == words.keys()
    for name, vectors in words.items():
        assert np.array_equal(read[name], vectors)


@pytest.mark.parametrize(
    "held",
    [
        {"a": SD1, "b": SD1},
        {"<a>": SD1, "b": SD1},
        {"<cat>": SD1, "<cat>_2": SD1},
        {"<cat>": SD1, "<cat>_1": SD2},
        {"norm.weight": SD1, "norm.bias": SD1},
    ],
)
def test_parts_that_are_no_words_are_refused(held: dict[str, np.ndarray]) -> None:
    with pytest.raises(BadEmbedding, match="several_parts"):
        read_embeddings(safe(**held), "a.safetensors")


def test_somebodys_word_may_be_called_as_an_encoder_is() -> None:
    assert np.array_equal(read_embedding(safe(llama=SD1), "a").vectors, SD1)


WRONG_STEPS = [500.0, "500", -1, 2**70, True, [500], {"a": 1}, torch.tensor(500), np.float64(500), np.int64(500)]
WRONG_MODELS = [5, 2.5, ["a"], torch.tensor(5), np.float32(5), b"a_model"]


@pytest.mark.parametrize("step", WRONG_STEPS, ids=repr)
@pytest.mark.parametrize("model", WRONG_MODELS, ids=repr)
def test_a_side_fact_that_is_wrong_is_left_out_and_the_vectors_kept(step: object, model: object) -> None:
    held = webui(SD1, step=step, sd_checkpoint=model, sd_checkpoint_name=model)
    for old in (False, True):
        read = read_embedding(saved(held, _use_new_zipfile_serialization=not old), "a.pt")
        assert np.array_equal(read.vectors, SD1)
        assert (read.step, read.model, read.model_hash) == (None, None, None)


@pytest.mark.parametrize("step", ['"500"', "500.0", "-1", "true", "[1]", '{"TORCHTENSOR": [500]}'])
def test_so_it_is_in_pictures(step: str) -> None:
    contents = f'{{"string_to_param": {{"*": {{"TORCHTENSOR": [[1.0]]}}}}, "step": {step}, "sd_checkpoint": {step}}}'
    if step == '"500"':
        contents = contents.replace('"sd_checkpoint": "500"', '"sd_checkpoint": 5')
    carried = base64.b64encode(contents.encode())
    read = read_embedding(png(8, 8, (b"tEXt", b"sd-ti-embedding\0" + carried)), "a.png")
    assert (read.step, read.model_hash) == (None, None)


CARRIED = base64.b64encode(encode(Embedding("a", SD1)))


def _commented(data: bytes) -> bytes:
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = b"made by hand"
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        _commented(saved(webui(SD1))),
        saved(webui(np.vstack([SD1, SD1])) | {"string_to_param": {"*": tensor(np.vstack([SD1, SD1]))[:2]}}),
        saved({"<a>": tensor(SD1).T.contiguous().T}),
        saved({"<a>": tensor(SD1)}, pickle_protocol=5),
        safe({"ss_steps": "many", "ss_sd_model_name": "\x1b[1m"}, emb_params=SD1),
        safe(lora_cat=SD1),
        png(8, 8, (b"zTXt", b"sd-ti-embedding\0\0" + zlib.compress(CARRIED))),
        png(
            8,
            8,
            (b"tEXt", b"parameters\0a cat"),
            (b"tEXt", b"sd-ti-embedding\0" + CARRIED),
        )
        + b"more behind it",
    ],
    ids=["comment", "slice", "turned", "protocol 5", "odd metadata", "a word called lora_cat", "zTXt", "bytes behind"],
)
def test_what_is_odd_but_sound_is_read(data: bytes) -> None:
    assert np.array_equal(read_embedding(data, "a").vectors, SD1)


def test_too_many_vectors_are_refused() -> None:
    with pytest.raises(BadEmbedding, match="too_many_vectors"):
        read_embeddings(saved(torch.ones(1025, 4)), "a.pt")


@pytest.mark.parametrize(
    ("values", "digits"),
    # By hand: 1 * 997 = 0x3e5; 2 * 997 = 0x7ca; 997 * 281 ^ 997 = 0x445b8; -997 & 0xffff = 0xfc1b.
    [
        ([0.0], "0000"),
        ([0.01], "03e5"),
        ([0.0299], "07ca"),
        ([0.01, 0.01], "45b8"),
        ([-0.01], "fc1b"),
        ([-0.009], "0000"),
    ],
)
def test_the_optimizer_files_hash(values: list[float], digits: str) -> None:
    assert const_hash(np.array([values], np.float32)) == digits


def test_the_hash_is_the_formula_in_64_bits() -> None:
    state = np.int64(0)
    for value in (BIG.ravel() * np.float32(100)).astype(np.int64):
        state = np.bitwise_and(np.bitwise_xor(state * 281, value * 997), 0xFFFFFFFF)
    assert const_hash(BIG) == f"{int(state) & 0xFFFF:04x}"
