"""What ends a request that cannot be done as it stands."""

from trainer.protocol import FailureReason


class Refusal(Exception):
    """A request that cannot be done as it stands; `facts` name what is wrong with it."""

    def __init__(self, reason: FailureReason, **facts: str) -> None:
        super().__init__(reason, facts)
        self.reason: FailureReason = reason
        self.facts = facts
