"""GPT-2, as GPT2LMHeadModel computes it."""

import torch
from torch import Tensor, nn

from parity.batches import causal_batch
from parity.generation import greedy
from parity.layers import Conv1D, attention, causal, gelu_tanh, merge_heads, split_heads
from parity.specification import Specification

EPSILON = 1e-5


class Attention(nn.Module):
    def __init__(self, width: int, num_heads: int):
        super().__init__()
        self.num_heads = num_heads
        self.c_attn = Conv1D(width, 3 * width)
        self.c_proj = Conv1D(width, width)

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = (
            split_heads(part, self.num_heads) for part in self.c_attn(x).chunk(3, -1)
        )
        scale = query.shape[-1] ** -0.5
        return self.c_proj(
            merge_heads(attention(query, key, value, scale, causal(x.shape[1])))
        )


class FeedForward(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.c_fc = Conv1D(width, 4 * width)
        self.c_proj = Conv1D(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.c_proj(gelu_tanh(self.c_fc(x)))


class Block(nn.Module):
    def __init__(self, width: int, num_heads: int):
        super().__init__()
        self.ln_1 = nn.LayerNorm(width, EPSILON)
        self.attn = Attention(width, num_heads)
        self.ln_2 = nn.LayerNorm(width, EPSILON)
        self.mlp = FeedForward(width)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class Transformer(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        width = config["embeddingSize"]
        self.wte = nn.Embedding(config["vocabSize"], width)
        self.wpe = nn.Embedding(config["contextLength"], width)
        self.h = nn.ModuleList(
            Block(width, config["numHeads"]) for _ in range(config["numLayers"])
        )
        self.ln_f = nn.LayerNorm(width, EPSILON)

    def forward(self, inputs: Tensor) -> Tensor:
        x = self.wte(inputs) + self.wpe(torch.arange(inputs.shape[1]))
        for block in self.h:
            x = block(x)
        return self.ln_f(x)


class Gpt2(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.transformer = Transformer(config)

    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        hidden = self.transformer(batch["inputs"])
        return {"logits": hidden @ self.transformer.wte.weight.T}


def _continuations(model: Gpt2, config: dict, batch: dict[str, Tensor]):
    return greedy(model, prompt=batch["inputs"][0, :3], num_tokens=8)


SPECIFICATION = Specification(
    name="gpt2",
    seed=11,
    model=Gpt2,
    config=dict(
        vocabSize=31,
        contextLength=13,
        numLayers=2,
        numHeads=3,
        embeddingSize=15,
        bias=True,
        dropout=0.0,
        positions="LEARNED",
        norm="LAYER_NORM",
        feedForward="GELU",
        numKeyValueHeads=0,
        feedForwardSize=0,
        tiedEmbeddings=True,
    ),
    batch=lambda draw, config: causal_batch(draw, config, size=3, length=11),
    generate=_continuations,
)
