"""The hypernetworks that a drawing may use: the files that its `Start` names, with the contents that it names."""

import hashlib
import logging
from collections import deque
from collections.abc import Sequence, Set
from pathlib import Path
from typing import NamedTuple
from weakref import WeakValueDictionary

import torch

from trainer.hypernetworks.errors import BadHypernetwork
from trainer.hypernetworks.hypernetwork import Chain, Hypernetwork, Link
from trainer.hypernetworks.reading import read_hypernetwork
from trainer.protocol import LARGEST_HYPERNETWORK_FILE, HypernetworkFile
from trainer.protocol.extra_networks import HYPERNETWORK, ExtraNetwork, read_extra_networks

_KEPT = 2
"""Of those that no drawing uses any more; 88 MB each, as the web UI makes them for SD 1."""

logger = logging.getLogger(__name__)


class Tagged(NamedTuple):
    """What became of a prompt's tags."""

    chain: Chain
    not_used: tuple[ExtraNetwork, ...] = ()
    changed: tuple[str, ...] = ()
    """Names whose files are gone, or are others than when they were named."""


class _Changed(Exception):
    """A file is not what it was when it was named."""


class NamedHypernetworks:
    """Reads files by name. Drawings with the same file share one hypernetwork, and so can share passes."""

    def __init__(self, widths: Set[int], device: torch.device) -> None:
        """Only a hypernetwork for one of these `widths` of the model's attention can be used."""
        self._widths, self._device = widths, device
        self._known: WeakValueDictionary[tuple[str, str], Hypernetwork] = WeakValueDictionary()
        self._recent: deque[Hypernetwork] = deque(maxlen=_KEPT)

    def tagged(self, prompt: str, files: Sequence[HypernetworkFile]) -> Tagged:
        """What the prompt's tags name, in their order; of several files with one name the first that can be used."""
        links: list[Link] = []
        not_used: list[ExtraNetwork] = []
        changed: list[str] = []
        for tag in read_extra_networks(prompt)[1]:
            try:
                link = self._link(tag, files)
            except _Changed:
                changed.append(tag.name)
                continue
            if link is None:
                not_used.append(tag)
            else:
                links.append(link)
        return Tagged(Chain(tuple(links)), tuple(not_used), tuple(changed))

    def _link(self, tag: ExtraNetwork, files: Sequence[HypernetworkFile]) -> Link | None:
        """Raises _Changed."""
        if tag.kind != HYPERNETWORK or tag.strength is None:
            return None
        for file in files:
            if file.name.lower() == tag.name.lower() and (found := self._found(file)) is not None:
                return Link(found, tag.strength)
        return None

    def _found(self, file: HypernetworkFile) -> Hypernetwork | None:
        """None for one that cannot be used; the operator's log says why. Raises _Changed."""
        key = file.name, file.sha256
        known = self._known.get(key)
        if known is None:
            try:
                read = self._read(file)
            except (_Changed, MemoryError):
                raise
            except Exception as error:  # noqa: BLE001 — whatever one file does to its reader, the drawing goes on
                logger.warning("the hypernetwork %s is not used: %s", file.name, error)
                return None
            known = self._known[key] = read.on(self._device)
        if known in self._recent:
            self._recent.remove(known)
        self._recent.append(known)
        return known

    def _read(self, file: HypernetworkFile) -> Hypernetwork:
        """Raises _Changed, BadHypernetwork, BadEmbedding, OSError."""
        path = Path(file.path)
        try:
            if path.stat().st_size > LARGEST_HYPERNETWORK_FILE:
                raise BadHypernetwork(f"it is larger than {LARGEST_HYPERNETWORK_FILE // 2**20} MiB")
            data = path.read_bytes()
        except FileNotFoundError:
            raise _Changed from None
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise _Changed
        hypernetwork = read_hypernetwork(data, file.name)
        if self._widths.isdisjoint(hypernetwork.pairs):
            theirs, ours = sorted(hypernetwork.pairs), sorted(self._widths)
            raise BadHypernetwork(f"it is for attention of the widths {theirs}, the model's are {ours}")
        return hypernetwork
