"""What reading a file can end in.

FileRefused                 carries its `FileFault`
├── BadEmbedding            a file is not an embedding that can be used here
│   └── PlainPicture        it is a picture that carries none, as a preview beside an embedding is
├── BadArchive              a ZIP is not unpacked, or not further
└── WrongFormat             an embedding cannot be written in a format
"""

from trainer.protocol.file_faults import FileFault, FileReason


class FileRefused(Exception):
    """A file does not do, for `fault`."""

    def __init__(self, reason: FileReason, *, name: str = "", count: int = 0, other: int = 0) -> None:
        super().__init__(reason, name, count, other)
        self.fault = FileFault(reason=reason, name=name, count=count, other=other)

    def __str__(self) -> str:
        return " ".join(str(fact) for fact in self.args if fact)


class BadEmbedding(FileRefused):
    """A file is not an embedding that can be used here."""


class PlainPicture(BadEmbedding):
    """A picture without an embedding in it; in a folder of embeddings that is no fault."""


class BadArchive(FileRefused):
    """A ZIP that is not unpacked."""


class WrongFormat(FileRefused):
    """The format cannot carry this embedding."""
