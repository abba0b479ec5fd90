package dev.kindling.model.train;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.batch.MaskedBatch;
import dev.kindling.model.batch.SequenceToSequenceBatch;
import java.util.Arrays;

/** Batches of the kind that an architecture is trained on, with padding where it may have some. */
public final class Batches {
  private Batches() {}

  /**
   * A batch in which every sequence is another.
   *
   * @param targetLength tokens of a target of an encoder-decoder
   */
  public static Batch of(ArchitectureConfig config, int size, int length, int targetLength) {
    int[] inputs = ids(config, size * length, 3);
    int[] lengths = new int[size];
    Arrays.setAll(lengths, i -> length - i);
    if (config instanceof GptConfig) {
      return new CausalBatch(size, length, inputs, ids(config, size * length, 5));
    }
    if (config instanceof BertConfig) {
      int[] targets = inputs.clone();
      Arrays.setAll(
          targets,
          i -> i % 5 == 0 && i % length < lengths[i / length] ? targets[i] : Batch.IGNORED);
      int[] segments = new int[inputs.length];
      Arrays.setAll(segments, i -> i % length < length / 2 ? 0 : 1);
      int[] nextSentence = new int[size];
      Arrays.setAll(nextSentence, i -> i % 2);
      return new MaskedBatch(size, length, inputs, segments, lengths, targets, nextSentence);
    }
    return new SequenceToSequenceBatch(
        size,
        length,
        inputs,
        lengths,
        targetLength,
        ids(config, size * targetLength, 7),
        ids(config, size * targetLength, 11));
  }

  private static int[] ids(ArchitectureConfig config, int count, int factor) {
    int[] ids = new int[count];
    Arrays.setAll(ids, i -> (i * i + factor * i + factor) % config.vocabSize());
    return ids;
  }
}
