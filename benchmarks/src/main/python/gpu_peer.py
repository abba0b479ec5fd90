"""What Kindling is measured beside on a GPU: the models that a PyTorch user writes, trained and scored as they do.

torch.compile, autocast to bfloat16 over float32 parameters, scaled_dot_product_attention, fused AdamW. `bin/benchmark gpu`
runs it. Each task is an object of JSON with name, kind (TRAINING or SCORING), architecture (GPT or BERT), layers, heads,
width, vocabulary, length, batch and, of BERT, masked: the tokens of a sequence that are predicted. It prints a line of
JSON as each result comes: the rate of a large product of matrices, then each task, or why it did not come to its end.

    python3 gpu_peer.py --steps 20 --task '{"name": "tiny", "kind": "TRAINING", "architecture": "GPT", "layers": 2,
        "heads": 2, "width": 64, "vocabulary": 256, "length": 64, "batch": 4}'

Legend: B = batch, T = length, C = width, H = heads, V = vocabulary.
"""

import argparse
import gc
import json
import statistics
import subprocess
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

DEVICE = "cuda"
WARM_UP_STEPS = 4
SEED = 1


class SelfAttention(nn.Module):
    """All heads in one call of the fused kernel."""

    def __init__(self, width, heads, is_causal):
        super().__init__()
        self.heads = heads
        self.is_causal = is_causal
        self.qkv = nn.Linear(width, 3 * width)
        self.projection = nn.Linear(width, width)

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = (part.view(B, T, self.heads, C // self.heads).transpose(1, 2) for part in self.qkv(x).split(C, dim=2))
        out = F.scaled_dot_product_attention(q, k, v, is_causal=self.is_causal)
        return self.projection(out.transpose(1, 2).reshape(B, T, C))


class FeedForward(nn.Module):
    """Four times as wide inside."""

    def __init__(self, width, gelu):
        super().__init__()
        self.up = nn.Linear(width, 4 * width)
        self.gelu = gelu
        self.down = nn.Linear(4 * width, width)

    def forward(self, x):
        return self.down(F.gelu(self.up(x), approximate=self.gelu))


class GptBlock(nn.Module):
    """Pre-norm."""

    def __init__(self, width, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = SelfAttention(width, heads, is_causal=True)
        self.norm2 = nn.LayerNorm(width)
        self.feed_forward = FeedForward(width, "tanh")

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.feed_forward(self.norm2(x))


class Gpt(nn.Module):
    """GPT-2, with tied embeddings; forward gives losses."""

    def __init__(self, task):
        super().__init__()
        width = task["width"]
        self.tokens = nn.Embedding(task["vocabulary"], width)
        self.positions = nn.Embedding(task["length"], width)
        self.blocks = nn.ModuleList(GptBlock(width, task["heads"]) for _ in range(task["layers"]))
        self.norm = nn.LayerNorm(width)

    def forward(self, batch, reduction):
        inputs, targets = batch
        x = self.tokens(inputs) + self.positions(torch.arange(inputs.shape[1], device=inputs.device))
        for block in self.blocks:
            x = block(x)
        logits = F.linear(self.norm(x), self.tokens.weight)
        return F.cross_entropy(logits.view(-1, logits.shape[-1]).float(), targets.view(-1), reduction=reduction)


class BertBlock(nn.Module):
    """Post-norm."""

    def __init__(self, width, heads):
        super().__init__()
        self.attention = SelfAttention(width, heads, is_causal=False)
        self.norm1 = nn.LayerNorm(width, eps=1e-12)
        self.feed_forward = FeedForward(width, "none")
        self.norm2 = nn.LayerNorm(width, eps=1e-12)

    def forward(self, x):
        x = self.norm1(x + self.attention(x))
        return self.norm2(x + self.feed_forward(x))


class Bert(nn.Module):
    """BERT for pretraining: the heads of masked tokens, which alone are projected, and of the next sentence."""

    def __init__(self, task):
        super().__init__()
        width = task["width"]
        self.tokens = nn.Embedding(task["vocabulary"], width)
        self.positions = nn.Embedding(task["length"], width)
        self.segments = nn.Embedding(2, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.blocks = nn.ModuleList(BertBlock(width, task["heads"]) for _ in range(task["layers"]))
        self.transform = nn.Linear(width, width)
        self.transform_norm = nn.LayerNorm(width, eps=1e-12)
        self.bias = nn.Parameter(torch.zeros(task["vocabulary"]))
        self.pooler = nn.Linear(width, width)
        self.next_sentence = nn.Linear(width, 2)

    def forward(self, batch, reduction):
        inputs, segments, masked, targets, next_sentence = batch
        x = self.tokens(inputs) + self.segments(segments)
        x = self.norm(x + self.positions(torch.arange(inputs.shape[1], device=inputs.device)))
        for block in self.blocks:
            x = block(x)
        chosen = x.view(-1, x.shape[-1]).index_select(0, masked)
        chosen = self.transform_norm(F.gelu(self.transform(chosen)))
        logits = F.linear(chosen, self.tokens.weight, self.bias)
        pairs = self.next_sentence(torch.tanh(self.pooler(x[:, 0])))
        return F.cross_entropy(logits.float(), targets, reduction=reduction) + F.cross_entropy(
            pairs.float(), next_sentence
        )


def new_model(task):
    """The model on the GPU, with GPT-2's and BERT's deviation of 0.02."""
    torch.manual_seed(SEED)
    with torch.device(DEVICE):
        model = Gpt(task) if task["architecture"] == "GPT" else Bert(task)
    for module in model.modules():
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, std=0.02)
        if isinstance(module, nn.Linear):
            nn.init.zeros_(module.bias)
    return model


def new_batch(task):
    """Random tokens, the same at every step."""
    shape = (task["batch"], task["length"])
    generator = torch.Generator(device=DEVICE).manual_seed(SEED)

    def ids(*size):
        return torch.randint(task["vocabulary"], size, device=DEVICE, generator=generator)

    if task["architecture"] == "GPT":
        return ids(*shape), ids(*shape)
    first = torch.arange(task["batch"], device=DEVICE)[:, None] * task["length"]
    masked = (first + torch.arange(task["masked"], device=DEVICE)).view(-1)
    segments = torch.zeros(shape, dtype=torch.long, device=DEVICE)
    return ids(*shape), segments, masked, ids(masked.numel()), torch.zeros(task["batch"], dtype=torch.long, device=DEVICE)


def autocast(precision):
    return torch.autocast(DEVICE, dtype=torch.bfloat16, enabled=precision == "bf16")


def training(task, precision):
    """A function that takes a step and gives its loss, on the GPU."""
    model = new_model(task)
    batch = new_batch(task)
    parameters = list(model.parameters())
    groups = [
        {"params": [p for p in parameters if p.dim() > 1], "weight_decay": 0.1},
        {"params": [p for p in parameters if p.dim() <= 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=6e-4, betas=(0.9, 0.95), eps=1e-8, fused=True)
    compiled = torch.compile(model, dynamic=False)

    def step():
        with autocast(precision):
            loss = compiled(batch, "mean")
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return loss.detach()

    return step


def scoring(task, precision):
    """A function that gives the losses of all tokens, on the host; weights are in bfloat16."""
    model = new_model(task).eval()
    if precision == "bf16":
        model = model.bfloat16()
    batch = new_batch(task)
    compiled = torch.compile(model, dynamic=False)

    def step():
        with torch.no_grad():
            return compiled(batch, "none").cpu()

    return step


def timed(step, num_steps):
    """Seconds of each step, between events, so that the host may run ahead of the GPU as it does in training."""
    events = [torch.cuda.Event(enable_timing=True) for _ in range(num_steps + 1)]
    events[0].record()
    for event in events[1:]:
        last = step()
        event.record()
    torch.cuda.synchronize()
    seconds = [start.elapsed_time(end) / 1e3 for start, end in zip(events, events[1:])]
    return seconds, last.float().mean().item()


def used_memory():
    """Bytes of the GPU that are in use, by nvidia-smi: of all processes, and with what CUDA itself takes."""
    command = ["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits"]
    try:
        lines = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.split("\n")
        return max(int(line) for line in lines if line.strip().isdigit()) << 20
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0


def matmul_flops(size, precision):
    """Floating-point operations per second of a product of two square matrices of normal numbers."""
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    left = torch.randn(size, size, device=DEVICE, dtype=dtype)
    right = torch.randn(size, size, device=DEVICE, dtype=dtype)
    out = torch.empty(size, size, device=DEVICE, dtype=dtype)
    rounds, products = 6, 15
    fastest = float("inf")
    for _ in range(rounds):
        torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(products):
            torch.matmul(left, right, out=out)
        torch.cuda.synchronize()
        fastest = min(fastest, time.perf_counter() - start)
    return 2.0 * size**3 * products / fastest


def measure(task, precision, num_steps):
    start = time.perf_counter()
    step = training(task, precision) if task["kind"] == "TRAINING" else scoring(task, precision)
    first = step().float().mean().item()
    for _ in range(WARM_UP_STEPS):
        step()
    torch.cuda.synchronize()
    warm_up = time.perf_counter() - start
    seconds, loss = timed(step, num_steps)
    if task["kind"] == "TRAINING" and not loss < first:
        raise RuntimeError(f"the loss went from {first} to {loss}: it does not learn the batch")
    return {
        "task": task["name"],
        "batch": task["batch"],
        "seconds": statistics.median(seconds),
        "deviceBytes": used_memory(),
        "loss": loss,
        "secondsOfWarmUp": warm_up,
    }


def tell(result):
    print(json.dumps(result), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--task", action="append", type=json.loads, default=[], help="an object of JSON; may be repeated")
    parser.add_argument("--steps", type=int, default=20, help="steps that are timed")
    parser.add_argument("--precision", choices=["bf16", "tf32", "f32"], default="bf16")
    parser.add_argument("--matmul-size", type=int, default=8192, help="rows and columns of the product's matrices")
    arguments = parser.parse_args()
    torch.set_float32_matmul_precision("highest" if arguments.precision == "f32" else "high")
    tell({"torch": torch.__version__, "device": torch.cuda.get_device_name()})
    tell({"matmulFlops": matmul_flops(arguments.matmul_size, arguments.precision)})
    for task in arguments.task:
        # What one task leaves behind would count as memory of the next.
        torch.compiler.reset()
        gc.collect()
        torch.cuda.empty_cache()
        try:
            tell(measure(task, arguments.precision, arguments.steps))
        except Exception as error:  # Whatever it is, the other tasks are measured.
            tell({"task": task["name"], "error": f"{type(error).__name__}: {error}"[:2000]})
    sys.stdout.flush()


if __name__ == "__main__":
    main()
