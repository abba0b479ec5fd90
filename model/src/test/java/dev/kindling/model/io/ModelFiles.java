package dev.kindling.model.io;

import dev.kindling.model.arch.BartConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.GptOptions;
import dev.kindling.model.arch.GptOptions.FeedForwardKind;
import dev.kindling.model.arch.GptOptions.Norm;
import dev.kindling.model.arch.GptOptions.Positions;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.arch.NetworkConfig.Kind;
import dev.kindling.model.arch.T5Config;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** Small models of every kind, and their files in memory. */
final class ModelFiles {
  private ModelFiles() {}

  static Stream<ModelShape> everyKind() {
    GptOptions tiedLlama =
        new GptOptions(Positions.ROTARY, Norm.RMS_NORM, FeedForwardKind.SWIGLU, 0, 10, true);
    GptOptions mixed =
        new GptOptions(Positions.LEARNED, Norm.RMS_NORM, FeedForwardKind.GELU, 1, 0, false);
    GptOptions widerGpt2 =
        new GptOptions(Positions.LEARNED, Norm.LAYER_NORM, FeedForwardKind.GELU, 0, 11, true);
    return Stream.of(
        new GptConfig(17, 7, 2, 3, 9, true),
        new GptConfig(17, 7, 2, 3, 9, false),
        new GptConfig(17, 7, 1, 3, 9, true, 0.25, widerGpt2),
        new GptConfig(17, 7, 2, 4, 8, false, 0, GptOptions.llama(2, 10)),
        new GptConfig(17, 7, 2, 4, 8, false, 0.1, tiedLlama),
        new GptConfig(17, 7, 2, 3, 9, true, 0.1, mixed),
        new BertConfig(17, 7, 2, 3, 9, 11, 0.1),
        new T5Config(17, 7, 2, 1, 3, 9, 5, 11, 0.1, false),
        new T5Config(17, 7, 1, 2, 3, 9, 5, 11, 0, true),
        new BartConfig(17, 7, 1, 2, 3, 9, 11, 0.1),
        new NetworkConfig(Kind.FEEDFORWARD, 17, 7, 2, 5, 9, 3, 0),
        new NetworkConfig(Kind.CONVOLUTIONAL, 17, 7, 1, 5, 0, 2, 0.1),
        new NetworkConfig(Kind.RECURRENT, 17, 7, 2, 5, 9, 0, 0),
        new NetworkConfig(Kind.LSTM, 17, 7, 1, 5, 9, 0, 0.25),
        new NetworkConfig(Kind.ELMO, 17, 7, 2, 5, 0, 0, 0.1));
  }

  static byte[] randomVector(ModelShape config) {
    byte[] vector = new byte[Math.toIntExact(config.numParameters() * 4)];
    new Random(config.vocabSize()).nextBytes(vector);
    return vector;
  }

  static byte[] file(ModelShape config, byte[] vector, int partBytes) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (OutputStream out = ModelWeights.newOutputStream(file, config)) {
      for (int from = 0; from < vector.length; from += partBytes) {
        out.write(vector, from, Math.min(partBytes, vector.length - from));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.toByteArray();
  }

  static byte[] file(List<TensorSpec> tensors, byte[] data) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (OutputStream out = Safetensors.newOutputStream(file, Map.of(), tensors)) {
      out.write(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.toByteArray();
  }

  static SafetensorsHeader header(byte[] file) {
    try {
      return Safetensors.readHeader("test", new ByteArrayInputStream(file), file.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ModelWeightsReader open(byte[] file, ModelShape config) {
    try {
      return ModelWeightsReader.open(
          "test",
          header(file),
          (position, destination, offset, length) ->
              System.arraycopy(file, Math.toIntExact(position), destination, offset, length),
          config);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The whole flat vector. */
  static byte[] read(byte[] file, ModelShape config) {
    ModelWeightsReader reader = open(file, config);
    int numParameters = Math.toIntExact(reader.numParameters());
    byte[] vector = new byte[numParameters * 4];
    try {
      reader.readBytes(0, numParameters, vector, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return vector;
  }
}
