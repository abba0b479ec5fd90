package dev.kindling.benchmarks.gpu;

import dev.kindling.benchmarks.trainstep.KindlingModels;
import dev.kindling.benchmarks.trainstep.StepConfiguration;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.model.train.Precision;

/** Kindling's forward pass, with the losses of all tokens handed to the host. */
final class GpuScoring implements GpuWork {
  private final Batch batch;
  private final InferenceModel model;

  GpuScoring(StepConfiguration configuration, Precision precision, Backend backend) {
    batch = KindlingModels.batch(configuration);
    model = new InferenceModel(KindlingModels.config(configuration), precision, backend);
    RandomParameters.fill(model.parameters());
  }

  @Override
  public double run() {
    float[] losses = model.targetLosses(batch);
    double sum = 0;
    for (float loss : losses) {
      sum += loss;
    }
    return sum / losses.length;
  }

  @Override
  public void close() {
    model.close();
  }
}
