"""The operator's folder of upscalers: which there are, and a file's network, read without running anything in it."""

import logging
import os
from pathlib import Path

import torch

from trainer.models.loading.checkpoint_file import read_pickle, read_safetensors
from trainer.models.parts.listening import call_from_blocks
from trainer.pulse import Pulse
from trainer.sampling.upscaler_names import Upscaler, read_upscaler, upscalers_with
from trainer.upscaling.errors import BadUpscaler
from trainer.upscaling.kinds import Network, network_of
from trainer.upscaling.weights import weights_in

LARGEST_FILE = 512 * 2**20
"""Bytes; ESRGAN's own has 64 MiB."""

logger = logging.getLogger(__name__)


class UpscalersFolder:
    """The network that was used last stays on the device: what people ask for next is mostly the same."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        self._folder, self._device = folder, device
        self._last: tuple[tuple[Path, int, int], Network] | None = None
        self._pulse: Pulse | None = None

    def tell(self, pulse: Pulse | None) -> None:
        """Call `pulse` from within the networks' work from now on."""
        self._pulse = pulse

    def named(self, written: str) -> Upscaler:
        """Raises UnknownUpscaler."""
        files = [Path(folder, name) for folder, _, names in os.walk(self._folder) for name in names]
        return read_upscaler(written, upscalers_with(files))

    def network(self, upscaler: Upscaler) -> Network | None:
        """On the device; None for an upscaler that needs none. Raises BadUpscaler."""
        if upscaler.network is None:
            return None
        try:
            status = upscaler.network.stat()
            stamp = upscaler.network, status.st_mtime_ns, status.st_size
            if self._last is None or self._last[0] != stamp:
                self._last = None  # not two of them at a time
                self._last = stamp, self._read(upscaler.name, upscaler.network, status.st_size)
        except OSError as error:
            raise BadUpscaler(upscaler.name, f"it cannot be read: {error}") from error
        except BadUpscaler as error:
            logger.warning("an upscaler is not used: %s", error)
            raise
        return self._last[1]

    def _read(self, name: str, path: Path, size_bytes: int) -> Network:
        if size_bytes > LARGEST_FILE:
            raise BadUpscaler(name, f"it is larger than {LARGEST_FILE // 2**20} MiB")
        pulse = self._pulse or (lambda: None)
        try:
            content = read_safetensors(path, pulse)[0] if path.suffix.lower() == ".safetensors" else read_pickle(path)
        except (OSError, MemoryError):
            raise
        except Exception as error:  # whatever a file does to its reader is the file's fault
            raise BadUpscaler(name, str(error)) from error
        network = network_of(name, weights_in(content)).to(self._device)
        call_from_blocks(network, lambda: self._pulse)
        return network
