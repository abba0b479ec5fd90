"""BERT with both heads, as BertForPreTraining computes it."""

import torch
from torch import Tensor, nn

from parity.batches import masked_batch
from parity.layers import attention, gelu_erf, merge_heads, split_heads, within
from parity.specification import Specification

EPSILON = 1e-12


class Embeddings(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        width = config["embeddingSize"]
        self.word_embeddings = nn.Embedding(config["vocabSize"], width)
        self.position_embeddings = nn.Embedding(config["contextLength"], width)
        self.token_type_embeddings = nn.Embedding(2, width)
        self.LayerNorm = nn.LayerNorm(width, EPSILON)

    def forward(self, inputs: Tensor, segments: Tensor) -> Tensor:
        return self.LayerNorm(
            self.word_embeddings(inputs)
            + self.position_embeddings(torch.arange(inputs.shape[1]))
            + self.token_type_embeddings(segments)
        )


class SelfAttention(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        width = config["embeddingSize"]
        self.num_heads = config["numHeads"]
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        query, key, value = (
            split_heads(layer(x), self.num_heads) for layer in (self.query, self.key, self.value)
        )
        return merge_heads(attention(query, key, value, query.shape[-1] ** -0.5, seen))


class AddAndNorm(nn.Module):
    """BertSelfOutput and BertOutput: a linear layer, the residual, the norm."""

    def __init__(self, width: int, new_width: int):
        super().__init__()
        self.dense = nn.Linear(width, new_width)
        self.LayerNorm = nn.LayerNorm(new_width, EPSILON)

    def forward(self, x: Tensor, residual: Tensor) -> Tensor:
        return self.LayerNorm(residual + self.dense(x))


class Attention(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.self = SelfAttention(config)
        self.output = AddAndNorm(config["embeddingSize"], config["embeddingSize"])

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        return self.output(self.self(x, seen), x)


class Dense(nn.Module):
    """A linear layer under the name "dense", and a function after it."""

    def __init__(self, width: int, new_width: int, function):
        super().__init__()
        self.dense = nn.Linear(width, new_width)
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self.dense(x))


class Layer(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        width, size = config["embeddingSize"], config["feedForwardSize"]
        self.attention = Attention(config)
        self.intermediate = Dense(width, size, gelu_erf)
        self.output = AddAndNorm(size, width)

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        x = self.attention(x, seen)
        return self.output(self.intermediate(x), x)


class Encoder(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.layer = nn.ModuleList(Layer(config) for _ in range(config["numLayers"]))

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        for layer in self.layer:
            x = layer(x, seen)
        return x


class Body(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        width = config["embeddingSize"]
        self.embeddings = Embeddings(config)
        self.encoder = Encoder(config)
        self.pooler = Dense(width, width, torch.tanh)

    def forward(self, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        x = self.embeddings(batch["inputs"], batch["segments"])
        x = self.encoder(x, within(batch["lengths"], batch["inputs"].shape[1]))
        return x, self.pooler(x[:, 0])


class Transform(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.dense = nn.Linear(width, width)
        self.LayerNorm = nn.LayerNorm(width, EPSILON)

    def forward(self, x: Tensor) -> Tensor:
        return self.LayerNorm(gelu_erf(self.dense(x)))


class Predictions(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.bias = nn.Parameter(torch.empty(config["vocabSize"]))
        self.transform = Transform(config["embeddingSize"])

    def forward(self, x: Tensor, word_embeddings: Tensor) -> Tensor:
        return self.transform(x) @ word_embeddings.T + self.bias


class Heads(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.predictions = Predictions(config)
        self.seq_relationship = nn.Linear(config["embeddingSize"], 2)


class Bert(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.bert = Body(config)
        self.cls = Heads(config)

    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        hidden, pooled = self.bert(batch)
        words = self.bert.embeddings.word_embeddings.weight
        return {
            "logits": self.cls.predictions(hidden, words),
            "nextSentenceLogits": self.cls.seq_relationship(pooled),
        }


SPECIFICATION = Specification(
    name="bert",
    seed=14,
    model=Bert,
    config=dict(
        vocabSize=37,
        contextLength=13,
        numLayers=2,
        numHeads=3,
        embeddingSize=15,
        feedForwardSize=26,
        dropout=0.0,
    ),
    batch=masked_batch,
    # The same shift of all scores of a query: no probability changes.
    without_gradient=("attention.self.key.bias",),
)
