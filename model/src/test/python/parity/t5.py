"""T5 1.0 and 1.1, as T5ForConditionalGeneration computes them."""

import math

import torch
from torch import Tensor, nn

from parity.batches import sequence_to_sequence_batch
from parity.layers import RmsNorm, attention, causal, gelu_tanh, merge_heads, split_heads, within
from parity.specification import Specification

EPSILON = 1e-6
NUM_BUCKETS = 32
MAX_DISTANCE = 128


def buckets(relative_position: Tensor, bidirectional: bool) -> Tensor:
    """The bucket of key position minus query position.

    Half of the buckets are for one distance each, the others for ranges that grow up to the longest
    distance. Looking both ways, the upper half of all buckets is for keys behind the query. The
    logarithm is taken in float32, as in the original.
    """
    if bidirectional:
        number = NUM_BUCKETS // 2
        offset = (relative_position > 0).long() * number
        distance = relative_position.abs()
    else:
        number = NUM_BUCKETS
        offset = torch.zeros_like(relative_position)
        distance = (-relative_position).clamp(min=0)
    exact = number // 2
    growth = torch.log(distance.clamp(min=1).float() / exact) / math.log(MAX_DISTANCE / exact)
    ranged = (exact + (growth * (number - exact)).long()).clamp(max=number - 1)
    return offset + torch.where(distance < exact, distance, ranged)


class Attention(nn.Module):
    """Scores are not scaled. The first layer of a stack owns the table of relative positions."""

    def __init__(self, config: dict, has_table: bool):
        super().__init__()
        width, inner = config["embeddingSize"], config["numHeads"] * config["headSize"]
        self.num_heads = config["numHeads"]
        self.q = nn.Linear(width, inner, bias=False)
        self.k = nn.Linear(width, inner, bias=False)
        self.v = nn.Linear(width, inner, bias=False)
        self.o = nn.Linear(inner, width, bias=False)
        if has_table:
            self.relative_attention_bias = nn.Embedding(NUM_BUCKETS, self.num_heads)

    def bias(self, length: int, bidirectional: bool) -> Tensor:
        """[H, T, T]."""
        positions = torch.arange(length)
        relative = positions[None, :] - positions[:, None]
        return self.relative_attention_bias(buckets(relative, bidirectional)).permute(2, 0, 1)

    def forward(self, x: Tensor, memory: Tensor, seen: Tensor, bias: Tensor | None) -> Tensor:
        query = split_heads(self.q(x), self.num_heads)
        key = split_heads(self.k(memory), self.num_heads)
        value = split_heads(self.v(memory), self.num_heads)
        return self.o(merge_heads(attention(query, key, value, 1.0, seen, bias)))


class FeedForward(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        width, size = config["embeddingSize"], config["feedForwardSize"]
        self.gated = config["gated"]
        if self.gated:
            self.wi_0 = nn.Linear(width, size, bias=False)
            self.wi_1 = nn.Linear(width, size, bias=False)
        else:
            self.wi = nn.Linear(width, size, bias=False)
        self.wo = nn.Linear(size, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        if self.gated:
            return self.wo(gelu_tanh(self.wi_0(x)) * self.wi_1(x))
        return self.wo(torch.relu(self.wi(x)))


class SubLayer(nn.Module):
    """A part of a block with the norm before it, under the part's own name."""

    def __init__(self, config: dict, name: str, part: nn.Module):
        super().__init__()
        self.part_name = name
        setattr(self, name, part)
        self.layer_norm = RmsNorm(config["embeddingSize"], EPSILON)

    @property
    def part(self) -> nn.Module:
        return getattr(self, self.part_name)


class Block(nn.Module):
    def __init__(self, config: dict, is_decoder: bool, has_table: bool):
        super().__init__()
        layers = [SubLayer(config, "SelfAttention", Attention(config, has_table))]
        if is_decoder:
            layers.append(SubLayer(config, "EncDecAttention", Attention(config, False)))
        layers.append(SubLayer(config, "DenseReluDense", FeedForward(config)))
        self.layer = nn.ModuleList(layers)

    def forward(
        self,
        x: Tensor,
        seen: Tensor,
        bias: Tensor,
        memory: Tensor | None,
        memory_seen: Tensor | None,
    ) -> Tensor:
        normed = self.layer[0].layer_norm(x)
        x = x + self.layer[0].part(normed, normed, seen, bias)
        if memory is not None:
            normed = self.layer[1].layer_norm(x)
            x = x + self.layer[1].part(normed, memory, memory_seen, None)
        return x + self.layer[-1].part(self.layer[-1].layer_norm(x))


class Stack(nn.Module):
    def __init__(self, config: dict, is_decoder: bool):
        super().__init__()
        self.is_decoder = is_decoder
        num_layers = config["numDecoderLayers" if is_decoder else "numLayers"]
        self.block = nn.ModuleList(
            Block(config, is_decoder, has_table=layer == 0) for layer in range(num_layers)
        )
        self.final_layer_norm = RmsNorm(config["embeddingSize"], EPSILON)

    def forward(
        self,
        x: Tensor,
        seen: Tensor,
        memory: Tensor | None = None,
        memory_seen: Tensor | None = None,
    ) -> Tensor:
        bias = self.block[0].layer[0].part.bias(x.shape[1], not self.is_decoder)
        for block in self.block:
            x = block(x, seen, bias, memory, memory_seen)
        return self.final_layer_norm(x)


class T5(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        width = config["embeddingSize"]
        self.shared = nn.Embedding(config["vocabSize"], width)
        self.encoder = Stack(config, is_decoder=False)
        self.decoder = Stack(config, is_decoder=True)
        if config["gated"]:
            self.lm_head = nn.Linear(width, config["vocabSize"], bias=False)
        else:
            self.lm_head = None

    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        inputs, outputs = batch["inputs"], batch["decoderInputs"]
        seen = within(batch["inputLengths"], inputs.shape[1])
        memory = self.encoder(self.shared(inputs), seen)
        hidden = self.decoder(self.shared(outputs), causal(outputs.shape[1]), memory, seen)
        if self.lm_head is not None:
            return {"logits": self.lm_head(hidden)}
        return {"logits": hidden.shape[-1] ** -0.5 * hidden @ self.shared.weight.T}


def _batch(draw: torch.Generator, config: dict) -> dict[str, Tensor]:
    # Long enough for buckets of more than one distance in both directions.
    return sequence_to_sequence_batch(
        draw, config, input_lengths=(23, 9, 16), target_lengths=(19, 8, 13), start=0, pad=0, end=1
    )


def _bucket_tables(model: T5, config: dict, batch: dict[str, Tensor]) -> dict[str, Tensor]:
    relative = torch.arange(-200, 201)
    return {
        "buckets.bidirectional": buckets(relative, True),
        "buckets.causal": buckets(relative, False),
    }


SPECIFICATION = Specification(
    name="t5",
    seed=15,
    model=T5,
    config=dict(
        vocabSize=31,
        contextLength=23,
        numLayers=2,
        numDecoderLayers=2,
        numHeads=3,
        embeddingSize=12,
        headSize=5,
        feedForwardSize=22,
        dropout=0.0,
        gated=False,
    ),
    batch=_batch,
    generate=_bucket_tables,
)

GATED_SPECIFICATION = Specification(
    name="t5_gated",
    seed=16,
    model=T5,
    config=dict(
        vocabSize=29,
        contextLength=23,
        numLayers=1,
        numDecoderLayers=1,
        numHeads=3,
        embeddingSize=14,
        headSize=5,
        feedForwardSize=18,
        dropout=0.0,
        gated=True,
    ),
    batch=_batch,
)
