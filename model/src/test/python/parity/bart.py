"""BART, as BartForConditionalGeneration computes it."""

import torch
from torch import Tensor, nn

from parity.batches import sequence_to_sequence_batch
from parity.generation import beam_search
from parity.layers import attention, causal, gelu_erf, merge_heads, split_heads, within
from parity.specification import Specification

EPSILON = 1e-5
POSITION_OFFSET = 2
PAD, END = 1, 2


class Attention(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        width = config["embeddingSize"]
        self.num_heads = config["numHeads"]
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)

    def forward(self, x: Tensor, memory: Tensor, seen: Tensor) -> Tensor:
        query = split_heads(self.q_proj(x), self.num_heads)
        key = split_heads(self.k_proj(memory), self.num_heads)
        value = split_heads(self.v_proj(memory), self.num_heads)
        return self.out_proj(
            merge_heads(attention(query, key, value, query.shape[-1] ** -0.5, seen))
        )


class Layer(nn.Module):
    """Post-norm; a decoder's layer attends to the encoder's result between its two other parts."""

    def __init__(self, config: dict, is_decoder: bool):
        super().__init__()
        width, size = config["embeddingSize"], config["feedForwardSize"]
        self.self_attn = Attention(config)
        self.self_attn_layer_norm = nn.LayerNorm(width, EPSILON)
        if is_decoder:
            self.encoder_attn = Attention(config)
            self.encoder_attn_layer_norm = nn.LayerNorm(width, EPSILON)
        self.fc1 = nn.Linear(width, size)
        self.fc2 = nn.Linear(size, width)
        self.final_layer_norm = nn.LayerNorm(width, EPSILON)

    def forward(
        self,
        x: Tensor,
        seen: Tensor,
        memory: Tensor | None = None,
        memory_seen: Tensor | None = None,
    ) -> Tensor:
        x = self.self_attn_layer_norm(x + self.self_attn(x, x, seen))
        if memory is not None:
            x = self.encoder_attn_layer_norm(x + self.encoder_attn(x, memory, memory_seen))
        return self.final_layer_norm(x + self.fc2(gelu_erf(self.fc1(x))))


class Stack(nn.Module):
    def __init__(self, config: dict, is_decoder: bool):
        super().__init__()
        width = config["embeddingSize"]
        num_layers = config["numDecoderLayers" if is_decoder else "numLayers"]
        self.embed_positions = nn.Embedding(config["contextLength"] + POSITION_OFFSET, width)
        self.layers = nn.ModuleList(Layer(config, is_decoder) for _ in range(num_layers))
        self.layernorm_embedding = nn.LayerNorm(width, EPSILON)

    def forward(self, x: Tensor, *arguments: Tensor) -> Tensor:
        positions = self.embed_positions(torch.arange(x.shape[1]) + POSITION_OFFSET)
        x = self.layernorm_embedding(x + positions)
        for layer in self.layers:
            x = layer(x, *arguments)
        return x


class Body(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.shared = nn.Embedding(config["vocabSize"], config["embeddingSize"])
        self.encoder = Stack(config, is_decoder=False)
        self.decoder = Stack(config, is_decoder=True)


class Bart(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.model = Body(config)

    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        inputs, outputs = batch["inputs"], batch["decoderInputs"]
        words = self.model.shared
        seen = within(batch["inputLengths"], inputs.shape[1])
        memory = self.model.encoder(words(inputs), seen)
        hidden = self.model.decoder(words(outputs), causal(outputs.shape[1]), memory, seen)
        return {"logits": hidden @ words.weight.T}


def _batch(draw: torch.Generator, config: dict) -> dict[str, Tensor]:
    return sequence_to_sequence_batch(
        draw,
        config,
        input_lengths=(10, 6, 9),
        target_lengths=(9, 5, 8),
        start=END,
        pad=PAD,
        end=END,
    )


def _beams(model: Bart, config: dict, batch: dict[str, Tensor]) -> dict[str, Tensor]:
    return beam_search(
        model, batch, start=END, pad=PAD, end=END, num_beams=3, length_penalty=1.0, num_tokens=8
    )


SPECIFICATION = Specification(
    name="bart",
    seed=372,
    model=Bart,
    config=dict(
        vocabSize=29,
        contextLength=12,
        numLayers=1,
        numDecoderLayers=2,
        numHeads=3,
        embeddingSize=12,
        feedForwardSize=21,
        dropout=0.0,
    ),
    batch=_batch,
    generate=_beams,
    # The same shift of all scores of a query: no probability changes.
    without_gradient=("attn.k_proj.bias",),
)
