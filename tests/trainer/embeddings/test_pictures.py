"""Embeddings in pictures: in the text, in the pixels, after what people and programs do to pictures."""

import base64
import io
import json
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from trainer.embeddings.containers.picture_pixels import add_payload, find_payload, stream
from trainer.embeddings.embedding import Embedding
from trainer.embeddings.errors import PlainPicture, WrongFormat
from trainer.embeddings.layouts.picture import write_picture
from trainer.embeddings.reading import read_embedding

VECTORS = np.random.default_rng(0).normal(size=(3, 768)).astype(np.float32)
MINE = Embedding("my-cat", VECTORS, step=400, model="demo", model_hash="0123456789abcdef")
PHOTO = Image.effect_mandelbrot((320, 256), (-2, -1.5, 1, 1.5), 60).convert("RGB")
WRITTEN = write_picture(MINE, PHOTO)


def opened(data: bytes = WRITTEN) -> Image.Image:
    return Image.open(io.BytesIO(data))


def stripped(image: Image.Image | None = None, kind: str = "PNG", **options: Any) -> bytes:
    """The pixels without the text, as chat programs leave a picture."""
    image = image or opened()
    buffer = io.BytesIO()
    Image.frombytes("RGB", image.size, image.convert("RGB").tobytes()).save(buffer, kind, **options)
    return buffer.getvalue()


def framed(width: int, colour: tuple[int, int, int]) -> Image.Image:
    image = Image.new("RGB", (opened().width + 2 * width, opened().height + 2 * width), colour)
    image.paste(opened(), (width, width))
    return image


def test_the_stream_is_the_web_uis() -> None:
    assert stream(8).tolist() == [253, 242, 127, 44, 157, 27, 239, 133]
    state = 0
    for _ in range(5000):
        state = (state * 1664525 + 1013904223) % 2**32
    assert stream(5000)[-1] == state % 255


def test_both_carriers_hold_the_same() -> None:
    whole, pixels = read_embedding(WRITTEN, "other.png"), read_embedding(stripped(), "other.png")
    for read in (whole, pixels):
        assert np.array_equal(read.vectors, VECTORS)
        assert (read.name, read.step, read.model, read.model_hash) == ("other", 400, "demo", "0123456789")


def test_the_text_is_the_web_uis_dict() -> None:
    held = json.loads(base64.b64decode(opened().info["sd-ti-embedding"]))
    assert held.pop("string_to_param")["*"]["TORCHTENSOR"] == VECTORS.astype(np.float64).tolist()
    assert held == {
        "string_to_token": {"*": 265},
        "name": "my-cat",
        "step": 400,
        "sd_checkpoint": "0123456789",
        "sd_checkpoint_name": "demo",
    }


def test_the_pixels_lie_as_the_web_ui_lays_them() -> None:
    pixels = np.asarray(opened())
    side = (pixels.shape[1] - PHOTO.width - 2) // 2
    assert pixels.shape == (PHOTO.height, 2 * side + 2 + PHOTO.width, 3)
    assert not pixels[:, [side, -side - 1]].any()
    low, high = (block.ravel() & 15 ^ stream(block.size) & 15 for block in (pixels[:, :side], pixels[:, -side:]))
    payload = zlib.decompressobj().decompress((low | high << 4).tobytes())
    assert json.loads(payload)["name"] == "my-cat"


@pytest.mark.parametrize("length", [1, 255, 256, 767, 768, 769, 3 * 256 * 7])
def test_a_payload_of_any_length_comes_back(length: int) -> None:
    payload = np.random.default_rng(length).bytes(length)
    found = find_payload(add_payload(payload, np.asarray(PHOTO), VECTORS[0]))
    assert found is not None
    assert found[:length] == payload
    # Padding goes on with the payload from its start, and there is always some.
    assert len(found) > length
    assert found[length : 2 * length] == payload[: len(found) - length]


def test_the_picture_is_shown_with_its_name_above_and_its_training_below() -> None:
    pixels = np.asarray(opened()).astype(int)
    side = (pixels.shape[1] - PHOTO.width - 2) // 2
    shown, photo = pixels[:, side + 1 : -side - 1], np.asarray(PHOTO).astype(int)
    middle = slice(PHOTO.height // 3, -PHOTO.height // 3)
    assert np.abs(shown[middle] - photo[middle]).max() <= 1
    assert (shown[:40] == 255).all(axis=2).any()
    assert (shown[-40:] == 255).all(axis=2).any()


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (49, 51, 56), (0, 0, 255)])
def test_a_border_around_it_does_not_hurt(colour: tuple[int, int, int]) -> None:
    assert np.array_equal(read_embedding(stripped(framed(11, colour)), "a").vectors, VECTORS)


def test_a_black_border_beside_a_white_one_does_not_hurt() -> None:
    inner = framed(5, (0, 0, 0))
    outer = Image.new("RGB", (inner.width + 20, inner.height + 6), "white")
    outer.paste(inner, (10, 3))
    assert np.array_equal(read_embedding(stripped(outer), "a").vectors, VECTORS)


@pytest.mark.parametrize(("kind", "options"), [("WEBP", {"lossless": True}), ("PNG", {"optimize": True})])
def test_saving_it_again_without_loss_keeps_it(kind: str, options: dict[str, Any]) -> None:
    assert np.array_equal(read_embedding(stripped(None, kind, **options), "a").vectors, VECTORS)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (stripped(None, "WEBP", quality=100), "picture_lossy"),
        (stripped(None, "JPEG", quality=100), "picture_format JPEG"),
        (stripped(opened().resize((200, 200))), "picture_plain"),
        (stripped(PHOTO), "picture_plain"),
        (stripped(Image.new("RGB", (64, 64))), "picture_plain"),
        (stripped(Image.new("RGB", (64, 64), "white")), "picture_plain"),
    ],
)
def test_a_picture_that_lost_it_says_so(data: bytes, reason: str) -> None:
    with pytest.raises(PlainPicture, match=reason):
        read_embedding(data, "a.png")


def test_transparency_and_palettes_are_pictures_too() -> None:
    buffer = io.BytesIO()
    opened().convert("RGBA").save(buffer, "PNG")
    assert np.array_equal(read_embedding(buffer.getvalue(), "a").vectors, VECTORS)


def test_more_than_a_picture_can_carry_is_not_written() -> None:
    with pytest.raises(WrongFormat, match="format_vectors"):
        write_picture(Embedding("a", np.full((300, 768), 0.1, np.float32)), PHOTO)


@pytest.mark.parametrize("embedding", [Embedding("猫", 0 * VECTORS[:1]), Embedding("x" * 64, VECTORS, model="m" * 200)])
def test_odd_names_and_empty_vectors_are_drawn(embedding: Embedding) -> None:
    read = read_embedding(write_picture(embedding, Image.new("RGB", (64, 64))), "a")
    assert np.array_equal(read.vectors, embedding.vectors)
    assert read.model == embedding.model
