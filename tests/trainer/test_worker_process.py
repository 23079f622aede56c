"""The worker as the bot meets it: a real process, a real socket, real signals."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from PIL import Image, ImageChops

from tests.trainer.process import MODEL, ROOT, SECONDS, Worker, train_request
from tests.trainer.words import named, written
from trainer.embeddings.embedding import Embedding
from trainer.protocol import (
    PROTOCOL_VERSION,
    Alive,
    Created,
    CreateRequest,
    Drawn,
    DrawRequest,
    Failed,
    Finished,
    Hires,
    Pause,
    Paused,
    Preview,
    PreviewNow,
    Progress,
    Request,
    Resume,
    Resumed,
    Saved,
    Shutdown,
    Started,
    Stop,
    Stopped,
    WordFile,
)

LONG = train_request(steps=100_000, learning_rate="1e-4")


def picture(drawn: Drawn, place: int = 0) -> Image.Image:
    with Image.open(drawn.pictures[place].path) as opened:
        return opened.convert("RGB")


def same_pixels(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one, other).getbbox() is None


def draw(worker: Worker, prompt: str, *words: WordFile, **fields: object) -> Drawn | Failed:
    request = DrawRequest(prompt=prompt, seed=5, **fields)
    worker.start(f"draw {prompt}", request, folder=f"pictures-{len(prompt)}", words=words)
    return worker.wait_for(Drawn, Failed, attempt=f"draw {prompt}")


def test_words_in_pictures(worker: Worker) -> None:
    assert (worker.ready.version, worker.ready.model, worker.ready.widths) == (PROTOCOL_VERSION, "demo_model", (96,))
    worker.start("create", CreateRequest(name="zzzz1234", initialization_text="tree", vectors_per_token=1))
    created = worker.wait_for(Created)
    assert (created.vectors, Path(created.path)) == (1, worker.folder / "run" / "zzzz1234.pt")
    word = named(Path(created.path))

    drawn, tree = draw(worker, "a zzzz1234 by monet", word, count=2), draw(worker, "a tree by monet", word, count=2)
    assert [word.name for word in drawn.words] == ["zzzz1234"]
    assert (drawn.tokens, drawn.windows, tree.words) == (4, 1, ())
    assert all(same_pixels(picture(drawn, place), picture(tree, place)) for place in range(2))
    assert [each.seed for each in drawn.pictures] == [5, 6]

    unnamed = draw(worker, "a zzzz1234 by monet.")
    assert unnamed.words == ()
    assert not same_pixels(picture(unnamed), picture(tree))

    # Made while the worker runs: one for us, one of another width.
    newcomer, stranger = (
        written(worker.folder, Embedding(name, torch.randn(16, width).numpy() / 50, 3, "other", "0123456789"))
        for name, width in (("newcomer", 96), ("stranger", 768))
    )
    prompt = "a Newcomer with a stranger"
    copied = draw(worker, prompt, newcomer, stranger, word, negative_prompt="zzzz1234", width=64, height=72)
    assert (copied.words[0].name, copied.words[0].vectors, copied.words[0].model) == ("newcomer", 16, "other")
    assert [word.name for word in copied.words] == ["newcomer", "zzzz1234"]
    assert copied.unreadable == ("stranger",)
    assert copied.tokens == 1 + 16 + 3
    assert picture(copied).size == (64, 72)


def test_a_word_whose_file_is_another_by_now_is_not_drawn_with(worker: Worker) -> None:
    word = written(worker.folder, Embedding("linden", torch.ones(1, 96).numpy()))
    written(worker.folder, Embedding("linden", torch.zeros(1, 96).numpy()))
    changed = draw(worker, "a Linden", word)
    assert (changed.reason, changed.facts) == ("word_changed", {"name": "linden"})
    Path(word.path).unlink()
    assert draw(worker, "a linden!", word).reason == "word_changed"
    assert draw(worker, "a tree", word).words == (), "nothing that the prompt means"


WRONG: list[tuple[str, Request]] = [
    ("bad_learning_rate", train_request(learning_rate="fast")),
    ("bad_template", train_request(template=("a photo",))),
    ("bad_template", train_request(template=("a photo of [name]s",), name="cat")),
    ("bad_size", train_request(size=100)),
    ("bad_picture", train_request(pictures=())),
    ("bad_embedding", train_request(initialization_text=" ")),
    ("bad_embedding", train_request(continue_from=str(MODEL / "heldout.txt"))),
    ("bad_embedding", CreateRequest(name="x", initialization_text="<|endoftext|>", vectors_per_token=1)),
    ("unknown_sampler", DrawRequest(prompt="a", sampler="Eulerian")),
    ("bad_size", DrawRequest(prompt="a", width=4096)),
    ("too_large", DrawRequest(prompt="a", width=2048, height=1024)),
    ("too_large", DrawRequest(prompt="a", hires=Hires(resize=(2048, 1024)))),
    ("too_large", train_request(size=1536)),
    ("prompt_too_long", DrawRequest(prompt="! " * 700)),
    ("prompt_too_long", DrawRequest(prompt="a", negative_prompt="a" * 5000)),
    ("internal", train_request(continue_from="/nowhere.pt")),
]


def test_wrong_requests_are_refused_and_the_worker_lives(worker: Worker) -> None:
    for place, (reason, request) in enumerate(WRONG):
        worker.start(f"wrong {place}", request, folder=f"wrong-{place}")
        failed = worker.wait_for(Failed, Drawn, Created, Started)
        assert (failed.attempt, failed.reason) == (f"wrong {place}", reason)
        assert failed.facts
    broken = worker.folder / "broken.png"
    broken.write_bytes(b"no picture")
    worker.start("broken", train_request(pictures=({"path": str(broken), "file_name": "broken.png"},)), folder="broken")
    assert worker.wait_for(Failed, Started).reason == "bad_picture"
    worker.start("nan", train_request(learning_rate="1e30"), folder="nan")
    failed = worker.wait_for(Failed, Finished)
    assert (failed.reason, failed.facts) == ("not_finite", {"learning_rate": "1e+30"})
    assert (failed.step, failed.snapshot) == (0, None)  # of what the run began with nothing is handed over
    assert draw(worker, "a tree").pictures


def test_a_run_in_company(worker: Worker) -> None:
    for attempt in ("run", "neighbour"):
        worker.start(attempt, LONG, folder=attempt)
    worker.wait_for(Progress, attempt="run")
    assert worker.wait_for(Progress, attempt="neighbour").sharing == 1

    drawn = draw(worker, "a tree")
    worker.send(Pause(attempt="run"))
    paused = worker.wait_for(Paused)
    saved = [event for event in worker.events if isinstance(event, Saved) and event.attempt == "run"]
    assert saved[-1].step == paused.step
    worker.wait_for(Progress)
    assert worker.wait_for(Progress).attempt == "neighbour"
    worker.send(Stop(attempt="neighbour"))
    worker.send(Stop(attempt="nobody"))
    stopped = worker.wait_for(Stopped, attempt="neighbour")
    assert Path(stopped.snapshot).exists()

    worker.send(Resume(attempt="run"))
    assert worker.wait_for(Resumed).step == paused.step
    worker.send(PreviewNow(attempt="run"))
    preview = worker.wait_for(Preview)
    assert preview.step >= paused.step
    assert same_pixels(picture(draw(worker, "a  tree")), picture(drawn))

    worker.start("endless", DrawRequest(prompt="a", steps=5000), folder="endless")
    worker.send(Stop(attempt="endless"))
    assert worker.wait_for(Stopped).snapshot is None
    worker.send(Shutdown())
    worker.wait_for(Saved)
    assert worker.process.wait(SECONDS) == 0
    for attempt in ("run", "neighbour", "endless"):
        numbers = [event.n for event in worker.events if event.attempt == attempt]
        assert numbers == list(range(1, len(numbers) + 1))
    assert worker.process.stdout.read() == b""


def test_however_a_worker_ends_the_run_ends_in_the_same_vectors(worker: Worker) -> None:
    endless = train_request(steps=100_000)  # how far it comes, until it is ended, does not matter
    worker.start("first", endless)
    worker.wait_for(Progress, attempt="first")
    os.kill(worker.process.pid, signal.SIGINT)  # a terminal's Ctrl-C is the bot's business
    worker.wait_for(Progress)
    worker.process.terminate()
    saved = worker.wait_for(Saved)
    assert worker.process.wait(SECONDS) == 0

    second = Worker(worker.folder)
    second.start("second", endless, resume_from=saved.checkpoint)
    assert second.wait_for(Started).from_step == saved.step
    second.wait_for(Progress)
    second.end()  # kill -9

    third = Worker(worker.folder)
    request = train_request(steps=saved.step + 20)
    third.start("third", request, resume_from=saved.checkpoint)
    resumed = third.wait_for(Finished, Failed)
    third.start("unbroken", request, folder="unbroken")
    unbroken = third.wait_for(Finished, Failed, attempt="unbroken")
    third.end()
    assert Path(resumed.snapshot).read_bytes() == Path(unbroken.snapshot).read_bytes()


def test_the_worker_tells_that_it_lives_and_ends_with_the_stream(worker: Worker) -> None:
    times = [time.monotonic() for _ in range(4) if worker.wait_for(Alive)]
    assert len(times) == 4
    worker.start("run", LONG)
    worker.wait_for(Progress)
    worker.hang_up()
    assert worker.process.wait(SECONDS) == 0


PARENT = """
import os, subprocess, sys, time
fd = sys.argv[1]
child = subprocess.Popen([sys.executable, *sys.argv[2:], "--fd", fd, "--parent", str(os.getpid())], pass_fds=(int(fd),))
print(child.pid, flush=True)
time.sleep(1000)
"""


@pytest.mark.parametrize("wait_for_ready", [True, False])
def test_the_worker_dies_with_its_parent(tmp_path: Path, *, wait_for_ready: bool) -> None:
    ours, theirs = socket.socketpair()
    ours.settimeout(SECONDS)
    trainer = ["-m", "trainer", "--model", str(MODEL), "--upscalers", str(tmp_path), "--device", "cpu"]
    command = [sys.executable, "-c", PARENT, str(theirs.fileno()), *trainer]
    with ours, theirs:
        with subprocess.Popen(
            command, cwd=ROOT, pass_fds=(theirs.fileno(),), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as parent:
            child = int(parent.stdout.readline())
            if wait_for_ready:
                while b"Ready" not in ours.recv(1000):
                    pass
            parent.kill()
        theirs.close()
        while ours.recv(1000):  # ends only when the worker's own end is closed, by its death: we sent no end
            pass
    assert not _lives(child)


def _lives(pid: int) -> bool:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return False
        if state == "Z":
            return False
        time.sleep(0.05)
    return True
