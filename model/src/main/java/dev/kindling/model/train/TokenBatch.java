package dev.kindling.model.train;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.objective.CausalLanguageModelling;
import dev.kindling.model.tensor.Arena;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.Arrays;

/**
 * A batch of token ids: inputs [batch, length] and the ids that follow them [batch, length], which
 * may be {@link CausalLanguageModelling#IGNORED}.
 */
final class TokenBatch {
  private final int[] inputs;
  private final int[] targets;
  private final int batch;
  private final int length;

  /** Keeps the arrays, without copies. */
  TokenBatch(int[] inputs, int[] targets, int batch, int length) {
    this.inputs = inputs;
    this.targets = targets;
    this.batch = batch;
    this.length = length;
  }

  int numTokens() {
    return inputs.length;
  }

  /** Checks sizes and ids, because kernels do not. */
  void requireFits(GptConfig model) {
    if (batch < 1 || length < 1 || length > model.contextLength()) {
      throw new IllegalArgumentException(
          "A batch of "
              + batch
              + " sequences of "
              + length
              + " tokens was given: expected at least 1 of each, and no more tokens than the"
              + " context length "
              + model.contextLength());
    }
    if (inputs.length != batch * length || targets.length != batch * length) {
      throw new IllegalArgumentException(
          inputs.length
              + " inputs and "
              + targets.length
              + " targets were given for "
              + batch
              + " sequences of "
              + length
              + " tokens: expected "
              + batch * length
              + " of each");
    }
    requireIds("input", inputs, 0, model.vocabSize());
    requireIds("target", targets, CausalLanguageModelling.IGNORED, model.vocabSize());
  }

  private static void requireIds(String name, int[] ids, int lowest, int vocabSize) {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < lowest || ids[i] >= vocabSize) {
        throw new IllegalArgumentException(
            "The "
                + name
                + " at "
                + i
                + " is "
                + ids[i]
                + ": expected "
                + lowest
                + " to "
                + (vocabSize - 1)
                + "; were these tokens made by the tokenizer of this model?");
      }
    }
  }

  /** How many targets count in the loss. */
  long numCounted() {
    return Arrays.stream(targets).filter(id -> id != CausalLanguageModelling.IGNORED).count();
  }

  Tensor uploadInputs(Arena arena) {
    return upload(arena, inputs);
  }

  Tensor uploadTargets(Arena arena) {
    return upload(arena, targets).reshape(targets.length);
  }

  private Tensor upload(Arena arena, int[] ids) {
    Tensor tensor = arena.allocate(DType.I32, batch, length);
    tensor.write(0, ids, 0, ids.length);
    return tensor;
  }
}
