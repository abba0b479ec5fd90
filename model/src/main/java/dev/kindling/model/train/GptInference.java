package dev.kindling.model.train;

import dev.kindling.model.arch.Gpt;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.autograd.Tape;
import dev.kindling.model.autograd.Variable;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Matrix;
import dev.kindling.model.objective.CausalLanguageModelling;
import dev.kindling.model.tensor.Arena;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.Tensor;
import java.util.Arrays;

/** The forward-only uses of a bound {@link Gpt}; owns nothing. */
final class GptInference {
  private static final int LENGTH_STEP = 32;

  private final GptConfig config;
  private final Gpt gpt;
  private final Backend backend;
  private final Arena arena;

  GptInference(GptConfig config, Gpt gpt, Backend backend, Arena arena) {
    this.config = config;
    this.gpt = gpt;
    this.backend = backend;
    this.arena = arena;
  }

  float[] tokenLosses(TokenBatch batch) {
    batch.requireFits(config);
    arena.reset();
    Tape tape = Tape.forwardOnly(backend, arena);
    Variable hidden = gpt.forward(tape, batch.uploadInputs(arena));
    Tensor losses =
        CausalLanguageModelling.losses(
            tape, hidden, gpt.tokenEmbedding(), batch.uploadTargets(arena), batch.numCounted());
    float[] result = new float[batch.numTokens()];
    losses.read(0, result, 0, result.length);
    return result;
  }

  float[] nextTokenLogits(int[] context) {
    new TokenBatch(context, context, 1, context.length).requireFits(config);
    TokenBatch batch = padded(context);
    arena.reset();
    Tape tape = Tape.forwardOnly(backend, arena);
    Tensor hidden = gpt.forward(tape, batch.uploadInputs(arena)).value();
    Tensor logits = arena.allocate(DType.F32, 1, config.vocabSize());
    Matrix last = Matrix.of(hidden).rows(context.length - 1L, 1);
    Matrix embedding = Matrix.of(gpt.tokenEmbedding().value());
    backend.matmul(last, embedding.transposed(), null, Matrix.of(logits), false);
    float[] result = new float[config.vocabSize()];
    logits.read(0, result, 0, result.length);
    return result;
  }

  /**
   * Fills up with tokens that the last position cannot see. Generation asks for every length in
   * turn, and a backend may compile its kernels for each length that it meets.
   */
  private TokenBatch padded(int[] context) {
    int multiple = (context.length + LENGTH_STEP - 1) / LENGTH_STEP * LENGTH_STEP;
    int[] tokens = Arrays.copyOf(context, Math.min(multiple, config.contextLength()));
    return new TokenBatch(tokens, tokens, 1, tokens.length);
  }
}
