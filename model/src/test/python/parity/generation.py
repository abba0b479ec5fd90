"""Greedy and beam search, without a cache."""

import torch
from torch import Tensor, nn

# Choices between numbers that are closer than this would be left to rounding.
CLEAR_MARGIN = 1e-4


def require_clear(*falling: float) -> None:
    for larger, smaller in zip(falling, falling[1:]):
        if larger - smaller <= CLEAR_MARGIN:
            raise AssertionError(f"{larger} and {smaller} are too close: choose another seed")


@torch.no_grad()
def greedy(model: nn.Module, prompt: Tensor, num_tokens: int) -> dict[str, Tensor]:
    """The prompt [P] continued by the likeliest token each time: sequence [P + num_tokens]."""
    sequence = prompt
    for _ in range(num_tokens):
        logits = model({"inputs": sequence[None]})["logits"][0, -1]
        best, second = logits.topk(2).values.tolist()
        require_clear(best, second)
        sequence = torch.cat([sequence, logits.argmax()[None]])
    return {"greedy.prompt": prompt, "greedy.sequence": sequence}


class Hypotheses:
    """The best finished sequences, scored by log-probability / length ** penalty.

    The length counts the generated tokens, the end among them, and not the start.
    """

    def __init__(self, num_beams: int, length_penalty: float):
        self.num_beams = num_beams
        self.length_penalty = length_penalty
        self.finished: list[tuple[float, list[int]]] = []

    def score(self, log_probability: float, length: int) -> float:
        return log_probability / length**self.length_penalty

    def add(self, tokens: list[int], log_probability: float) -> None:
        self.finished.append((self.score(log_probability, len(tokens)), tokens))
        self.finished.sort(key=lambda hypothesis: -hypothesis[0])
        require_clear(*(score for score, _ in self.finished))
        del self.finished[self.num_beams :]

    def is_done(self, best_log_probability: float, length: int, early_stopping: bool) -> bool:
        """Whether the search may stop; `length` is that of the sequences after this step."""
        if len(self.finished) < self.num_beams:
            return False
        worst, attainable = self.finished[-1][0], self.score(best_log_probability, length)
        require_clear(max(worst, attainable), min(worst, attainable))
        return early_stopping or worst >= attainable


def _search(
    model: nn.Module,
    row: dict[str, Tensor],
    start: int,
    end: int,
    num_beams: int,
    length_penalty: float,
    num_tokens: int,
    early_stopping: bool,
) -> list[tuple[float, list[int]]]:
    """Hugging Face's beam search for one row of inputs; the finished sequences, best first."""
    hypotheses = Hypotheses(num_beams, length_penalty)
    beams: list[tuple[float, list[int]]] = [(0.0, [])]
    for _ in range(num_tokens):
        decoder_inputs = torch.tensor([[start] + tokens for _, tokens in beams])
        logits = model(
            {
                "inputs": row["inputs"].expand(len(beams), -1),
                "inputLengths": row["inputLengths"].expand(len(beams)),
                "decoderInputs": decoder_inputs,
            }
        )["logits"][:, -1]
        scores = torch.log_softmax(logits, -1)
        scores = scores + torch.tensor([[score] for score, _ in beams], dtype=scores.dtype)
        vocab_size = scores.shape[-1]
        candidates = scores.flatten().topk(2 * num_beams + 1)
        require_clear(*candidates.values.tolist())
        next_beams: list[tuple[float, list[int]]] = []
        best_score = candidates.values[0].item()
        length = len(beams[0][1]) + 1
        for rank in range(2 * num_beams):
            score, index = candidates.values[rank].item(), candidates.indices[rank].item()
            tokens = beams[index // vocab_size][1] + [index % vocab_size]
            if tokens[-1] == end:
                # An end that is not among the best num_beams candidates is dropped.
                if rank < num_beams:
                    hypotheses.add(tokens, score)
            else:
                next_beams.append((score, tokens))
            if len(next_beams) == num_beams:
                break
        beams = next_beams
        if hypotheses.is_done(best_score, length, early_stopping):
            return hypotheses.finished
    for score, tokens in beams:
        hypotheses.add(tokens, score)
    return hypotheses.finished


@torch.no_grad()
def beam_search(
    model: nn.Module,
    batch: dict[str, Tensor],
    start: int,
    pad: int,
    end: int,
    num_beams: int,
    length_penalty: float,
    num_tokens: int,
) -> dict[str, Tensor]:
    """The best sequence of every row, with and without early stopping.

    Generated tokens only: no start, the end included where it was reached, padding behind it.
    """
    result = {}
    for early_stopping, prefix in ((False, "beam."), (True, "beamEarlyStopping.")):
        rows = [
            _search(
                model,
                {name: batch[name][row : row + 1] for name in ("inputs", "inputLengths")},
                start,
                end,
                num_beams,
                length_penalty,
                num_tokens,
                early_stopping,
            )
            for row in range(len(batch["inputs"]))
        ]
        sequences = torch.full((len(rows), num_tokens), pad)
        for row, finished in enumerate(rows):
            sequences[row, : len(finished[0][1])] = torch.tensor(finished[0][1])
        result[prefix + "sequences"] = sequences
        result[prefix + "lengths"] = torch.tensor([len(finished[0][1]) for finished in rows])
        result[prefix + "scores"] = torch.tensor(
            [finished[0][0] for finished in rows], dtype=torch.float64
        )
    return result
