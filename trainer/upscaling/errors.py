"""What can be wrong with an upscaler's file."""


class BadUpscaler(Exception):
    """A file in the upscalers folder that cannot be used; the text says why.

    `kind` names the network that it is for, where that is known: there are many, of which two are built here.
    """

    def __init__(self, upscaler: str, problem: str, *, kind: str = "none") -> None:
        super().__init__(f"{upscaler}: {problem}")
        self.facts = {"upscaler": upscaler, "kind": kind}
