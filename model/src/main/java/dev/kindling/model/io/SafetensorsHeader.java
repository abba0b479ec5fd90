package dev.kindling.model.io;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a safetensors file holds: a checked header. Every tensor lies inside the file, none overlaps
 * another, and together they fill it.
 *
 * @param metadata the free text that the writer left, empty where there is none
 * @param tensors every tensor, by position
 * @param dataStart the file position behind the header
 */
public record SafetensorsHeader(
    Map<String, String> metadata, List<StoredTensor> tensors, long dataStart) {

  /**
   * One tensor in the file, row-major and little-endian.
   *
   * @param name unique in the file
   * @param dtype the type of its elements
   * @param shape its dims; empty for a scalar
   * @param position the file position of its first byte, counted from the start of the file
   * @param numBytes its length
   */
  public record StoredTensor(
      String name, SafetensorsDType dtype, List<Long> shape, long position, long numBytes) {}

  /** Keeps unmodifiable copies. */
  public SafetensorsHeader {
    metadata = Map.copyOf(metadata);
    tensors = List.copyOf(tensors);
  }

  /** The tensor of this name. */
  public Optional<StoredTensor> find(String name) {
    return tensors.stream().filter(tensor -> tensor.name().equals(name)).findFirst();
  }
}
