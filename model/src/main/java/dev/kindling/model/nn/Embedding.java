package dev.kindling.model.nn;

import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.backend.SliceGroup;
import dev.kindling.model.backend.VocabularyPart;
import dev.kindling.model.tensor.Tensor;
import java.util.Arrays;
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

  /**
   * The look-up of tokens in a table whose rows are shared by slices: the tokens of the others are
   * rows of zeros here.
   *
   * @param vocabSize V, the rows of all slices together
   * @param ids [N]
   */
  public static LookUp ofTokens(
      Tape tape, SliceGroup slices, Parameter table, long vocabSize, int[] ids) {
    if (!slices.isSliced()) {
      return new LookUp(table, tape.upload(ids));
    }
    VocabularyPart part = VocabularyPart.of(slices, vocabSize);
    long numTokens = table.value().dim(0);
    int[] rows = Arrays.stream(ids).map(id -> part.localTarget(id, numTokens)).toArray();
    return new LookUp(table, tape.upload(rows));
  }

  private Embedding() {}

  /**
   * The sum of all look-ups: [N, C].
   *
   * @param slices who has the other rows of the first table; every slice has all of the others
   */
  public static Variable sum(Tape tape, SliceGroup slices, List<LookUp> lookUps) {
    LookUp first = lookUps.get(0);
    Tensor table = first.table().value();
    Variable output = tape.variable(table.dtype(), first.rows().numElements(), table.dim(1));
    for (int i = 0; i < lookUps.size(); i++) {
      LookUp lookUp = lookUps.get(i);
      tape.backend().gatherRows(lookUp.table().value(), lookUp.rows(), output.value(), i > 0);
      if (i == 0) {
        slices.sumInPlace(output.value());
      }
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
