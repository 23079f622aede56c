"""ComfyUI's texts: the graph of nodes that made the picture, as it was run.

A graph with one sampler and the common nodes around it is read; of all others it can only be told that they are graphs.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from trainer.infotext.values import Object, inner, number_of, read_object, sampler_of, text_of, whole_of
from trainer.protocol.settings import PictureSettings

_SAMPLERS = ("KSampler", "KSamplerAdvanced", "SamplerCustom", "SamplerCustomAdvanced")
_TEXTS = ("text", "string", "value", "prompt", "text_g", "positive", "conditioning")
"""Inputs through which a prompt's text is reached, nearest first."""
_WORD = re.compile(r"\bembedding:([^\s,:()\[\]]+?)(?:\.pt|\.bin|\.safetensors)?(?=$|[\s,:()\[\]])")
_FARTHEST = 200
"""Nodes from one to another; more are a circle or a trap."""


def read_comfyui(info: Mapping[str, str]) -> PictureSettings | None:
    """None for a graph that is not understood. Raises ValueError for what is none."""
    if "prompt" not in info:  # the graph as it was laid out, without what its links stand for
        _refuse_no_graph(read_object(info["workflow"]))
        return None
    graph = _Graph(read_object(info["prompt"]))
    samplers = [node for node in graph.nodes if node.get("class_type") in _SAMPLERS]
    if len(samplers) != 1:
        return None
    (sampler,) = samplers
    prompt, negative = (graph.text(sampler, side) for side in ("positive", "negative"))
    if prompt is None:
        return None
    names = {key: graph.value(sampler, key) for key in ("sampler_name", "scheduler", "ckpt_name")}
    name, schedule = sampler_of(text_of(names, "sampler_name"), text_of(names, "scheduler"))
    strength = number_of({"denoise": graph.value(sampler, "denoise")}, "denoise", 1.0)
    numbers = {key: graph.value(sampler, key) for key in ("steps", "cfg", "seed", "noise_seed", "width", "height")}
    skipped = whole_of({"skip": graph.value(sampler, "stop_at_clip_layer")}, "skip", -1)
    return PictureSettings(
        prompt=_WORD.sub(r"\1", prompt),
        negative_prompt=_WORD.sub(r"\1", negative or ""),
        steps=whole_of(numbers, "steps", 20),
        sampler=name,
        schedule=schedule,
        guidance_scale=number_of(numbers, "cfg", 8.0),
        seed=whole_of(numbers, "seed", whole_of(numbers, "noise_seed", -1)),
        width=whole_of(numbers, "width", 0),
        height=whole_of(numbers, "height", 0),
        model=PurePath(text_of(names, "ckpt_name").replace("\\", "/")).stem,
        clip_skip=max(1, -skipped),
        denoising_strength=None if strength >= 1 else strength,
        rng="CPU",
        others=tuple(("Lora", name) for name in graph.loras()),
        version="ComfyUI",
    )


def _refuse_no_graph(workflow: Object) -> None:
    if not isinstance(workflow.get("nodes"), list):
        raise ValueError("no graph")


class _Graph:
    """Nodes by their ids; an input is a value, or a link: another node's id and the number of its output."""

    def __init__(self, graph: Object) -> None:
        self._by_id = {key: node for key, node in graph.items() if isinstance(node, dict) and "class_type" in node}
        self.nodes = list(self._by_id.values())
        if not self.nodes:
            raise ValueError("no nodes")

    def value(self, start: Object, key: str) -> Any:
        """What stands under a key in the node or in the nearest of those that it takes from."""
        for node in self._before(start):
            found = inner(node, "inputs").get(key)
            if found is not None and self._linked(found) is None:
                return found
        return None

    def text(self, start: Object, side: str) -> str | None:
        """The text that reaches the sampler on a side, "positive" or "negative", or by way of a guider."""
        inputs = inner(start, "inputs")
        node = self._linked(inputs.get(side))
        if node is None and (guider := self._linked(inputs.get("guider"))) is not None:
            guided = inner(guider, "inputs")
            node = self._linked(guided.get(side) or (guided.get("conditioning") if side == "positive" else None))
        for _ in range(_FARTHEST):
            if node is None:
                return None
            inputs = inner(node, "inputs")
            keys = (side, *_TEXTS)
            if (found := next((inputs[key] for key in keys if isinstance(inputs.get(key), str)), None)) is not None:
                return text_of({"text": found}, "text")
            node = next((linked for key in keys if (linked := self._linked(inputs.get(key))) is not None), None)
        return None

    def loras(self) -> Iterator[str]:
        for node in self.nodes:
            if name := text_of(inner(node, "inputs"), "lora_name"):
                yield PurePath(name.replace("\\", "/")).stem

    def _before(self, start: Object) -> Iterator[Object]:
        """The node, then those it takes from, nearest first, each once."""
        waiting, known = [start], {id(start)}
        while waiting and len(known) <= _FARTHEST:
            node = waiting.pop(0)
            yield node
            for value in inner(node, "inputs").values():
                linked = self._linked(value)
                if linked is not None and id(linked) not in known:
                    known.add(id(linked))
                    waiting.append(linked)

    def _linked(self, value: Any) -> Object | None:
        if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str):
            return self._by_id.get(value[0])
        return None
