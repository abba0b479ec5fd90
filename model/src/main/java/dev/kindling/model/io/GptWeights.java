package dev.kindling.model.io;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.nn.ParameterStore.Slice;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes a GPT's flat parameter vector as {@code model.safetensors} under Hugging Face's GPT-2
 * names: F32, linear weights as [in, out], the tied output layer left out.
 *
 * <p>The data are the flat vector's bytes as they are. Only a model without biases has more: the
 * biases of zero that Hugging Face's GPT-2 asks for, behind the vector. {@link GptWeightsReader} is
 * the other direction.
 */
public final class GptWeights {
  /** The file's name. */
  public static final String NAME = "model.safetensors";

  private static final int BUFFER_ELEMENTS = 1 << 18;

  private GptWeights() {}

  /**
   * Opens a file for the flat vector: exactly 4 bytes per parameter are to be written to the
   * stream, in one or many calls, from the first element to the last. Closing it closes {@code
   * out}.
   *
   * @param slices the flat vector's slices, by offset, without holes
   * @return a stream that throws {@link IOException} at a byte too many, and when it is closed too
   *     early
   */
  public static OutputStream newOutputStream(OutputStream out, GptConfig config, List<Slice> slices)
      throws IOException {
    List<TensorSpec> vector = parameterSpecs(slices);
    List<TensorSpec> zeros = zeroBiasSpecs(config);
    List<TensorSpec> all = new ArrayList<>(vector);
    all.addAll(zeros);
    return new ZeroPaddedOutputStream(
        // "pt" is what Hugging Face's loader asks for: row-major dense tensors, as PyTorch has
        // them.
        Safetensors.newOutputStream(out, Map.of("format", "pt"), all),
        Safetensors.dataBytes(vector),
        Safetensors.dataBytes(zeros));
  }

  /** Writes a model that is in memory, and closes {@code out}. */
  public static void write(OutputStream out, GptConfig config, ParameterStore parameters)
      throws IOException {
    byte[] buffer = new byte[BUFFER_ELEMENTS * Float.BYTES];
    try (OutputStream file = newOutputStream(out, config, parameters.slices())) {
      for (long offset = 0; offset < parameters.numParameters(); offset += BUFFER_ELEMENTS) {
        int length = (int) Math.min(BUFFER_ELEMENTS, parameters.numParameters() - offset);
        parameters.readBytes(offset, length, buffer, 0);
        file.write(buffer, 0, length * Float.BYTES);
      }
    }
  }

  /** Every slice as a tensor, in the order of the flat vector. */
  static List<TensorSpec> parameterSpecs(List<Slice> slices) {
    List<TensorSpec> tensors = new ArrayList<>();
    long offset = 0;
    for (Slice slice : slices) {
      if (slice.offset() != offset) {
        throw new IllegalArgumentException(
            "slice "
                + slice.name()
                + " begins at element "
                + slice.offset()
                + ", but the one before"
                + " ends at "
                + offset
                + ": give all slices, by offset, without holes");
      }
      tensors.add(new TensorSpec(slice.name(), SafetensorsDType.F32, slice.shape()));
      offset += slice.numElements();
    }
    return tensors;
  }

  /** The biases that Hugging Face's GPT-2 has and this model has not; none if it has its own. */
  static List<TensorSpec> zeroBiasSpecs(GptConfig config) {
    List<TensorSpec> tensors = new ArrayList<>();
    if (config.bias()) {
      return tensors;
    }
    long width = config.embeddingSize();
    for (int layer = 0; layer < config.numLayers(); layer++) {
      String block = "transformer.h." + layer + ".";
      tensors.add(bias(block + "ln_1.bias", width));
      tensors.add(bias(block + "attn.c_attn.bias", 3 * width));
      tensors.add(bias(block + "attn.c_proj.bias", width));
      tensors.add(bias(block + "ln_2.bias", width));
      tensors.add(bias(block + "mlp.c_fc.bias", 4 * width));
      tensors.add(bias(block + "mlp.c_proj.bias", width));
    }
    tensors.add(bias("transformer.ln_f.bias", width));
    return tensors;
  }

  private static TensorSpec bias(String name, long size) {
    return new TensorSpec(name, SafetensorsDType.F32, List.of(size));
  }

  /** Writes the zeros as soon as the flat vector is complete. */
  private static final class ZeroPaddedOutputStream extends FilterOutputStream {
    private long remainingVectorBytes;
    private final long zeroBytes;

    ZeroPaddedOutputStream(OutputStream out, long vectorBytes, long zeroBytes) {
      super(out);
      this.remainingVectorBytes = vectorBytes;
      this.zeroBytes = zeroBytes;
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (length > remainingVectorBytes) {
        throw new IOException(
            length
                + " bytes were given, but only "
                + remainingVectorBytes
                + " bytes of the flat vector are left to write");
      }
      out.write(bytes, offset, length);
      remainingVectorBytes -= length;
      if (length > 0 && remainingVectorBytes == 0) {
        writeZeros();
      }
    }

    private void writeZeros() throws IOException {
      byte[] zeros = new byte[(int) Math.min(zeroBytes, BUFFER_ELEMENTS)];
      for (long written = 0; written < zeroBytes; written += zeros.length) {
        out.write(zeros, 0, (int) Math.min(zeros.length, zeroBytes - written));
      }
    }
  }
}
