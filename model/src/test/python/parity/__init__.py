"""The architectures as plain PyTorch modules, and what turns them into fixtures."""
