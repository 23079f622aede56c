"""The worker process: `python -m trainer --fd N --model DIR --upscalers DIR`.

It talks on descriptor N, which it inherits, and on nothing else. It ends when the bot does: at the end of that
descriptor's stream, and by the kernel's hand when the parent dies.
"""

import argparse
import ctypes
import errno
import logging
import os
import signal
import socket
import sys
from pathlib import Path
from types import FrameType

from trainer.protocol import Unusable
from trainer.pulse import Pulse
from trainer.wire import Closed, Wire

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_NICENESS = 5
_LASTING = (errno.ENOENT, errno.EACCES, errno.EISDIR, errno.ENOTDIR)
_UNUSABLE = 78  # sysexits.h: configuration


def main() -> int:
    """Serve until told to end. Exit code 0 after Shutdown, SIGTERM, or the end of the stream; 78 without a model."""
    # Libraries print; what they print must not be taken for an answer by whoever started us.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    arguments = _arguments()
    _die_with_parent(arguments.parent)
    os.nice(_NICENESS)
    if not arguments.allow_downloads:
        os.environ["HF_HUB_OFFLINE"] = "1"
    # Threads that spin while they wait for each other make a pass ten times slower as soon as another process wants
    # the same cores; asleep they cost nothing that shows.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    _quieten()
    termination = _Termination()
    return _serve(arguments, termination)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="trainer", description="Embedsmith's worker process; the bot starts it.")
    parser.add_argument("--fd", type=int, required=True, help="descriptor of a stream socket to talk on")
    parser.add_argument("--model", type=Path, required=True, help="model folder, single file, or owner/name on the hub")
    parser.add_argument("--prediction", choices=("epsilon", "v_prediction"), help="what a single file does not tell")
    parser.add_argument("--allow-ckpt", action="store_true", help="read .ckpt files, by weights only")
    parser.add_argument("--allow-downloads", action="store_true", help="fetch a model named as owner/name")
    parser.add_argument("--hashes", type=Path, help="file that remembers the hashes of models")
    parser.add_argument("--offload", action="store_true", help="keep idle parts of the model away from the device")
    parser.add_argument("--compile", action="store_true", help="compile the noise model when it is first used")
    parser.add_argument("--largest-pixels", type=int, default=0, help="of one picture; 0 is what the device can make")
    parser.add_argument("--upscalers", type=Path, required=True, help="folder of networks that enlarge pictures")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--precision", choices=("float32", "float16", "bfloat16"), default="float32")
    parser.add_argument("--parent", type=int, help="process id of whoever started this; end when it is gone")
    return parser.parse_args()


def _die_with_parent(parent: int | None) -> None:
    """Have the kernel kill us with the parent, so that no orphan keeps the device."""
    if parent is None:
        return
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:  # it died before the kernel was asked
        os._exit(1)


class _Termination:
    """Remembers SIGTERM until the engine looks; ignores SIGINT, which a terminal sends to the whole group."""

    def __init__(self) -> None:
        self._asked = False
        signal.signal(signal.SIGTERM, self._ask)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def __call__(self) -> bool:
        return self._asked

    def _ask(self, _signal: int, _frame: FrameType | None) -> None:
        self._asked = True


def _quieten() -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    os.environ["TRANSFORMERS_VERBOSITY"] = os.environ["DIFFUSERS_VERBOSITY"] = "error"


def _serve(arguments: argparse.Namespace, termination: _Termination) -> int:
    with socket.socket(fileno=arguments.fd) as connection:
        connection.set_inheritable(False)
        wire = Wire(connection)
        try:
            return _serve_on(wire, arguments, termination)
        except Closed:
            logging.getLogger("trainer").info("the bot is gone")
    return 0


def _serve_on(wire: Wire, arguments: argparse.Namespace, termination: _Termination) -> int:
    pulse = Pulse(wire.tell)
    pulse.load("program")
    # Imported only now: these take seconds, and the signals and the parent had to be seen to first.
    import torch
    from transformers.utils.logging import disable_progress_bar

    pulse()
    from trainer.engine.engine import Engine
    from trainer.models.largest import largest_pixels
    from trainer.models.loading.loading import load_model
    from trainer.upscaling.folder import UpscalersFolder

    disable_progress_bar()
    if arguments.device == "cuda" and not torch.cuda.is_available():
        wire.tell(Unusable(reason="device", detail="PyTorch finds no CUDA device here."))
        return _UNUSABLE
    device = torch.device(_device(arguments.device, cuda=torch.cuda.is_available()))
    try:
        model = load_model(
            arguments.model,
            device,
            getattr(torch, arguments.precision),
            prediction=arguments.prediction,
            allow_pickle=arguments.allow_ckpt,
            allow_download=arguments.allow_downloads,
            hashes=arguments.hashes,
            offloading=arguments.offload,
            compile_unet=arguments.compile,
            pulse=pulse,
        )
    except Exception as error:
        if (detail := _why_unusable(error)) is None:
            raise
        wire.tell(Unusable(reason="model", detail=detail))
        return _UNUSABLE
    largest = arguments.largest_pixels or largest_pixels(model)
    upscalers = UpscalersFolder(arguments.upscalers, device)
    Engine(model, upscalers, wire, termination, largest_pixels=largest).run()
    return 0


def _why_unusable(error: Exception) -> str | None:
    """One sentence where another try would end the same; None where it might not, as for want of memory."""
    from trainer.engine.memory import is_out_of_memory
    from trainer.models.errors import BadModel, HubUnreachable

    if isinstance(error, Closed | HubUnreachable) or is_out_of_memory(error):
        return None
    if isinstance(error, OSError) and error.errno not in (None, *_LASTING):
        return None
    if isinstance(error, BadModel):
        return str(error)
    first_line = next(iter(str(error).splitlines()), "")
    return f"It cannot be read: {type(error).__name__}: {first_line}"


def _device(wanted: str, *, cuda: bool) -> str:
    return ("cuda" if cuda else "cpu") if wanted == "auto" else wanted


if __name__ == "__main__":
    sys.exit(main())
