package dev.kindling.benchmarks.trainstep;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.optim.OptimizerConfig;
import dev.kindling.model.train.ComputeOptions;
import dev.kindling.model.train.LocalTrainer;
import dev.kindling.model.train.Precision;
import dev.kindling.model.train.StepPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;

/**
 * The same training in FP32 and in BF16, from the same parameters on the same text.
 *
 * @param configuration a GPT with at least 256 token ids
 * @param numThreads native threads
 */
public record PrecisionComparison(StepConfiguration configuration, int numThreads) {
  private static final int STEPS_PER_ROW = 50;
  private static final OptimizerConfig OPTIMIZER =
      OptimizerConfig.adamW(1e-3, 1e-4, 30, 300, 0.9, 0.95, 1e-8, 0.1, 1);

  /**
   * The mean training losses of some steps.
   *
   * @param firstStep from 1
   * @param lastStep included
   * @param fp32Loss nats per token
   * @param bf16Loss nats per token
   * @param difference bf16Loss / fp32Loss - 1
   */
  public record Row(
      int firstStep, int lastStep, double fp32Loss, double bf16Loss, double difference) {}

  /**
   * Trains, and reports every 50 steps.
   *
   * @param text its bytes are tokens
   * @throws IllegalArgumentException if the text is shorter than a sequence, or the model knows no
   *     bytes
   */
  public List<Row> run(byte[] text, int numSteps, Consumer<String> progress) {
    if (text.length <= configuration.length() + 1 || configuration.vocabSize() < 256) {
      throw new IllegalArgumentException(
          "The text has "
              + text.length
              + " bytes and the model "
              + configuration.vocabSize()
              + " token ids: expected more than "
              + (configuration.length() + 1)
              + " bytes, and 256 ids or more");
    }
    List<Row> rows = new ArrayList<>();
    Random random = new Random(7);
    try (Backend backend = Backends.open("onednn", numThreads);
        LocalTrainer exact = trainer(Precision.F32, backend);
        LocalTrainer rounded = trainer(Precision.BF16, backend)) {
      double exactSum = 0;
      double roundedSum = 0;
      int first = 1;
      for (int step = 0; step < numSteps; step++) {
        CausalBatch batch = batch(text, random);
        exactSum += exact.step(batch, StepPosition.of(step)).loss();
        roundedSum += rounded.step(batch, StepPosition.of(step)).loss();
        int last = step + 1;
        if (last % STEPS_PER_ROW == 0 || last == numSteps) {
          int count = last - first + 1;
          Row row =
              new Row(first, last, exactSum / count, roundedSum / count, roundedSum / exactSum - 1);
          rows.add(row);
          progress.accept(
              String.format(
                  Locale.ROOT,
                  "steps %d to %d: fp32 %.4f, bf16 %.4f",
                  first,
                  last,
                  row.fp32Loss(),
                  row.bf16Loss()));
          exactSum = 0;
          roundedSum = 0;
          first = last + 1;
        }
      }
    }
    return rows;
  }

  private LocalTrainer trainer(Precision precision, Backend backend) {
    LocalTrainer trainer =
        new LocalTrainer(
            KindlingModels.config(configuration),
            OPTIMIZER,
            ComputeOptions.PLAIN.with(precision),
            backend);
    trainer.initialize(TrainingStep.SEED);
    return trainer;
  }

  private CausalBatch batch(byte[] text, Random random) {
    int size = configuration.batch();
    int length = configuration.length();
    int[] inputs = new int[size * length];
    int[] targets = new int[size * length];
    for (int row = 0; row < size; row++) {
      int start = random.nextInt(text.length - length - 1);
      for (int t = 0; t < length; t++) {
        inputs[row * length + t] = text[start + t] & 0xFF;
        targets[row * length + t] = text[start + t + 1] & 0xFF;
      }
    }
    return new CausalBatch(size, length, inputs, targets);
  }
}
