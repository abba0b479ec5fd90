package dev.kindling.model.dl4j;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.BaseLayer;

/**
 * What every layer is told of its training. Not by the settings of the graph: DL4J's validation
 * adds the graph's weight decay to each layer a second time, and it would be applied twice.
 *
 * @param dropout the probability with which an element of the layer's input is dropped
 * @param weightDecay of the layer's matrices
 */
record TrainingSettings(double dropout, double weightDecay) {
  /** Of layers that only infer. */
  static final TrainingSettings NONE = new TrainingSettings(0, 0);

  /** Dropout and weight decay. */
  <B extends BaseLayer.Builder<B>> B appliedTo(B builder) {
    if (dropout > 0) {
      // DL4J counts what is kept.
      builder.dropOut(1 - dropout);
    }
    return decayAppliedTo(builder);
  }

  /** Weight decay alone. */
  <B extends BaseLayer.Builder<B>> B decayAppliedTo(B builder) {
    if (weightDecay > 0) {
      builder.regularization(List.of(new DecoupledWeightDecay(weightDecay)));
    }
    return builder;
  }
}
