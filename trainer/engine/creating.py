"""Making an untrained embedding; it takes no pass of the model."""

from trainer.embeddings.embedding import Embedding
from trainer.embeddings.folder import EmbeddingsFolder
from trainer.engine.teller import Teller
from trainer.engine.training.beginnings import initial_vectors, start_of
from trainer.models.family import Family
from trainer.protocol import Created, CreateRequest


def create(model: Family, embeddings: EmbeddingsFolder, request: CreateRequest, tell: Teller) -> None:
    """Write the embedding into the folder. Raises Refusal, OSError."""
    vectors = initial_vectors(model, request.initialization_text, request.vectors_per_token)
    path = embeddings.write(Embedding(name=request.name, vectors=vectors.numpy(), step=0))
    tell(Created, path=str(path), vectors=len(vectors), start=start_of(model, request))
