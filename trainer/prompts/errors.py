"""What can be wrong with a prompt: only its length. Odd syntax is literal text."""


class PromptTooLong(ValueError):
    """A prompt beyond what one request may ask for; `facts` are its measure and the limit."""

    def __init__(self, text: str, **facts: int) -> None:
        super().__init__(text)
        self.facts = {name: str(number) for name, number in facts.items()}
