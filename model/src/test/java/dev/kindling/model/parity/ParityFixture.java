package dev.kindling.model.parity;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.BartConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.GptOptions;
import dev.kindling.model.arch.T5Config;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.batch.MaskedBatch;
import dev.kindling.model.batch.SequenceToSequenceBatch;
import dev.kindling.model.io.Safetensors;
import dev.kindling.model.io.SafetensorsHeader;
import dev.kindling.model.io.SafetensorsHeader.StoredTensor;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.optim.OptimizerConfig;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What PyTorch computed with a tiny model: parameters, a batch, logits, gradients and the losses of
 * ten steps. Written by {@code model/src/test/python/parity_fixtures.py}.
 */
public final class ParityFixture {
  /** All of them. */
  public static final List<String> NAMES =
      List.of("gpt2", "llama", "gpt_mixed", "bert", "t5", "t5_gated", "bart");

  private final byte[] file;
  private final SafetensorsHeader header;

  private ParityFixture(byte[] file, SafetensorsHeader header) {
    this.file = file;
    this.header = header;
  }

  /** Reads one of {@link #NAMES}. */
  public static ParityFixture load(String name) {
    String resource = name + ".safetensors";
    try (InputStream in = ParityFixture.class.getResourceAsStream(resource)) {
      byte[] file = in.readAllBytes();
      return new ParityFixture(
          file, Safetensors.readHeader(resource, new ByteArrayInputStream(file), file.length));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + resource, e);
    }
  }

  private Map<String, String> metadata() {
    return header.metadata();
  }

  /** Whether there is a tensor of this name. */
  public boolean has(String name) {
    return header.find(name).isPresent();
  }

  private ByteBuffer bytes(String name) {
    StoredTensor tensor =
        header.find(name).orElseThrow(() -> new IllegalArgumentException("no tensor " + name));
    return ByteBuffer.wrap(
            file, Math.toIntExact(tensor.position()), Math.toIntExact(tensor.numBytes()))
        .slice()
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The elements of an F32 tensor. */
  public double[] doubles(String name) {
    ByteBuffer bytes = bytes(name);
    double[] values = new double[bytes.remaining() / Float.BYTES];
    Arrays.setAll(values, i -> bytes.getFloat(i * Float.BYTES));
    return values;
  }

  /** The elements of an I32 tensor. */
  public int[] ints(String name) {
    ByteBuffer bytes = bytes(name);
    int[] values = new int[bytes.remaining() / Integer.BYTES];
    Arrays.setAll(values, i -> bytes.getInt(i * Integer.BYTES));
    return values;
  }

  /** Sets F32 or F64 parameters to the fixture's. */
  public void fill(ParameterStore parameters) {
    for (ParameterStore.Slice slice : parameters.slices()) {
      parameters.tensor(slice).setDoubles(doubles("parameter." + slice.name()));
    }
  }

  /** Parameters whose gradient is zero but for rounding. */
  public List<String> zeroGradients() {
    return List.of(metadata().get("zeroGradients").split(","));
  }

  private int size(String component) {
    return Integer.parseInt(text(component));
  }

  private String text(String component) {
    return metadata().get("config." + component);
  }

  private boolean flag(String component) {
    return Boolean.parseBoolean(text(component));
  }

  /** The model. */
  public ArchitectureConfig config() {
    return switch (metadata().get("fixture")) {
      case "gpt2", "llama", "gpt_mixed" ->
          new GptConfig(
              size("vocabSize"),
              size("contextLength"),
              size("numLayers"),
              size("numHeads"),
              size("embeddingSize"),
              flag("bias"),
              0,
              new GptOptions(
                  GptOptions.Positions.valueOf(text("positions")),
                  GptOptions.Norm.valueOf(text("norm")),
                  GptOptions.FeedForwardKind.valueOf(text("feedForward")),
                  size("numKeyValueHeads"),
                  size("feedForwardSize"),
                  flag("tiedEmbeddings")));
      case "bert" ->
          new BertConfig(
              size("vocabSize"),
              size("contextLength"),
              size("numLayers"),
              size("numHeads"),
              size("embeddingSize"),
              size("feedForwardSize"),
              0);
      case "t5", "t5_gated" ->
          new T5Config(
              size("vocabSize"),
              size("contextLength"),
              size("numLayers"),
              size("numDecoderLayers"),
              size("numHeads"),
              size("embeddingSize"),
              size("headSize"),
              size("feedForwardSize"),
              0,
              flag("gated"));
      case "bart" ->
          new BartConfig(
              size("vocabSize"),
              size("contextLength"),
              size("numLayers"),
              size("numDecoderLayers"),
              size("numHeads"),
              size("embeddingSize"),
              size("feedForwardSize"),
              0);
      default -> throw new IllegalStateException("unknown fixture " + metadata());
    };
  }

  /** What the model was trained on. */
  public Batch batch() {
    int[] inputs = ints("input.inputs");
    int[] targets = ints("input.targets");
    if (has("input.decoderInputs")) {
      int[] lengths = ints("input.inputLengths");
      return new SequenceToSequenceBatch(
          lengths.length,
          inputs.length / lengths.length,
          inputs,
          lengths,
          targets.length / lengths.length,
          ints("input.decoderInputs"),
          targets);
    }
    if (has("input.segments")) {
      int[] lengths = ints("input.lengths");
      return new MaskedBatch(
          lengths.length,
          inputs.length / lengths.length,
          inputs,
          ints("input.segments"),
          lengths,
          targets,
          ints("input.nextSentence"));
    }
    int size = Math.toIntExact(header.find("input.inputs").orElseThrow().shape().get(0));
    return new CausalBatch(size, inputs.length / size, inputs, targets);
  }

  /** The optimiser, at a constant rate. */
  public OptimizerConfig optimizer() {
    double learningRate = optimizer("learningRate");
    return OptimizerConfig.adamW(
        learningRate,
        learningRate,
        0,
        1,
        optimizer("beta1"),
        optimizer("beta2"),
        optimizer("epsilon"),
        optimizer("weightDecay"),
        optimizer("maxGradientNorm"));
  }

  private double optimizer(String setting) {
    return Double.parseDouble(metadata().get("optimizer." + setting));
  }
}
