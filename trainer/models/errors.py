"""What can be wrong with a model."""


class BadModel(ValueError):
    """A file or folder that does not hold a model we can work with; the text says what it holds instead."""
