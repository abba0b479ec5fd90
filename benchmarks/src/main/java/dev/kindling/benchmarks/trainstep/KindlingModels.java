package dev.kindling.benchmarks.trainstep;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.T5Config;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.batch.MaskedBatch;
import dev.kindling.model.batch.SequenceToSequenceBatch;
import java.util.Arrays;

/** The model and the batch of a configuration, as Kindling has them. */
public final class KindlingModels {
  private KindlingModels() {}

  /** The shape of the model. */
  public static ArchitectureConfig config(StepConfiguration model) {
    return switch (model.architecture()) {
      case GPT ->
          new GptConfig(
              model.vocabSize(),
              model.length(),
              model.numLayers(),
              model.numHeads(),
              model.width(),
              true);
      case BERT ->
          new BertConfig(
              model.vocabSize(),
              model.length(),
              model.numLayers(),
              model.numHeads(),
              model.width(),
              4L * model.width(),
              0);
      case T5 ->
          new T5Config(
              model.vocabSize(),
              model.length(),
              model.numLayers(),
              model.numLayers(),
              model.numHeads(),
              model.width(),
              model.width() / model.numHeads(),
              4L * model.width(),
              0,
              false);
    };
  }

  /** The batch, always the same. */
  public static Batch batch(StepConfiguration model) {
    TokenBatch tokens = TokenBatch.of(model);
    int size = model.batch();
    int length = model.length();
    int[] inputs = Arrays.copyOf(tokens.inputs(), size * length);
    int[] targets = Arrays.copyOf(tokens.targets(), size * length);
    int[] lengths = new int[size];
    Arrays.fill(lengths, length);
    return switch (model.architecture()) {
      case GPT -> new CausalBatch(size, length, inputs, targets);
      case BERT -> {
        Arrays.setAll(
            targets, i -> i % length < model.numMasked() ? tokens.targets()[i] : Batch.IGNORED);
        int[] segments = new int[inputs.length];
        yield new MaskedBatch(size, length, inputs, segments, lengths, targets, new int[size]);
      }
      case T5 -> {
        int numTargets = size * model.targetLength();
        yield new SequenceToSequenceBatch(
            size,
            length,
            inputs,
            lengths,
            model.targetLength(),
            Arrays.copyOf(tokens.inputs(), numTargets),
            Arrays.copyOf(tokens.targets(), numTargets));
      }
    };
  }
}
