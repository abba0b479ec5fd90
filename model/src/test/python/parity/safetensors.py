"""The safetensors format, as far as the fixtures need it."""

import json
import struct

import torch

_DTYPES = {torch.float32: ("F32", "<f4"), torch.int32: ("I32", "<i4")}
_ALIGNMENT = 8


def to_bytes(metadata: dict[str, str], tensors: dict[str, torch.Tensor]) -> bytes:
    """A file: the header's length, the header padded with spaces, the tensors in their order."""
    header: dict[str, object] = {"__metadata__": dict(sorted(metadata.items()))}
    data = bytearray()
    for name, tensor in tensors.items():
        name_of_dtype, layout = _DTYPES[tensor.dtype]
        content = tensor.contiguous().numpy().astype(layout).tobytes()
        header[name] = {
            "dtype": name_of_dtype,
            "shape": list(tensor.shape),
            "data_offsets": [len(data), len(data) + len(content)],
        }
        data += content
    encoded = json.dumps(header, separators=(",", ":")).encode()
    encoded += b" " * (-len(encoded) % _ALIGNMENT)
    return struct.pack("<Q", len(encoded)) + encoded + bytes(data)
