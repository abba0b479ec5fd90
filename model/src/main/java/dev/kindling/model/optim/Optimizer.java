package dev.kindling.model.optim;

import dev.kindling.model.nn.ParameterStore;
import java.util.List;

/** Moves parameters along their gradients. Closing it frees its moments. */
public sealed interface Optimizer extends AutoCloseable permits AdamW, Sgd {
  /**
   * Updates all parameters in place. The gradients may be used up.
   *
   * @param step from 0: decides the learning rate
   * @param momentSteps updates since the moments were zero, this one not counted: decides the bias
   *     correction. Where the moments live as long as the schedule, it is {@code step}
   * @param gradientNorm the global L2 norm of the gradients
   * @return the learning rate used
   */
  double updateInPlace(long step, long momentSteps, double gradientNorm);

  /** What it keeps between steps, each in the layout of the parameters. */
  List<ParameterStore> moments();

  @Override
  void close();
}
