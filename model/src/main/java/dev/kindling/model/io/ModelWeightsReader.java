package dev.kindling.model.io;

import dev.kindling.model.arch.BartConfig;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.arch.T5Config;
import dev.kindling.model.io.SafetensorsHeader.StoredTensor;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.nn.ParameterStore.Slice;
import java.io.IOException;
import java.util.List;

/**
 * Reads any part of a model's flat parameter vector from a safetensors file, in whatever order the
 * file keeps its tensors, in F32, F16 or BF16.
 *
 * <p>Names may be Hugging Face's or those that the published files of the architecture have
 * instead; tensors that no model computes with are left out. A tied parameter may be there under
 * each of its names if all are equal, and the tensors that {@link ModelWeights} adds are left out
 * if they are zero.
 */
public final class ModelWeightsReader {
  private static final int BUFFER_ELEMENTS = 1 << 18;

  private final FloatTensorReader file;
  private final List<Slice> slices;
  private final List<StoredTensor> stored;

  private ModelWeightsReader(
      FloatTensorReader file, List<Slice> slices, List<StoredTensor> stored) {
    this.file = file;
    this.slices = slices;
    this.stored = stored;
  }

  /**
   * Matches the file's tensors with the model's. Copies of tied parameters are read and compared;
   * files that Kindling has written have none.
   *
   * @param source the file's name, for error messages
   * @param header the file's header, from {@link Safetensors#readHeader}
   * @param file the file, by position; must stay open while this reader is used
   * @param model the shape, as the model's {@code config.json} has it
   * @throws WeightsFormatException naming every tensor that is missing, unexpected, of another
   *     shape or of another type; or a copy that differs, or a tensor that is not zero
   */
  public static ModelWeightsReader open(
      String source, SafetensorsHeader header, RangeReader file, ModelShape model)
      throws IOException {
    List<Slice> slices = layout(source, header, model);
    FileForm form = FileForm.of(model);
    TensorMatcher matcher = new TensorMatcher(header, form);
    List<List<StoredTensor>> stored =
        ModelWeights.parameterSpecs(slices).stream().map(matcher::require).toList();
    List<StoredTensor> zeros =
        form.zeros().stream().map(matcher::find).flatMap(List::stream).toList();
    matcher.finish(source);
    FloatTensorReader reader = new FloatTensorReader(file);
    requireEqualCopies(source, reader, stored);
    requireZeros(source, reader, zeros, form);
    return new ModelWeightsReader(
        reader, slices, stored.stream().map(tensors -> tensors.get(0)).toList());
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
      file.read(
          stored.get(i),
          from - slice.offset(),
          Math.toIntExact(to - from),
          destination,
          destinationOffset + Math.toIntExact((from - offset) * Float.BYTES));
    }
  }

  /**
   * Reads the whole flat vector into a model.
   *
   * @throws IllegalArgumentException if its layout is not that of the file's model
   */
  public void readInto(ParameterStore parameters) throws IOException {
    ModelWeights.requireLayout(slices, parameters);
    long numParameters = numParameters();
    int bufferElements = (int) Math.min(BUFFER_ELEMENTS, numParameters);
    byte[] buffer = new byte[bufferElements * Float.BYTES];
    for (long offset = 0; offset < numParameters; offset += bufferElements) {
      int length = (int) Math.min(bufferElements, numParameters - offset);
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

  /** The model's layout, after making sure that writing it down costs no more than the file. */
  private static List<Slice> layout(String source, SafetensorsHeader header, ModelShape model) {
    int numTensors = header.tensors().size();
    long numLayers = numLayers(model);
    try {
      if (numLayers > numTensors) {
        throw new IllegalArgumentException("every layer has tensors of its own");
      }
      List<Slice> slices = model.layout();
      // Their bytes have to fit 64 bits too.
      ModelWeights.parameterSpecs(slices);
      return slices;
    } catch (IllegalArgumentException e) {
      throw new WeightsFormatException(
          source
              + " has "
              + numTensors
              + " tensors, which cannot be those of a model of "
              + numLayers
              + " layers: "
              + e.getMessage(),
          "exactly the tensors that the model's config.json describes",
          "give the config.json that belongs to this file",
          e);
    }
  }

  private static long numLayers(ModelShape model) {
    long numLayers = model.numLayers();
    if (model instanceof T5Config t5) {
      numLayers += t5.numDecoderLayers();
    } else if (model instanceof BartConfig bart) {
      numLayers += bart.numDecoderLayers();
    }
    return numLayers;
  }

  private static void requireEqualCopies(
      String source, FloatTensorReader reader, List<List<StoredTensor>> stored) throws IOException {
    for (List<StoredTensor> tensors : stored) {
      for (StoredTensor copy : tensors.subList(1, tensors.size())) {
        if (!reader.areEqual(tensors.get(0), copy)) {
          throw new WeightsFormatException(
              source + ": tensors '" + tensors.get(0).name() + "' and '" + copy.name() + "' differ",
              "two copies of one tensor, because this model uses it in both places",
              "give a model whose embeddings are tied");
        }
      }
    }
  }

  private static void requireZeros(
      String source, FloatTensorReader reader, List<StoredTensor> tensors, FileForm form)
      throws IOException {
    for (StoredTensor tensor : tensors) {
      if (!reader.isZero(tensor)) {
        throw new WeightsFormatException(
            source + ": tensor '" + tensor.name() + "' is not zero",
            "zeros, because the model of this config.json has no such tensor",
            form.zerosRemedy());
      }
    }
  }
}
