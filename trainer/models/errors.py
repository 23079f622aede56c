"""What can be wrong with a model."""


class NoNumbers(ArithmeticError):
    """What should be a picture is not finite: the model overflowed, or was made so."""


class BadModel(ValueError):
    """A file or folder that does not hold a model we can work with; the text says what it holds instead."""


class HubUnreachable(BadModel):
    """The hub does not answer, which may pass."""
