package dev.kindling.spark.train;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.dl4j.NetworkModel;
import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.parallel.KernelSettings;

/** A model of any kind whose validation loss is measured. Not thread-safe. */
interface MeasuredModel extends AutoCloseable {
  /** Opens one with parameters of zero. */
  static MeasuredModel open(ModelShape model, Precision precision, KernelSettings settings) {
    return model instanceof NetworkConfig network
        ? new Network(network)
        : new Transformer((ArchitectureConfig) model, precision, settings);
  }

  /** The parameters, to be written before the first batch. */
  ParameterStore parameters();

  /** Cross-entropy of every target in nats; 0 where it is {@link Batch#IGNORED}. */
  float[] targetLosses(Batch batch);

  @Override
  void close();

  /** The engine's. */
  final class Transformer implements MeasuredModel {
    private final Backend kernels;
    private final InferenceModel model;

    private Transformer(ArchitectureConfig config, Precision precision, KernelSettings settings) {
      this.kernels = settings.open();
      this.model = new InferenceModel(config, precision, kernels);
    }

    @Override
    public ParameterStore parameters() {
      return model.parameters();
    }

    @Override
    public float[] targetLosses(Batch batch) {
      return model.targetLosses(batch);
    }

    @Override
    public void close() {
      model.close();
      kernels.close();
    }
  }

  /** DL4J's, which takes its parameters when it is first asked. */
  final class Network implements MeasuredModel {
    private final NetworkConfig config;
    private final ParameterStore parameters;
    private NetworkModel model;

    private Network(NetworkConfig config) {
      this.config = config;
      this.parameters = ParameterStore.allocate(config.layout(), DType.F32);
    }

    @Override
    public ParameterStore parameters() {
      return parameters;
    }

    @Override
    public float[] targetLosses(Batch batch) {
      if (model == null) {
        model = new NetworkModel(config, parameters);
      }
      return model.tokenLosses((CausalBatch) batch);
    }

    @Override
    public void close() {
      if (model != null) {
        model.close();
      }
      parameters.close();
    }
  }
}
