"""The web UI's embedding file, `.pt`, in the smallest form, which every version of it accepts.

Versions up to 1.9 refuse files that today's torch.save writes, because of records they do not know. diffusers and
ComfyUI take it as well.
"""

from trainer.embeddings.containers.torch_file import read_torch_file
from trainer.embeddings.containers.torch_writing import NONE, dict_of, number, tensor, text, torch_file
from trainer.embeddings.embedding import Embedding
from trainer.embeddings.layouts.known import embeddings_in
from trainer.embeddings.layouts.safetensors import only

_ASTERISK_TOKEN = 265  # CLIP's id of "*"; the web UI writes it into every file
_HASH_DIGITS = 10


def read_webui(data: bytes, stem: str) -> Embedding:
    """The only embedding of a torch file of any layout, called `stem`. Raises BadEmbedding."""
    return only(embeddings_in(read_torch_file(data), stem))


def write_webui(embedding: Embedding) -> bytes:
    """File in the web UI's layout; the same embedding always gives the same bytes."""
    model_hash = embedding.model_hash and embedding.model_hash[:_HASH_DIGITS]
    contents = {
        "string_to_token": dict_of({"*": number(_ASTERISK_TOKEN)}),
        "string_to_param": dict_of({"*": tensor(embedding.vectors.shape)}),
        "name": text(embedding.name),
        "step": NONE if embedding.step is None else number(embedding.step),
        "sd_checkpoint": text(model_hash) if model_hash else NONE,
        "sd_checkpoint_name": text(embedding.model) if embedding.model else NONE,
    }
    return torch_file(dict_of(contents), embedding.vectors)
