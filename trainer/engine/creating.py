"""Making an untrained embedding; it takes no pass of the model."""

from pathlib import Path

from trainer.aside import write_aside
from trainer.embeddings.embedding import Embedding
from trainer.embeddings.writing import own_file
from trainer.engine.teller import Teller
from trainer.models.family import Family
from trainer.protocol import Created, CreateRequest
from trainer.trainables.embedding_start import initial_vectors, start_of


def create(model: Family, request: CreateRequest, folder: Path, tell: Teller) -> None:
    """Write the embedding into the job's folder. Raises Refusal, OSError."""
    vectors = initial_vectors(model, request.initialization_text, request.vectors_per_token)
    suffix, data = own_file(Embedding(name=request.name, vectors=vectors.numpy(), step=0))
    path = folder / f"{request.name}{suffix}"
    write_aside(path, data)
    tell(Created, path=str(path), vectors=len(vectors), start=start_of(model, request))
