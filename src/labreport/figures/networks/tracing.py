"""What a network does with its input, step by step, followed through its own forward pass.

Only shapes are told of it. torch's meta device would compute nothing, but imports a compiler, which takes a hundred
times as long as one sample.
"""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.overrides import TorchFunctionMode

from labreport.loading import load_class
from labreport.training.construction import build_model

DEFAULTS = {"image": 32, "channels": 3, "classes": 10, "length": 50}
WORDS = 1000  # vocabulary of a network that is only drawn; no shape but that of its word vectors depends on it
VECTOR = 100  # length of word vectors that a network is given


@dataclass(frozen=True)
class Step:
    """An input, a call of a module without children, or a call of a function, in the order of execution.

    Attributes:
        path: of the module in the network; empty for inputs and functions.
        operation: the module's class, the function's name, or `input`.
        inside: paths of the modules under way, outermost first, without the network and the module itself.
        sources: numbers of the steps whose outputs it reads.
        reads: shape of the first of them without the batch.
        output: shape of its (first) output without the batch.
    """

    path: str
    operation: str
    inside: tuple[str, ...]
    sources: tuple[int, ...]
    reads: tuple[int, ...]
    output: tuple[int, ...]


def network(options: Mapping[str, Any]) -> tuple[nn.Module, list[Tensor]]:
    """A network, whose weights hold anything, and one sample for it.

    Args:
        options: `target` ("labreport.models.module:Class"), whose constructor says what it reads (`vectors` pairs of
            sentences, else `vocabulary` texts, else images), and `parameters` of that; `image` (height and width of a
            square input, in pixels), `channels`, `classes`, `length` (tokens of a text).

    Raises:
        TrainingError: no such model, or parameters that it does not take.
    """
    target, sizes = options["target"], {**DEFAULTS, **options}
    taken = inspect.signature(load_class(target)).parameters
    with _Undrawn():
        facts = {name: sizes[name] for name in ("classes", "channels", "length")}
        facts |= {"size": sizes["image"], "vocabulary": WORDS, "vectors": torch.zeros(WORDS, VECTOR)}
        model = build_model(target, options.get("parameters") or {}, facts).eval()
        if "vectors" not in taken and "vocabulary" not in taken:
            return model, [torch.zeros(1, sizes["channels"], sizes["image"], sizes["image"])]
        length = sizes["length"]
        text = [torch.zeros(1, length, dtype=torch.int64), torch.tensor([length])]
        return model, [*text, *(one.clone() for one in text)] if "vectors" in taken else text


class _Undrawn(TorchFunctionMode):
    """Leaves out the random numbers that weights begin with, which would take most of the time."""

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return args[0] if function in (Tensor.normal_, Tensor.uniform_) else function(*args, **(kwargs or {}))


def follow(model: nn.Module, inputs: Sequence[Tensor]) -> list[Step]:
    """One forward pass; inputs of one dimension (such as lengths) are no steps, nor is what depends on them alone."""
    recorder = _Recorder()
    for tensor in inputs:
        if tensor.dim() > 1:
            recorder.add("", "input", (), tensor)
    paths = {module: path for path, module in model.named_modules() if path}
    before = register_module_forward_pre_hook(lambda module, taken: recorder.open(paths.get(module), module, taken))
    after = register_module_forward_hook(lambda module, _, output: recorder.close(paths.get(module), module, output))
    with torch.inference_mode(), recorder, before, after:
        model(*inputs)
    return recorder.steps


class _Recorder(TorchFunctionMode):
    """Writes down which step produced each tensor; a function inside a module without children is part of it."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Step] = []
        self._active: list[tuple[str, tuple[int, ...]]] = []
        self._sealed = 0
        self._producer: dict[int, int] = {}
        self._kept: list[Tensor] = []  # alive, so that no other tensor gets the identity of one

    def add(self, path: str, operation: str, sources: tuple[int, ...], output: Any) -> None:
        tensors = list(_tensors(output))
        inside = tuple(name for name, _ in self._active)
        reads = self.steps[sources[0]].output if sources else ()
        self.steps.append(Step(path, operation, inside, sources, reads, tuple(tensors[0].shape[1:])))
        for tensor in tensors:
            self._producer[id(tensor)] = len(self.steps) - 1
            self._kept.append(tensor)

    def sources(self, *arguments: Any) -> tuple[int, ...]:
        found = (self._producer.get(id(tensor)) for tensor in _tensors(arguments))
        return tuple(dict.fromkeys(step for step in found if step is not None))

    def open(self, path: str | None, module: nn.Module, arguments: tuple[Any, ...]) -> None:
        if path:
            self._active.append((path, self.sources(*arguments)))
            self._sealed += not _has_children(module)

    def close(self, path: str | None, module: nn.Module, output: Any) -> None:
        if path:
            _, sources = self._active.pop()
            self._sealed -= not _has_children(module)
            if sources and not self._sealed and not _has_children(module):
                self.add(path, type(module).__name__, sources, output)

    def __torch_function__(
        self, function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        sources = () if self._sealed else self.sources(args, kwargs)
        output = function(*args, **(kwargs or {}))
        if sources and any(True for _ in _tensors(output)):
            self.add("", function.__name__.strip("_"), sources, output)
        return output


def _has_children(module: nn.Module) -> bool:
    return next(module.children(), None) is not None


def _tensors(value: Any) -> Iterator[Tensor]:
    """Every tensor in a nest of tuples, lists and dictionaries."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        yield from _tensors(tuple(value.values()))
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _tensors(one)
