package dev.kindling.model.io;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.io.SafetensorsHeader.StoredTensor;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.nn.ParameterStore.Slice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads any part of a GPT's flat parameter vector from a safetensors file, in whatever order the
 * file keeps its tensors.
 *
 * <p>Names may be Hugging Face's ({@code transformer.h.0…}) or bare ({@code h.0…}), as in the file
 * that OpenAI's weights are published in; the attention masks that such files carry as tensors are
 * left out. A model without biases may be stored with biases of zero: see {@link GptConfigFile}.
 */
public final class GptWeightsReader {
  private static final String PREFIX = "transformer.";
  private static final String OUTPUT_LAYER = "lm_head.weight";
  private static final Pattern ATTENTION_MASK =
      Pattern.compile("transformer\\.h\\.\\d+\\.attn\\.(masked_)?bias");
  private static final int BUFFER_ELEMENTS = 1 << 18;

  private final String source;
  private final RangeReader file;
  private final List<Slice> slices;
  private final List<StoredTensor> stored;
  private final List<StoredTensor> zeroBiases;

  private GptWeightsReader(
      String source,
      RangeReader file,
      List<Slice> slices,
      List<StoredTensor> stored,
      List<StoredTensor> zeroBiases) {
    this.source = source;
    this.file = file;
    this.slices = slices;
    this.stored = stored;
    this.zeroBiases = zeroBiases;
  }

  /**
   * Matches the file's tensors with the model's, and makes sure that the biases of a model without
   * biases are zero.
   *
   * @param source the file's name, for error messages
   * @param header the file's header, from {@link Safetensors#readHeader}
   * @param file the file, by position; must stay open while this reader is used
   * @param slices the flat vector's slices, by offset, without holes
   * @throws WeightsFormatException naming every tensor that is missing, unexpected, of another
   *     shape or of another type
   */
  public static GptWeightsReader open(
      String source,
      SafetensorsHeader header,
      RangeReader file,
      GptConfig config,
      List<Slice> slices)
      throws IOException {
    Matcher matcher = new Matcher(header);
    List<StoredTensor> stored =
        GptWeights.parameterSpecs(slices).stream().map(matcher::require).toList();
    List<StoredTensor> zeroBiases =
        GptWeights.zeroBiasSpecs(config).stream()
            .filter(matcher::has)
            .map(matcher::require)
            .toList();
    matcher.finish(source);
    GptWeightsReader reader =
        new GptWeightsReader(source, file, List.copyOf(slices), stored, zeroBiases);
    reader.requireZeroBiases();
    return reader;
  }

  /** P, the length of the flat vector. */
  public long numParameters() {
    return slices.stream().mapToLong(Slice::numElements).sum();
  }

  /**
   * Reads elements of the flat vector as little-endian F32 bytes.
   *
   * @param offset the first element
   * @param length the number of elements
   * @param destination gets {@code 4 · length} bytes from {@code destinationOffset}
   */
  public void readBytes(long offset, int length, byte[] destination, int destinationOffset)
      throws IOException {
    if (offset < 0 || length < 0 || offset > numParameters() - length) {
      throw new IndexOutOfBoundsException(
          "elements " + offset + " to " + (offset + length) + " of " + numParameters());
    }
    long end = offset + length;
    for (int i = firstSliceBehind(offset); i < slices.size(); i++) {
      Slice slice = slices.get(i);
      if (slice.offset() >= end) {
        return;
      }
      long from = Math.max(offset, slice.offset());
      long to = Math.min(end, slice.offset() + slice.numElements());
      file.readFully(
          stored.get(i).position() + (from - slice.offset()) * Float.BYTES,
          destination,
          destinationOffset + Math.toIntExact((from - offset) * Float.BYTES),
          Math.toIntExact((to - from) * Float.BYTES));
    }
  }

  /** Reads the whole flat vector into a model. */
  public void readInto(ParameterStore parameters) throws IOException {
    byte[] buffer = new byte[BUFFER_ELEMENTS * Float.BYTES];
    long numParameters = numParameters();
    for (long offset = 0; offset < numParameters; offset += BUFFER_ELEMENTS) {
      int length = (int) Math.min(BUFFER_ELEMENTS, numParameters - offset);
      readBytes(offset, length, buffer, 0);
      parameters.writeBytes(offset, length, buffer, 0);
    }
  }

  /** The first slice that ends behind {@code offset}; slices are ordered by offset. */
  private int firstSliceBehind(long offset) {
    int low = 0;
    int high = slices.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      Slice slice = slices.get(middle);
      if (slice.offset() + slice.numElements() > offset) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  private void requireZeroBiases() throws IOException {
    for (StoredTensor bias : zeroBiases) {
      byte[] bytes = new byte[Math.toIntExact(bias.numBytes())];
      file.readFully(bias.position(), bytes, 0, bytes.length);
      for (int i = 0; i < bytes.length; i++) {
        // The upper bit of the last byte is the sign: -0 is a zero too.
        int magnitude = i % Float.BYTES == Float.BYTES - 1 ? bytes[i] & 0x7F : bytes[i];
        if (magnitude != 0) {
          throw new WeightsFormatException(
              source + ": tensor '" + bias.name() + "' is not zero",
              "biases of zero, because the configuration says \"bias\": false",
              "set \"bias\": true in the model's config.json");
        }
      }
    }
  }

  /** Collects everything that does not fit, so that one error can name it all. */
  private static final class Matcher {
    private final Map<String, StoredTensor> tensors = new HashMap<>();
    private final Set<String> used = new HashSet<>();
    private final List<String> missing = new ArrayList<>();
    private final List<String> different = new ArrayList<>();
    private final List<String> unexpected = new ArrayList<>();

    Matcher(SafetensorsHeader header) {
      for (StoredTensor tensor : header.tensors()) {
        String name = fullName(tensor.name());
        if (ATTENTION_MASK.matcher(name).matches()) {
          continue;
        }
        if (tensors.putIfAbsent(name, tensor) != null) {
          unexpected.add(tensor.name() + " (a second " + name + ")");
        }
      }
    }

    private static String fullName(String name) {
      return name.startsWith(PREFIX) || name.equals(OUTPUT_LAYER) ? name : PREFIX + name;
    }

    boolean has(TensorSpec expected) {
      return tensors.containsKey(expected.name());
    }

    /** The stored tensor, or null after noting the problem for {@link #finish}. */
    StoredTensor require(TensorSpec expected) {
      StoredTensor tensor = tensors.get(expected.name());
      if (tensor == null) {
        missing.add(expected.name());
        return null;
      }
      used.add(expected.name());
      if (tensor.dtype() != expected.dtype() || !tensor.shape().equals(expected.shape())) {
        different.add(
            expected.name()
                + " is "
                + tensor.dtype()
                + " "
                + tensor.shape()
                + ", not "
                + expected.dtype()
                + " "
                + expected.shape());
      }
      return tensor;
    }

    void finish(String source) {
      tensors.keySet().stream()
          .filter(name -> !used.contains(name))
          .sorted()
          .forEach(unexpected::add);
      List<String> problems = new ArrayList<>();
      addProblem(problems, "missing", missing);
      addProblem(problems, "of another shape or type", different);
      addProblem(problems, "unexpected", unexpected);
      if (!problems.isEmpty()) {
        throw new WeightsFormatException(
            source + " does not hold this model: " + String.join("; ", problems),
            "exactly the tensors that the model's config.json describes",
            "give the config.json that belongs to this file");
      }
    }

    private static void addProblem(List<String> problems, String what, List<String> names) {
      if (!names.isEmpty()) {
        problems.add(names.size() + " " + what + " (" + String.join(", ", names) + ")");
      }
    }
  }
}
