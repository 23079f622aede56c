"""What reading an embedding can end in."""


class BadEmbedding(Exception):
    """A file is not an embedding that can be used here; the text goes on from the file's name: "cool.pt …"."""
