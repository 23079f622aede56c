"""What reading a hypernetwork can end in."""


class BadHypernetwork(Exception):
    """A file is no hypernetwork that can be used here. The words are for the operator's log."""
