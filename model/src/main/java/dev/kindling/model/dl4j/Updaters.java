package dev.kindling.model.dl4j;

import dev.kindling.model.optim.OptimizerConfig;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;

/** The engine's optimisers as DL4J has them. */
final class Updaters {
  private Updaters() {}

  /**
   * The updater of every parameter; weight decay and clipping are not part of it.
   *
   * <p>DL4J's Adam adds epsilon before it corrects the bias of the second moment, the engine after
   * it: updates differ where gradients are as small as epsilon.
   */
  static IUpdater of(OptimizerConfig optimizer) {
    StepSchedule schedule = StepSchedule.of(optimizer);
    return switch (optimizer.kind()) {
      case ADAMW ->
          Adam.builder()
              .learningRateSchedule(schedule)
              .beta1(optimizer.beta1())
              .beta2(optimizer.beta2())
              .epsilon(optimizer.epsilon())
              .build();
      case SGD -> new Sgd(schedule);
    };
  }
}
