"""What has to hold before a fixture is written: comparisons with PyTorch's own code."""

import copy
import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from parity import bart, bert, gpt2, layers, llama, t5
from parity.training import AdamW, AdamWConfig, loss_of, train

# float64 on both sides.
TOLERANCE = 1e-12


def require_close(name: str, given: Tensor, expected: Tensor, tolerance: float = TOLERANCE) -> None:
    error = relative_error(given, expected)
    if not error <= tolerance:
        raise AssertionError(f"{name} differs by {error:.3g}, more than {tolerance:.3g}")


def relative_error(given: Tensor, expected: Tensor) -> float:
    """The largest difference over the largest number."""
    return float((given - expected).abs().max() / expected.abs().max())


def check_all() -> None:
    draw = torch.Generator().manual_seed(1)
    _check_functions(draw)
    _check_attention(draw)
    _check_gpt2_block(draw)
    _check_rotary(draw)
    _check_bert_layer(draw)
    _check_bart_layer(draw)
    _check_buckets()
    _check_adamw(draw)


def check_gradients(gradients: dict[str, Tensor], zeros: list[str]) -> None:
    """Every parameter has a gradient that float32 can resolve, except those known to have none."""
    largest = max(float(gradient.abs().max()) for gradient in gradients.values())
    for name, gradient in gradients.items():
        share = float(gradient.abs().max()) / largest
        if (share < 1e-12) != (name in zeros) or (name not in zeros and share < 1e-4):
            raise AssertionError(f"the gradient of {name} is {share:.3g} of the largest")


def check_against_float32(
    model: nn.Module,
    batch: dict[str, Tensor],
    outputs: dict[str, Tensor],
    gradients: dict[str, Tensor],
    zeros: list[str],
    losses: list[float],
    optimizer: AdamWConfig,
) -> str:
    """The same computation in float32: what rounding alone does to the numbers of the fixture."""
    single = copy.deepcopy(model).float()
    single.zero_grad()
    given = single(batch)
    loss_of(given, batch).backward()
    logits_error = max(relative_error(given[name], outputs[name]) for name in outputs)
    gradient_error = max(
        relative_error(parameter.grad, gradients[name])
        for name, parameter in single.named_parameters()
        if name not in zeros
    )
    loss_error = _training_error(model, batch, losses, optimizer)
    if logits_error > 1e-5 or gradient_error > 1e-5 or loss_error > 2e-6:
        raise AssertionError(
            f"float32 is off by {logits_error:.2g} (logits), {gradient_error:.2g} (gradients) and"
            f" {loss_error:.2g} (training losses): choose another seed, with better condition"
        )
    if not losses[-1] < 0.9 * losses[0]:
        raise AssertionError(f"training does not lower the loss: {losses}")
    return (
        f"loss {losses[0]:.4f} to {losses[-1]:.4f}; float32 is off by {logits_error:.1e} (logits),"
        f" {gradient_error:.1e} (gradients) and {loss_error:.1e} (training losses)"
    )


def _training_error(
    model: nn.Module, batch: dict[str, Tensor], losses: list[float], optimizer: AdamWConfig
) -> float:
    """Of several runs in float32, each after a change of the parameters in the last bits.

    AdamW divides by the size of the gradients, so some trajectories magnify rounding a thousand
    times. Losses of such a one would tell nothing about another engine.
    """
    draw = torch.Generator().manual_seed(1)
    error = 0.0
    for _ in range(6):
        single = copy.deepcopy(model)
        with torch.no_grad():
            for parameter in single.parameters():
                parameter.mul_(1 + 2e-7 * _normal(draw, *parameter.shape))
        given, _ = train(single.float(), batch, optimizer)
        error = max(error, *(abs(g - e) / e for g, e in zip(given, losses)))
    return error


def _normal(draw: torch.Generator, *shape: int) -> Tensor:
    return torch.randn(shape, generator=draw, dtype=torch.float64)


def _filled(module: nn.Module, draw: torch.Generator) -> nn.Module:
    module.double()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(0.4 * _normal(draw, *parameter.shape))
    return module


def _check_functions(draw: torch.Generator) -> None:
    x = 3 * _normal(draw, 1000)
    require_close("gelu_tanh", layers.gelu_tanh(x), functional.gelu(x, approximate="tanh"))
    require_close("gelu_erf", layers.gelu_erf(x), functional.gelu(x))


def _check_attention(draw: torch.Generator) -> None:
    """Both masks and a bias, against PyTorch's fused attention (private before torch 2.0)."""
    query, key, value = (_normal(draw, 2, 3, 7, 5) for _ in range(3))
    bias = _normal(draw, 3, 7, 7)
    seen = layers.causal(7) & layers.within(torch.tensor([7, 4]), 7)
    mask = bias.expand(2, -1, -1, -1).masked_fill(~seen, -math.inf)
    for scale in (5**-0.5, 1.0):
        scaled = query * scale * 5**0.5
        if hasattr(functional, "scaled_dot_product_attention"):
            expected = functional.scaled_dot_product_attention(scaled, key, value, mask)
        else:
            expected, _ = functional._scaled_dot_product_attention(scaled, key, value, mask)
        given = layers.attention(query, key, value, scale, seen, bias)
        require_close("attention", given, expected)


def _check_gpt2_block(draw: torch.Generator) -> None:
    block = _filled(gpt2.Block(15, 3), draw)
    expected = nn.TransformerEncoderLayer(
        15, 3, 60, 0.0, layers.gelu_tanh, gpt2.EPSILON, batch_first=True, norm_first=True
    ).double()
    _copy(
        expected,
        {
            "self_attn.in_proj_weight": block.attn.c_attn.weight.T,
            "self_attn.in_proj_bias": block.attn.c_attn.bias,
            "self_attn.out_proj.weight": block.attn.c_proj.weight.T,
            "self_attn.out_proj.bias": block.attn.c_proj.bias,
            "linear1.weight": block.mlp.c_fc.weight.T,
            "linear1.bias": block.mlp.c_fc.bias,
            "linear2.weight": block.mlp.c_proj.weight.T,
            "linear2.bias": block.mlp.c_proj.bias,
            **_both("norm1", block.ln_1),
            **_both("norm2", block.ln_2),
        },
    )
    x = _normal(draw, 2, 7, 15)
    require_close("GPT-2's block", block(x), expected(x, ~layers.causal(7)))


def _check_rotary(draw: torch.Generator) -> None:
    """A rotation of the complex numbers x[i] + i · x[i + D/2]."""
    x = _normal(draw, 2, 3, 7, 10)
    angles = torch.arange(7)[:, None] * torch.tensor(
        [llama.THETA ** (-2 * i / 10) for i in range(5)], dtype=torch.float64
    )
    turned = torch.complex(x[..., :5], x[..., 5:]) * torch.exp(1j * angles)
    require_close("rotary", llama.rotate(x), torch.cat([turned.real, turned.imag], -1))


def _check_bert_layer(draw: torch.Generator) -> None:
    layer = _filled(bert.Layer(dict(embeddingSize=15, numHeads=3, feedForwardSize=22)), draw)
    expected = nn.TransformerEncoderLayer(
        15, 3, 22, 0.0, "gelu", bert.EPSILON, batch_first=True
    ).double()
    projections = layer.attention.self
    _copy(
        expected,
        {
            **_fused("self_attn", projections.query, projections.key, projections.value),
            **_both("self_attn.out_proj", layer.attention.output.dense),
            **_both("norm1", layer.attention.output.LayerNorm),
            **_both("linear1", layer.intermediate.dense),
            **_both("linear2", layer.output.dense),
            **_both("norm2", layer.output.LayerNorm),
        },
    )
    x, lengths = _normal(draw, 2, 7, 15), torch.tensor([7, 4])
    seen = layers.within(lengths, 7)
    require_close(
        "BERT's layer", layer(x, seen), expected(x, src_key_padding_mask=~seen[:, 0, 0])
    )


def _check_bart_layer(draw: torch.Generator) -> None:
    config = dict(embeddingSize=12, numHeads=3, feedForwardSize=22)
    layer = _filled(bart.Layer(config, is_decoder=True), draw)
    expected = nn.TransformerDecoderLayer(
        12, 3, 22, 0.0, "gelu", bart.EPSILON, batch_first=True
    ).double()
    own, cross = layer.self_attn, layer.encoder_attn
    _copy(
        expected,
        {
            **_fused("self_attn", own.q_proj, own.k_proj, own.v_proj),
            **_both("self_attn.out_proj", own.out_proj),
            **_fused("multihead_attn", cross.q_proj, cross.k_proj, cross.v_proj),
            **_both("multihead_attn.out_proj", cross.out_proj),
            **_both("norm1", layer.self_attn_layer_norm),
            **_both("norm2", layer.encoder_attn_layer_norm),
            **_both("linear1", layer.fc1),
            **_both("linear2", layer.fc2),
            **_both("norm3", layer.final_layer_norm),
        },
    )
    x, memory, lengths = _normal(draw, 2, 7, 12), _normal(draw, 2, 9, 12), torch.tensor([9, 4])
    seen = layers.within(lengths, 9)
    require_close(
        "BART's decoder layer",
        layer(x, layers.causal(7), memory, seen),
        expected(
            x, memory, tgt_mask=~layers.causal(7), memory_key_padding_mask=~seen[:, 0, 0]
        ),
    )


def _check_buckets() -> None:
    """Against the definition without logarithms: where each range of distances begins."""
    for bidirectional in (True, False):
        number = t5.NUM_BUCKETS // (2 if bidirectional else 1)
        exact = number // 2
        for relative in range(-300, 301):
            distance = abs(relative) if bidirectional else max(-relative, 0)
            bucket = distance
            if distance >= exact:
                # The largest k with distance / exact >= (MAX_DISTANCE / exact) ** (k / exact).
                bucket = exact + sum(
                    distance**exact >= exact ** (exact - k) * t5.MAX_DISTANCE**k
                    for k in range(1, exact)
                )
            if bidirectional and relative > 0:
                bucket += number
            given = t5.buckets(torch.tensor(relative), bidirectional).item()
            if given != bucket:
                raise AssertionError(f"bucket of {relative}: {given} instead of {bucket}")


def _check_adamw(draw: torch.Generator) -> None:
    """Against torch.optim.AdamW and a norm that PyTorch computes, with and without clipping."""
    config = AdamWConfig()
    shapes = ((3, 5), (5,), (2, 3, 4))
    given = [nn.Parameter(_normal(draw, *shape)) for shape in shapes]
    expected = [nn.Parameter(p.detach().clone()) for p in given]
    optimizer = AdamW(given, config)
    peer = torch.optim.AdamW(
        [
            {"params": [p for p in expected if p.dim() >= 2], "weight_decay": config.weight_decay},
            {"params": [p for p in expected if p.dim() < 2], "weight_decay": 0.0},
        ],
        lr=config.learning_rate,
        betas=(config.beta1, config.beta2),
        eps=config.epsilon,
    )
    for step in range(config.steps):
        gradients = [(0.05 + 0.1 * step) * _normal(draw, *shape) for shape in shapes]
        norm = torch.cat([g.flatten() for g in gradients]).norm()
        for p, q, gradient in zip(given, expected, gradients):
            p.grad = gradient
            q.grad = gradient * (config.max_gradient_norm / norm).clamp(max=1)
        optimizer.update()
        peer.step()
        for p, q in zip(given, expected):
            require_close("AdamW", p.detach(), q.detach())


def _copy(module: nn.Module, values: dict[str, Tensor]) -> None:
    module.load_state_dict({name: value.detach() for name, value in values.items()})


def _both(name: str, module: nn.Module) -> dict[str, Tensor]:
    return {name + ".weight": module.weight, name + ".bias": module.bias}


def _fused(name: str, query: nn.Linear, key: nn.Linear, value: nn.Linear) -> dict[str, Tensor]:
    parts = (query, key, value)
    return {
        name + ".in_proj_weight": torch.cat([part.weight for part in parts]),
        name + ".in_proj_bias": torch.cat([part.bias for part in parts]),
    }
