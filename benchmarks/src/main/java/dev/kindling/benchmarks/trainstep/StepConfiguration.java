package dev.kindling.benchmarks.trainstep;

import java.util.Iterator;
import java.util.List;

/**
 * A model with a feed-forward of four times its width, and the size of a batch to train it on.
 *
 * @param name on the command line and in tables
 * @param architecture what kind of model
 * @param numLayers L, the number of blocks
 * @param numHeads the number of attention heads
 * @param width C, the columns of the residual stream
 * @param vocabSize V, the number of token ids
 * @param length T, the tokens of a sequence
 * @param batch B, the sequences of a step
 */
public record StepConfiguration(
    String name,
    Architecture architecture,
    int numLayers,
    int numHeads,
    int width,
    int vocabSize,
    int length,
    int batch) {

  /** The share of tokens that BERT masks. */
  private static final double BERT_MASKED = 0.15;

  /** What span corruption leaves out of 256 tokens of input, with its sentinels. */
  private static final int T5_TARGET_LENGTH = 58;

  /** The kind of model. */
  public enum Architecture {
    /** GPT-2 (Radford et al. 2019): pre-norm, learned positions, biases, tied embeddings. */
    GPT,
    /** BERT (Devlin et al. 2019) with 15 % of the tokens masked, and sentence pairs. */
    BERT,
    /** T5 1.0 (Raffel et al. 2020): as many decoder layers, targets of span corruption. */
    T5
  }

  /** A GPT. */
  public StepConfiguration(
      String name, int numLayers, int numHeads, int width, int vocabSize, int length, int batch) {
    this(name, Architecture.GPT, numLayers, numHeads, width, vocabSize, length, batch);
  }

  /** All that can be measured, from small to large. */
  public static final List<StepConfiguration> ALL =
      List.of(
          new StepConfiguration("nano", 4, 4, 128, 65, 64, 12),
          new StepConfiguration("small", 6, 6, 384, 65, 256, 8),
          new StepConfiguration("medium", 6, 8, 512, 8192, 256, 8),
          new StepConfiguration("gpt2", 12, 12, 768, 50257, 512, 2),
          new StepConfiguration("bert-medium", Architecture.BERT, 6, 8, 512, 8192, 256, 8),
          new StepConfiguration("t5-medium", Architecture.T5, 6, 8, 512, 8192, 256, 8));

  /**
   * One of {@link #ALL}.
   *
   * @throws IllegalArgumentException if none has the name
   */
  public static StepConfiguration named(String name) {
    return ALL.stream()
        .filter(configuration -> configuration.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "No configuration is named "
                        + name
                        + ": choose from "
                        + String.join(", ", names())));
  }

  /** The names of {@link #ALL}. */
  public static List<String> names() {
    return ALL.stream().map(StepConfiguration::name).toList();
  }

  /** The tokens of a step: B · T, and those of the targets of an encoder-decoder. */
  public int numTokens() {
    return batch * (length + targetLength());
  }

  /** The tokens of a target of an encoder-decoder; 0 where there is none. */
  public int targetLength() {
    return switch (architecture) {
      case GPT, BERT -> 0;
      case T5 -> T5_TARGET_LENGTH;
    };
  }

  /** The masked tokens of a sequence; 0 where none are masked. */
  public int numMasked() {
    return switch (architecture) {
      case BERT -> (int) Math.round(BERT_MASKED * length);
      case GPT, T5 -> 0;
    };
  }

  /** {@link #names()}, for the help of a command. */
  public static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return names().iterator();
    }
  }
}
