"""Drawings made pass by pass in this process."""

from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from trainer.embeddings.named_files import NamedFiles
from trainer.engine.drawing.drawing_job import DrawingJob
from trainer.engine.drawing.picture_pass import picture_pass
from trainer.engine.engine import MOST_EXAMPLES
from trainer.engine.teller import Teller
from trainer.hypernetworks.named_files import NamedHypernetworks
from trainer.models.family import Family
from trainer.protocol import Drawn, DrawRequest, HypernetworkFile, Start, Told, WordFile
from trainer.upscaling.folder import UpscalersFolder


class Studio:
    """Draws with one model and what words it is given; every drawing has a folder of its own."""

    def __init__(self, model: Family, folder: Path) -> None:
        self.model, self.folder = model, folder
        self.upscalers = UpscalersFolder(folder / "upscalers", model.device)
        self.words: list[WordFile] = []
        self.hypernetworks: list[HypernetworkFile] = []
        self._files = NamedFiles(model.widths)
        self._networks = NamedHypernetworks(model.attention_widths, model.device)
        self.told: list[Told] = []

    def begin(self, request: DrawRequest) -> DrawingJob:
        attempt = f"drawing-{len(self.told)}"
        start = Start(attempt=attempt, job=1, request=request, folder=str(self.folder / attempt))
        named = self._files.words(self.words)
        tagged = self._networks.tagged(request.prompt, self.hypernetworks)
        return DrawingJob(self.model, named, tagged, self.upscalers, start, Teller(attempt, self.told.append))

    def drawn(self, request: DrawRequest) -> Drawn:
        return self.finish([self.begin(request)])

    def latents(self, request: DrawRequest) -> Tensor:
        """Of all pictures, (B, C, H, W)."""
        job = self.begin(request)
        self.finish([job])
        return torch.stack(job.drawing.latents)

    def make_pass(self, job: DrawingJob, most: int = MOST_EXAMPLES) -> None:
        """The next of this drawing alone."""
        picture_pass(self.model, [job.drawing], most)
        job.passed(now=0.0)

    def finish(self, jobs: Sequence[DrawingJob], most: int = MOST_EXAMPLES) -> Drawn:
        """All of them together while they are of one shape, then each to its end; what was told last."""
        while any(not job.over for job in jobs):
            open_jobs = [job for job in jobs if not job.over]
            first = open_jobs[0]
            shape = first.drawing.shape
            company = [job for job in open_jobs if job is first or (shape is not None and job.drawing.shape == shape)]
            picture_pass(self.model, [job.drawing for job in company], most)
            for job in company:
                job.passed(now=0.0)
        (*_, last) = (event for event in self.told if isinstance(event, Drawn))
        return last


def pixels(drawn: Drawn, place: int = 0) -> bytes:
    with Image.open(drawn.pictures[place].path) as opened:
        return opened.convert("RGB").tobytes()
