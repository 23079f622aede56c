"""What reading a file can end in.

BadEmbedding            a file is not an embedding that can be used here
├── UnsafeEmbedding     it holds a program where numbers belong
└── PlainPicture        it is a picture that carries none, as a preview beside an embedding is
BadArchive              a ZIP is not unpacked, or not further
WrongFormat             an embedding cannot be written in a format
"""


class BadEmbedding(Exception):
    """A file is not an embedding that can be used here; the text goes on from the file's name: "cool.pt …"."""


class UnsafeEmbedding(BadEmbedding):
    """A pickle that names or does anything but what torch writes for tensors."""


class PlainPicture(BadEmbedding):
    """A picture without an embedding in it; in a folder of embeddings that is no fault."""


class BadArchive(Exception):
    """A ZIP that is not unpacked; the text goes on from the file's name."""


class WrongFormat(Exception):
    """The format cannot carry this embedding; the text goes on from the embedding's name."""
