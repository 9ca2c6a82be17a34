"""Pretrained weights: the file that was meant, tensors alone, of the network that starts from them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
import torch
from torchvision.models import resnet50

from labreport.errors import DataError, TrainingError
from labreport.models.registry import MODELS
from labreport.running.pretrained import load_weights
from labreport.training.construction import build_model


def kept(path: Path, content: Any) -> tuple[Path, str]:
    torch.save(content, path)
    return path, "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_network_starts_from_the_weights_of_the_file_but_for_its_last_layer(tmp_path: Path) -> None:
    theirs = resnet50()
    weights = load_weights(*kept(tmp_path / "weights.pth", theirs.state_dict()))
    ours = build_model(MODELS["resnet50"], {}, {"classes": 10, "weights": weights})
    state = ours.state_dict()
    assert state["fc.weight"].shape == (10, 2048)
    for name, tensor in theirs.state_dict().items():
        assert name.startswith("fc.") or torch.equal(state[name], tensor)
    with torch.inference_mode():  # what stands before the last layer says the same of an image
        ours.fc = theirs.fc = torch.nn.Identity()
        images = torch.randn(1, 3, 32, 32)
        torch.testing.assert_close(ours.eval()(images), theirs.eval()(images))


@pytest.mark.parametrize("change", [{"width": 8}, {"stem": "cifar"}])
def test_weights_of_another_network_are_refused(change: dict[str, Any]) -> None:
    facts = {"classes": 10, "weights": resnet50().state_dict()}
    with pytest.raises(TrainingError, match=r"the pretrained weights are of another network: .* does not fit"):
        build_model(MODELS["resnet50"], change, facts)
    del facts["weights"]["layer4.2.bn3.weight"]
    with pytest.raises(TrainingError, match=r"layer4\.2\.bn3\.weight does not fit"):
        build_model(MODELS["resnet50"], {}, facts)


def test_another_file_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, digest = kept(tmp_path / "weights.pth", {"a": torch.zeros(2)})
    assert torch.equal(load_weights(path, digest)["a"], torch.zeros(2))
    path.write_bytes(path.read_bytes() + b" ")
    monkeypatch.setattr(torch, "load", lambda *arguments, **options: pytest.fail("opened before it was checked"))
    with pytest.raises(DataError, match="is not the expected file"):
        load_weights(path, digest)


class Calls:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)

    def __reduce__(self) -> Any:
        return os.mkdir, (self.folder,)


@pytest.mark.parametrize("content", ["object", "list", "numbers"])
def test_what_is_no_set_of_tensors_is_refused_and_not_run(content: str, tmp_path: Path) -> None:
    contents = {"object": {"a": Calls(tmp_path / "mark")}, "list": [torch.zeros(1)], "numbers": {"a": 1.0}}
    with pytest.raises(TrainingError, match=r"weights\.pth: (cannot be read as weights|holds something else)"):
        load_weights(*kept(tmp_path / "weights.pth", contents[content]))
    assert not (tmp_path / "mark").exists()
