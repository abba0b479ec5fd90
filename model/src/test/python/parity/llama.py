"""The decoder under Llama's names, with every option that GptOptions has.

With rotary positions, RMSNorm and SwiGLU it is what LlamaForCausalLM computes.
"""

import torch
from torch import Tensor, nn

from parity.batches import causal_batch
from parity.generation import greedy
from parity.layers import RmsNorm, attention, causal, gelu_tanh, merge_heads, split_heads
from parity.specification import Specification

EPSILON = 1e-5
THETA = 10000.0


def rotate(x: Tensor) -> Tensor:
    """Rotary positions (Su et al. 2021) for x [B, H, T, D].

    Hugging Face's order: column i turns with column i + D/2, by position · θ^(-2i/D).
    """
    length, head_size = x.shape[-2:]
    frequencies = THETA ** (-torch.arange(0, head_size, 2, dtype=x.dtype) / head_size)
    angles = torch.arange(length, dtype=x.dtype)[:, None] * frequencies
    angles = torch.cat([angles, angles], -1)
    first, second = x.chunk(2, -1)
    return x * angles.cos() + torch.cat([-second, first], -1) * angles.sin()


def norm(config: dict) -> nn.Module:
    width = config["embeddingSize"]
    if config["norm"] == "RMS_NORM":
        return RmsNorm(width, EPSILON)
    return nn.LayerNorm(width, EPSILON)


class Attention(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        width, bias = config["embeddingSize"], config["bias"]
        self.num_heads = config["numHeads"]
        self.num_key_value_heads = config["numKeyValueHeads"]
        self.rotary = config["positions"] == "ROTARY"
        narrow = width // self.num_heads * self.num_key_value_heads
        self.q_proj = nn.Linear(width, width, bias)
        self.k_proj = nn.Linear(width, narrow, bias)
        self.v_proj = nn.Linear(width, narrow, bias)
        self.o_proj = nn.Linear(width, width, bias)

    def forward(self, x: Tensor) -> Tensor:
        query = split_heads(self.q_proj(x), self.num_heads)
        key = split_heads(self.k_proj(x), self.num_key_value_heads)
        value = split_heads(self.v_proj(x), self.num_key_value_heads)
        if self.rotary:
            query, key = rotate(query), rotate(key)
        # Neighbouring query heads share a key-value head.
        group = self.num_heads // self.num_key_value_heads
        key, value = key.repeat_interleave(group, 1), value.repeat_interleave(group, 1)
        scale = query.shape[-1] ** -0.5
        return self.o_proj(
            merge_heads(attention(query, key, value, scale, causal(x.shape[1])))
        )


class FeedForward(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        width, size, bias = config["embeddingSize"], config["feedForwardSize"], config["bias"]
        if config["feedForward"] == "SWIGLU":
            self.gate_proj = nn.Linear(width, size, bias)
        else:
            self.gate_proj = None
        self.up_proj = nn.Linear(width, size, bias)
        self.down_proj = nn.Linear(size, width, bias)

    def forward(self, x: Tensor) -> Tensor:
        if self.gate_proj is None:
            return self.down_proj(gelu_tanh(self.up_proj(x)))
        gate = self.gate_proj(x)
        return self.down_proj(gate * torch.sigmoid(gate) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.input_layernorm = norm(config)
        self.self_attn = Attention(config)
        self.post_attention_layernorm = norm(config)
        self.mlp = FeedForward(config)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x))
        return x + self.mlp(self.post_attention_layernorm(x))


class Decoder(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        width = config["embeddingSize"]
        self.embed_tokens = nn.Embedding(config["vocabSize"], width)
        if config["positions"] == "LEARNED":
            self.embed_positions = nn.Embedding(config["contextLength"], width)
        else:
            self.embed_positions = None
        self.layers = nn.ModuleList(Layer(config) for _ in range(config["numLayers"]))
        self.norm = norm(config)

    def forward(self, inputs: Tensor) -> Tensor:
        x = self.embed_tokens(inputs)
        if self.embed_positions is not None:
            x = x + self.embed_positions(torch.arange(inputs.shape[1]))
        for layer in self.layers:
            x = layer(x)
        return self.norm(x)


class Llama(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.model = Decoder(config)
        if not config["tiedEmbeddings"]:
            self.lm_head = nn.Linear(config["embeddingSize"], config["vocabSize"], bias=False)
        else:
            self.lm_head = None

    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        hidden = self.model(batch["inputs"])
        if self.lm_head is None:
            return {"logits": hidden @ self.model.embed_tokens.weight.T}
        return {"logits": self.lm_head(hidden)}


def _continuations(model: Llama, config: dict, batch: dict[str, Tensor]):
    return greedy(model, prompt=batch["inputs"][0, :3], num_tokens=8)


SPECIFICATION = Specification(
    name="llama",
    seed=43,
    model=Llama,
    config=dict(
        vocabSize=29,
        contextLength=13,
        numLayers=2,
        numHeads=6,
        embeddingSize=24,
        bias=False,
        dropout=0.0,
        positions="ROTARY",
        norm="RMS_NORM",
        feedForward="SWIGLU",
        numKeyValueHeads=2,
        feedForwardSize=19,
        tiedEmbeddings=False,
    ),
    batch=lambda draw, config: causal_batch(draw, config, size=2, length=11),
    generate=_continuations,
)

# One layer with the options that neither GPT-2 nor Llama combines.
MIXED_SPECIFICATION = Specification(
    name="gpt_mixed",
    seed=13,
    model=Llama,
    config=dict(
        vocabSize=23,
        contextLength=9,
        numLayers=1,
        numHeads=3,
        embeddingSize=18,
        bias=True,
        dropout=0.0,
        positions="ROTARY",
        norm="LAYER_NORM",
        feedForward="GELU",
        numKeyValueHeads=1,
        feedForwardSize=25,
        tiedEmbeddings=True,
    ),
    batch=lambda draw, config: causal_batch(draw, config, size=2, length=9),
)
