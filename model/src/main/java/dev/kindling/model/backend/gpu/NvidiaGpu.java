package dev.kindling.model.backend.gpu;

import java.util.OptionalLong;

/**
 * One GPU.
 *
 * @param index of the machine's GPUs, in the order of the PCI bus
 * @param name such as {@code NVIDIA A100-SXM4-40GB}
 * @param driver version of the driver, such as {@code 550.54.15}
 * @param capability what its processors can do
 * @param memoryMebibytes of its own; empty where it has none but the machine's
 */
public record NvidiaGpu(
    int index,
    String name,
    String driver,
    ComputeCapability capability,
    OptionalLong memoryMebibytes) {}
