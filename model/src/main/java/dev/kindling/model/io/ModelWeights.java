package dev.kindling.model.io;

import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.nn.ParameterStore.Slice;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes a model's flat parameter vector as {@code model.safetensors} under Hugging Face's names,
 * in F32. What is tied is written once.
 *
 * <p>The data are the flat vector's bytes as they are. Behind them lie zeros where Hugging Face's
 * class has tensors that the model has not: the biases of a GPT-2 without biases, and BART's bias
 * of the logits. {@link ModelWeightsReader} is the other direction.
 */
public final class ModelWeights {
  /** The file's name. */
  public static final String NAME = "model.safetensors";

  private static final int BUFFER_ELEMENTS = 1 << 18;

  private ModelWeights() {}

  /**
   * Opens a file for the flat vector: exactly 4 bytes per parameter are to be written to the
   * stream, in one or many calls, from the first element to the last. Closing it closes {@code
   * out}.
   *
   * @return a stream that throws {@link IOException} at a byte too many, and when it is closed too
   *     early
   */
  public static OutputStream newOutputStream(OutputStream out, ModelShape model)
      throws IOException {
    List<TensorSpec> vector = parameterSpecs(model.layout());
    List<TensorSpec> zeros = FileForm.of(model).zeros();
    List<TensorSpec> all = new ArrayList<>(vector);
    all.addAll(zeros);
    return new ZeroPaddedOutputStream(
        // "pt" is what Hugging Face's loader asks for: row-major dense tensors, as PyTorch has
        // them.
        Safetensors.newOutputStream(out, Map.of("format", "pt"), all),
        Safetensors.dataBytes(vector),
        Safetensors.dataBytes(zeros));
  }

  /**
   * Writes a model that is in memory, and closes {@code out}.
   *
   * @param parameters of the layout of {@code model}
   * @throws IllegalArgumentException if they are of another layout
   */
  public static void write(OutputStream out, ModelShape model, ParameterStore parameters)
      throws IOException {
    requireLayout(model.layout(), parameters);
    int bufferElements = (int) Math.min(BUFFER_ELEMENTS, parameters.numParameters());
    byte[] buffer = new byte[bufferElements * Float.BYTES];
    try (OutputStream file = newOutputStream(out, model)) {
      for (long offset = 0; offset < parameters.numParameters(); offset += bufferElements) {
        int length = (int) Math.min(bufferElements, parameters.numParameters() - offset);
        parameters.readBytes(offset, length, buffer, 0);
        file.write(buffer, 0, length * Float.BYTES);
      }
    }
  }

  static void requireLayout(List<Slice> layout, ParameterStore parameters) {
    if (!parameters.slices().equals(layout)) {
      throw new IllegalArgumentException(
          "the parameters have "
              + parameters.slices().size()
              + " slices and "
              + parameters.numParameters()
              + " elements, which is not the layout of the model: allocate them with its"
              + " layout()");
    }
  }

  /** Every slice as a tensor, in the order of the flat vector. */
  static List<TensorSpec> parameterSpecs(List<Slice> slices) {
    return slices.stream()
        .map(slice -> new TensorSpec(slice.name(), SafetensorsDType.F32, slice.shape()))
        .toList();
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
