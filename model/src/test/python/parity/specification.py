"""What a fixture is made from."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Specification:
    """An architecture, a shape and a seed.

    name: of the fixture
    seed: of parameters and batch
    model: makes the module from the config
    config: the components of Kindling's config records
    batch: draws the inputs
    generate: further results of the untrained model, if any
    without_gradient: ends of the names of parameters on which the loss does not depend
    """

    name: str
    seed: int
    model: Callable[[dict], nn.Module]
    config: dict
    batch: Callable[[torch.Generator, dict], dict[str, Tensor]]
    generate: Callable[[nn.Module, dict, dict[str, Tensor]], dict[str, Tensor]] | None = None
    without_gradient: tuple[str, ...] = ()
