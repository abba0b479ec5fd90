"""What several architectures share."""

import math

import torch
from torch import Tensor, nn


def gelu_tanh(x: Tensor) -> Tensor:
    """GPT-2's GELU, "gelu_new": the approximation by a hyperbolic tangent."""
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def gelu_erf(x: Tensor) -> Tensor:
    """BERT's and BART's GELU: x times the normal distribution."""
    return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))


class RmsNorm(nn.Module):
    """Divides by the root of the mean square; neither mean nor bias."""

    def __init__(self, width: int, epsilon: float):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(width))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * x / torch.sqrt((x * x).mean(-1, keepdim=True) + self.epsilon)


class Conv1D(nn.Module):
    """GPT-2's linear layer: the weight is [in, out]."""

    def __init__(self, width: int, new_width: int):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(width, new_width))
        self.bias = nn.Parameter(torch.empty(new_width))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight + self.bias


def split_heads(x: Tensor, num_heads: int) -> Tensor:
    """[B, T, H·D] to [B, H, T, D]."""
    batch, length, width = x.shape
    return x.view(batch, length, num_heads, width // num_heads).transpose(1, 2)


def merge_heads(x: Tensor) -> Tensor:
    """[B, H, T, D] to [B, T, H·D]."""
    batch, num_heads, length, head_size = x.shape
    return x.transpose(1, 2).reshape(batch, length, num_heads * head_size)


def attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    scale: float,
    seen: Tensor,
    bias: Tensor | None = None,
) -> Tensor:
    """softmax(scale · q kᵀ + bias) v over the keys that `seen` allows.

    query [B, H, Tq, D], key and value [B, H, Tk, D]; `seen` (bool) and `bias` fit [B, H, Tq, Tk].
    """
    scores = scale * query @ key.transpose(-1, -2)
    if bias is not None:
        scores = scores + bias
    return torch.softmax(scores.masked_fill(~seen, -math.inf), -1) @ value


def causal(length: int) -> Tensor:
    """[T, T]: position t sees 0…t."""
    return torch.ones(length, length, dtype=torch.bool).tril()


def within(lengths: Tensor, length: int) -> Tensor:
    """[B, 1, 1, T]: every position sees the real tokens of its row."""
    return (torch.arange(length) < lengths[:, None])[:, None, None, :]
