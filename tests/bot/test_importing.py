"""Names of what is imported: of files, and of concepts on the hub."""

import itertools

import pytest
from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils._validators import validate_repo_id

from bot.features.embeddings.importing import file_name_of, is_concept
from bot.files.attachments import original_name
from tests.bot.attachments import attachment


@pytest.mark.parametrize(
    "name",
    [
        "sd-concepts-library/cat-toy", "a/b", "a/b.c", "A_b/c-d", "a/..", "../..", "./a", "a/.", "a/-x", "-x/y",
        "--to/x", "owner/na--me", "owner/x.git", "owner/x.", "owner/x-", "owner/x..y", ".a/b", "a/b/c", "a", "a/", "/a",
        "a//b",
        "a b/c", "猫/b", "a/b\n", "a" * 97 + "/b", "a" * 96 + "/b", "owner/_x", "_/_",
    ],
)  # fmt: skip
def test_names_that_the_hubs_library_refuses_are_no_concepts(name: str) -> None:
    try:
        validate_repo_id(name)
        valid = "/" in name
    except HFValidationError:
        valid = False
    assert is_concept(name) is valid


@pytest.mark.parametrize(
    ("filename", "title", "original", "on_disk"),
    [
        ("unknown.pt", "红猫", "红猫.pt", "红猫.pt"),
        ("my_cat.pt", "my cat", "my cat.pt", "my cat.pt"),
        ("a.pt", None, "a.pt", "a.pt"),
        ("a.pt", "a.pt", "a.pt", "a.pt"),
        ("unknown", "猫", "猫", "猫"),
        ("x.pt", "../../evil", ".._.._evil.pt", "_.._evil.pt"),
        ("x.pt", "a\\b", "a_b.pt", "a_b.pt"),
        ("x.pt", "..", "...pt", "pt"),
        ("-x.pt", None, "-x.pt", "-x.pt"),
        ("x.pt", "\U0001f431" * 80, "\U0001f431" * 80 + ".pt", "\U0001f431" * 49 + ".pt"),
        ("x.pt", "a\ud800", "a_.pt", "a_.pt"),
        ("../x\\y.pt", None, "../x\\y.pt", "y.pt"),
        ("x.pt", "a\0b", "a_b.pt", "a_b.pt"),
    ],
    ids=itertools.count(),
)
def test_a_file_is_called_as_its_person_called_it(
    filename: str, title: str | None, original: str, on_disk: str
) -> None:
    given = attachment(filename, title)
    assert original_name(given) == original
    assert file_name_of(given) == on_disk
    assert len(on_disk.encode()) <= 200
