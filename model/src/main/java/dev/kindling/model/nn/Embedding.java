package dev.kindling.model.nn;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.tensor.Tensor;
import java.util.List;

/** Looks up vectors in one or more tables, such as those of tokens and positions, and adds them. */
public final class Embedding {
  /**
   * One look-up.
   *
   * @param table [R, C]
   * @param rows I32 [N]
   */
  public record LookUp(Parameter table, Tensor rows) {}

  private Embedding() {}

  /** The sum of all look-ups: [N, C]. */
  public static Variable sum(Tape tape, List<LookUp> lookUps) {
    LookUp first = lookUps.get(0);
    Tensor table = first.table().value();
    Variable output = tape.variable(table.dtype(), first.rows().numElements(), table.dim(1));
    for (int i = 0; i < lookUps.size(); i++) {
      LookUp lookUp = lookUps.get(i);
      tape.backend().gatherRows(lookUp.table().value(), lookUp.rows(), output.value(), i > 0);
    }
    tape.record(
        output,
        () -> {
          for (LookUp lookUp : lookUps) {
            tape.backend()
                .scatterAddRows(output.gradient(), lookUp.rows(), lookUp.table().gradient());
          }
        });
    return output;
  }
}
