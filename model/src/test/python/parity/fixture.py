"""Turns an architecture, a shape and a seed into the contents of one fixture."""

import copy
from dataclasses import asdict

import torch
from torch import Tensor, nn

from parity import checks
from parity.specification import Specification
from parity.training import AdamWConfig, loss_of, train


def build(specification: Specification) -> tuple[dict[str, str], dict[str, Tensor], str]:
    """Metadata, tensors, and a line about the checks that they passed."""
    draw = torch.Generator().manual_seed(specification.seed)
    config, optimizer = specification.config, AdamWConfig()
    model = specification.model(config).double()
    initialize(model, draw)
    batch = specification.batch(draw, config)

    outputs = model(batch)
    loss = loss_of(outputs, batch)
    loss.backward()
    gradients = {name: parameter.grad.clone() for name, parameter in model.named_parameters()}
    generated = {}
    if specification.generate is not None:
        generated = specification.generate(model, config, batch)
    trained = copy.deepcopy(model)
    losses, norms = train(trained, batch, optimizer)

    zeros = [name for name in gradients if name.endswith(specification.without_gradient or "\0")]
    checks.check_gradients(gradients, zeros)
    summary = checks.check_against_float32(
        model, batch, outputs, gradients, zeros, losses, optimizer
    )

    tensors = {"parameter." + name: p.detach() for name, p in model.named_parameters()}
    tensors |= {"gradient." + name: gradient for name, gradient in gradients.items()}
    tensors |= {"input." + name: values for name, values in batch.items()}
    tensors |= {name: values.detach().flatten(0, -2) for name, values in outputs.items()}
    tensors["loss"] = loss.detach()[None]
    tensors["trainingLosses"] = torch.tensor(losses)
    tensors["trainingGradientNorms"] = torch.tensor(norms)
    tensors |= generated
    return metadata(specification, optimizer, zeros), stored(tensors), summary


def initialize(model: nn.Module, draw: torch.Generator) -> None:
    """Draws float32 numbers that are large enough for every part to matter."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=draw, dtype=torch.float64)
            if parameter.dim() == 1 and name.endswith("weight"):
                values = 1 + 0.2 * noise
            else:
                values = standard_deviation(name, parameter) * noise
            parameter.copy_(values.float())


def standard_deviation(name: str, parameter: nn.Parameter) -> float:
    if parameter.dim() == 1:
        return 0.2
    if name == "shared.weight":
        return 1.0  # T5's own: its tied logits are scaled down
    if name.endswith("Attention.q.weight"):
        return 0.13  # T5 does not scale its scores
    if name.endswith("relative_attention_bias.weight"):
        return 0.6
    return 0.3


def metadata(
    specification: Specification, optimizer: AdamWConfig, zeros: list[str]
) -> dict[str, str]:
    result = {"fixture": specification.name, "seed": str(specification.seed)}
    result["torch"] = torch.__version__
    result["zeroGradients"] = ",".join(zeros)
    result |= {"config." + name: text(value) for name, value in specification.config.items()}
    result |= {"optimizer." + camel_case(n): text(v) for n, v in asdict(optimizer).items()}
    return result


def text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def stored(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The numbers in the types of the file."""
    return {
        name: tensor.float() if tensor.is_floating_point() else tensor.int()
        for name, tensor in tensors.items()
    }
