"""The loss, and AdamW (Loshchilov and Hutter 2019) with clipping, written out."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from parity.batches import IGNORED


@dataclass(frozen=True)
class AdamWConfig:
    learning_rate: float = 0.003
    beta1: float = 0.9
    beta2: float = 0.95
    epsilon: float = 1e-8
    weight_decay: float = 0.1
    max_gradient_norm: float = 1.0
    steps: int = 10


def loss_of(outputs: dict[str, Tensor], batch: dict[str, Tensor]) -> Tensor:
    """The mean over the targets that count, and BERT's mean over its pairs added to it."""
    loss = functional.cross_entropy(
        outputs["logits"].flatten(0, -2), batch["targets"].flatten(), ignore_index=IGNORED
    )
    if "nextSentenceLogits" in outputs:
        loss = loss + functional.cross_entropy(outputs["nextSentenceLogits"], batch["nextSentence"])
    return loss


class AdamW:
    """Weight decay is decoupled, and for tensors of two dims or more only."""

    def __init__(self, parameters: list[nn.Parameter], config: AdamWConfig):
        self.config = config
        self.parameters = parameters
        self.first_moments = [torch.zeros_like(p) for p in parameters]
        self.second_moments = [torch.zeros_like(p) for p in parameters]
        self.step = 0

    @torch.no_grad()
    def update(self) -> float:
        """One step on the parameters' gradients; returns the norm of these before clipping."""
        config = self.config
        self.step += 1
        norm = math.sqrt(sum(float((p.grad.double() ** 2).sum()) for p in self.parameters))
        factor = min(1.0, config.max_gradient_norm / norm)
        for parameter, m, v in zip(self.parameters, self.first_moments, self.second_moments):
            gradient = factor * parameter.grad
            m.mul_(config.beta1).add_((1 - config.beta1) * gradient)
            v.mul_(config.beta2).add_((1 - config.beta2) * gradient**2)
            corrected_m = m / (1 - config.beta1**self.step)
            corrected_v = v / (1 - config.beta2**self.step)
            if parameter.dim() >= 2:
                parameter.mul_(1 - config.learning_rate * config.weight_decay)
            parameter.sub_(
                config.learning_rate * corrected_m / (corrected_v.sqrt() + config.epsilon)
            )
        return norm


def train(
    model: nn.Module, batch: dict[str, Tensor], config: AdamWConfig
) -> tuple[list[float], list[float]]:
    """Updates the model in place; the loss and the gradient norm before each update."""
    optimizer = AdamW(list(model.parameters()), config)
    losses, norms = [], []
    for _ in range(config.steps):
        model.zero_grad()
        loss = loss_of(model(batch), batch)
        loss.backward()
        losses.append(loss.item())
        norms.append(optimizer.update())
    return losses, norms
