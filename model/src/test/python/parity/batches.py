"""Batches of random tokens, under the names of the components of Kindling's Batch records."""

import torch
from torch import Tensor

IGNORED = -1
# The ids below are left to the special tokens of each architecture, so that padding occurs behind
# the end of a row only.
FIRST_WORD = 5


def words(draw: torch.Generator, config: dict, *shape: int) -> Tensor:
    return torch.randint(FIRST_WORD, config["vocabSize"], shape, generator=draw)


def causal_batch(draw: torch.Generator, config: dict, size: int, length: int) -> dict[str, Tensor]:
    """Rows of one token more, shifted; a few targets do not count."""
    tokens = words(draw, config, size, length + 1)
    targets = tokens[:, 1:].clone()
    targets[0, -2:] = IGNORED
    targets[-1, 3] = IGNORED
    return {"inputs": tokens[:, :-1].clone(), "targets": targets}


def masked_batch(draw: torch.Generator, config: dict) -> dict[str, Tensor]:
    """[CLS] a [SEP] b [SEP] and padding, some words masked; one is replaced, one is kept."""
    pad, cls, sep, mask = 0, 1, 2, 3
    lengths = torch.tensor([11, 7, 9])
    first_lengths = (5, 2, 3)
    inputs = torch.full((3, 11), pad)
    segments = torch.zeros_like(inputs)
    targets = torch.full_like(inputs, IGNORED)
    for row, (length, first) in enumerate(zip(lengths.tolist(), first_lengths)):
        inputs[row, :length] = words(draw, config, length)
        inputs[row, 0] = cls
        inputs[row, first + 1] = sep
        inputs[row, length - 1] = sep
        segments[row, first + 2 : length] = 1
    changes = [(0, 2, mask), (0, 5, mask), (0, 8, 7), (1, 1, mask), (1, 5, mask)]
    changes += [(2, 2, None), (2, 6, mask)]
    for row, position, replacement in changes:
        targets[row, position] = inputs[row, position]
        if replacement is not None:
            inputs[row, position] = replacement
    assert bool((targets[targets != IGNORED] >= FIRST_WORD).all()), "a special token is masked"
    return {
        "inputs": inputs,
        "segments": segments,
        "lengths": lengths,
        "targets": targets,
        "nextSentence": torch.tensor([0, 1, 1]),
    }


def sequence_to_sequence_batch(
    draw: torch.Generator,
    config: dict,
    input_lengths: tuple[int, ...],
    target_lengths: tuple[int, ...],
    start: int,
    pad: int,
    end: int,
) -> dict[str, Tensor]:
    """Rows of different lengths, each with an end; the decoder sees the targets one step late."""
    size, input_length, target_length = len(input_lengths), max(input_lengths), max(target_lengths)
    inputs = torch.full((size, input_length), pad)
    targets = torch.full((size, target_length), IGNORED)
    for row, (length, output_length) in enumerate(zip(input_lengths, target_lengths)):
        inputs[row, : length - 1] = words(draw, config, length - 1)
        inputs[row, length - 1] = end
        targets[row, : output_length - 1] = words(draw, config, output_length - 1)
        targets[row, output_length - 1] = end
    decoder_inputs = torch.full_like(targets, start)
    decoder_inputs[:, 1:] = targets[:, :-1].masked_fill(targets[:, :-1] == IGNORED, pad)
    return {
        "inputs": inputs,
        "inputLengths": torch.tensor(input_lengths),
        "decoderInputs": decoder_inputs,
        "targets": targets,
    }
