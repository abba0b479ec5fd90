package dev.kindling.model.generate;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.Bart;
import dev.kindling.model.arch.Gpt;
import dev.kindling.model.arch.LanguageModel;
import dev.kindling.model.arch.T5;
import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Workspace;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.batch.SequenceToSequenceBatch;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.nn.Parameters;
import dev.kindling.model.parity.ParityFixture;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.model.train.Precision;
import java.util.Arrays;

/**
 * What generation is compared with: a fixture's model that reads the whole text for every token.
 */
final class UncachedModel implements AutoCloseable {
  private final Backend backend;
  private final ParameterStore parameters;
  private final ParameterStore matrices;
  private final Workspace workspace;
  private final LanguageModel model;
  private final int vocabSize;

  UncachedModel(ParityFixture fixture, Precision precision, Backend backend) {
    this.backend = backend;
    this.workspace = new Workspace(backend.memory());
    ArchitectureConfig config = fixture.config();
    vocabSize = config.vocabSize();
    parameters = ParameterStore.allocate(config.layout(), DType.F32, backend.memory());
    matrices = ParameterStore.allocate(config.layout(), precision.dtype(), backend.memory());
    fixture.fill(parameters);
    backend.copy(parameters.flat(), matrices.flat());
    model = LanguageModel.bind(config, new Parameters(parameters, matrices, null));
  }

  /** The same model with a cache. */
  static InferenceModel cached(ParityFixture fixture, Precision precision, Backend backend) {
    InferenceModel cached = new InferenceModel(fixture.config(), precision, backend);
    fixture.fill(cached.parameters());
    return cached;
  }

  /** The logits of the token behind a text, [vocabSize]. */
  double[] next(int... text) {
    workspace.reset();
    CausalBatch batch = new CausalBatch(1, text.length, text, new int[text.length]);
    return lastRow(((Gpt) model).logits(Tape.forwardOnly(backend, workspace), batch));
  }

  /** The logits of the token behind the beginning of an output, [vocabSize]. */
  double[] next(int[] input, int[] output) {
    workspace.reset();
    SequenceToSequenceBatch batch =
        new SequenceToSequenceBatch(
            1,
            input.length,
            input,
            new int[] {input.length},
            output.length,
            output,
            new int[output.length]);
    Tape tape = Tape.forwardOnly(backend, workspace);
    return lastRow(
        model instanceof T5 t5 ? t5.logits(tape, batch) : ((Bart) model).logits(tape, batch));
  }

  private double[] lastRow(Tensor logits) {
    double[] all = logits.toDoubles();
    return Arrays.copyOfRange(all, all.length - vocabSize, all.length);
  }

  /** The index of the largest. */
  static int best(double[] logits) {
    int best = 0;
    for (int id = 1; id < logits.length; id++) {
      if (logits[id] > logits[best]) {
        best = id;
      }
    }
    return best;
  }

  static double[] logSoftmax(double[] logits) {
    double max = Arrays.stream(logits).max().orElseThrow();
    double sum = Arrays.stream(logits).map(logit -> Math.exp(logit - max)).sum();
    return Arrays.stream(logits).map(logit -> logit - max - Math.log(sum)).toArray();
  }

  @Override
  public void close() {
    workspace.close();
    matrices.close();
    parameters.close();
  }
}
