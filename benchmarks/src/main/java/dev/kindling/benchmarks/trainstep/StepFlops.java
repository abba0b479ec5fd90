package dev.kindling.benchmarks.trainstep;

/**
 * How many floating-point operations the model asks for in a training step, however an engine comes
 * by them (model FLOPs as in PaLM, Chowdhery et al. 2022, appendix B): recomputation does not
 * count, and neither does anything but matmuls.
 *
 * <pre>
 *   GPT     6 · (L · 12 · C² + V · C) · tokens            each parameter of a matmul: 2 forward, 4 backward
 *         + 12 · L · C · T · tokens                       scores and weighted sum of attention, likewise
 *   BERT    the same, with the V · C of the output, and C² of its transform, for masked tokens only
 *   T5      6 · L · (12 · C² + 2 · C²) · tokens           the encoder, and keys and values of its output
 *         + 6 · (L · 14 · C² + V · C) · targets           the decoder, with queries to the encoder
 *         + 12 · L · C · (T · tokens + (Tt + T) · targets)
 * </pre>
 *
 * <p>The 12 · C² of a layer are 3 of queries, keys and values, 1 of attention's output and 8 of the
 * feed-forward. V · C is the output projection: it counts once, although the same matrix also
 * embeds, because looking up an embedding multiplies nothing. Causal attention counts all T
 * positions of each row, although only half of them are needed: an engine that skips the masked
 * half gains by it here, as it does in time. BERT's pooler and sentence pairs are left out: they
 * see one token of a sequence.
 */
public final class StepFlops {
  private static final double PER_PARAMETER = 6;
  private static final double PER_SCORE = 12;
  private static final long SQUARES_PER_LAYER = 12;
  private static final long SQUARES_OF_HALF_AN_ATTENTION = 2;

  private StepFlops() {}

  /** The floating-point operations of one step. */
  public static double of(StepConfiguration model) {
    return switch (model.architecture()) {
      case GPT -> stack(model) + PER_PARAMETER * output(model) * inputs(model);
      case BERT -> stack(model) + PER_PARAMETER * (output(model) + square(model)) * masked(model);
      case T5 -> stack(model) + decoder(model) + PER_PARAMETER * output(model) * targets(model);
    };
  }

  private static double stack(StepConfiguration model) {
    double parameters = SQUARES_PER_LAYER * model.numLayers() * square(model);
    return (PER_PARAMETER * parameters + scores(model, model.length())) * inputs(model);
  }

  private static double decoder(StepConfiguration model) {
    double half = SQUARES_OF_HALF_AN_ATTENTION * model.numLayers() * square(model);
    double whole = SQUARES_PER_LAYER * model.numLayers() * square(model);
    double scores = scores(model, model.targetLength() + model.length());
    return PER_PARAMETER * half * inputs(model)
        + (PER_PARAMETER * (whole + half) + scores) * targets(model);
  }

  private static double scores(StepConfiguration model, int numKeys) {
    return PER_SCORE * model.numLayers() * model.width() * numKeys;
  }

  private static double square(StepConfiguration model) {
    return (double) model.width() * model.width();
  }

  private static double output(StepConfiguration model) {
    return (double) model.vocabSize() * model.width();
  }

  private static double inputs(StepConfiguration model) {
    return (double) model.batch() * model.length();
  }

  private static double targets(StepConfiguration model) {
    return (double) model.batch() * model.targetLength();
  }

  private static double masked(StepConfiguration model) {
    return (double) model.batch() * model.numMasked();
  }
}
