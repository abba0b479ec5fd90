#!/usr/bin/env python3
"""Writes the fixtures that Kindling's architectures are compared with: what PyTorch computes.

    apt install python3-torch
    python3 model/src/test/python/parity_fixtures.py

Python 3.10 or newer and torch 1.13 or newer, and nothing else. The same torch on the same machine
writes the same bytes again; another changes the metadata, and at most the last bit of some numbers.

One safetensors file per architecture holds the parameters, one batch, and what follows from both:
logits, loss, the gradient of the loss for every parameter, and the losses of ten AdamW steps. The
parameters are float32 numbers; all that follows from them is computed in float64 and then rounded,
so that a comparison in float32 measures the errors of one side only.

Before it writes, the script checks its modules against PyTorch's own layers, its optimiser against
torch.optim.AdamW, and its numbers against the same computation in float32. Conditions that the
numbers must meet (no gradient too small to compare, no two beams of equal score) stop it: the seed
stands in each architecture's SPECIFICATION.
"""

import argparse
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import torch  # noqa: E402

from parity import bart, bert, checks, gpt2, llama, safetensors, t5  # noqa: E402
from parity.fixture import build  # noqa: E402

DEFAULT_OUTPUT = Path(__file__).resolve().parent.parent / "resources/dev/kindling/model/parity"


def main() -> None:
    arguments = parse_arguments()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    checks.check_all()
    arguments.output.mkdir(parents=True, exist_ok=True)
    for specification in (
        gpt2.SPECIFICATION,
        llama.SPECIFICATION,
        llama.MIXED_SPECIFICATION,
        bert.SPECIFICATION,
        t5.SPECIFICATION,
        t5.GATED_SPECIFICATION,
        bart.SPECIFICATION,
    ):
        metadata, tensors, summary = build(specification)
        path = arguments.output / (specification.name + ".safetensors")
        path.write_bytes(safetensors.to_bytes(metadata, tensors))
        print(f"{path.name}: {path.stat().st_size} bytes, {summary}")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Writes the parity fixtures of Kindling's architectures.",
        epilog="See the head of this file for what the fixtures hold.",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=DEFAULT_OUTPUT,
        help="the directory that gets one .safetensors file per architecture"
        " (default: %(default)s)",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
