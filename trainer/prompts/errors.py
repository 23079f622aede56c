"""What can be wrong with a prompt: only its length. Odd syntax is literal text."""


class PromptTooLong(ValueError):
    """A prompt beyond what one request may ask for."""
