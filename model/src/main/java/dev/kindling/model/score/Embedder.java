package dev.kindling.model.score;

import dev.kindling.model.predict.SequenceEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Makes vectors of token sequences: a model's last hidden states, behind its final norm and before
 * any head, those of the encoder where there is one. Not thread-safe.
 */
public final class Embedder {
  private final SequenceEncoder model;
  private final TokenBudget budget;

  /**
   * Embeds with a model, which stays open.
   *
   * @param model of any architecture
   * @param maxTokens tokens, with padding, that go through the model at once; a sequence that has
   *     more goes alone
   * @throws IllegalArgumentException if the number is not positive
   */
  public Embedder(SequenceEncoder model, int maxTokens) {
    this.model = model;
    this.budget = TokenBudget.of(model, maxTokens);
  }

  /**
   * Embeds sequences; a vector depends on its sequence alone, within rounding.
   *
   * @param sequences token ids with the special tokens that the model expects, from one to the
   *     context length each
   * @return a vector [C] for every sequence, in their order
   * @throws IllegalArgumentException if a sequence is empty or too long, or ids do not fit the
   *     model
   */
  public List<float[]> embed(List<int[]> sequences, Pooling pooling) {
    sequences.forEach(this::requireFitting);
    float[][] vectors = new float[sequences.size()][];
    List<Integer> indices = IntStream.range(0, vectors.length).boxed().toList();
    for (List<Integer> together : budget.pack(indices, index -> sequences.get(index).length)) {
      List<int[]> tokens = together.stream().map(sequences::get).toList();
      List<float[]> pooled = read(tokens, pooling);
      for (int i = 0; i < pooled.size(); i++) {
        vectors[together.get(i)] = pooled.get(i);
      }
    }
    return Arrays.asList(vectors);
  }

  private List<float[]> read(List<int[]> sequences, Pooling pooling) {
    PaddedSequences inputs = budget.padded(sequences);
    float[] hidden = model.hiddenStates(inputs.tokens(), inputs.lengths());
    int width = model.width();
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < sequences.size(); i++) {
      vectors.add(pooling.pool(hidden, i * inputs.length(), inputs.lengths()[i], width));
    }
    return vectors;
  }

  private void requireFitting(int[] sequence) {
    if (sequence.length == 0 || sequence.length > budget.contextLength()) {
      throw new IllegalArgumentException(
          "A sequence of "
              + sequence.length
              + " tokens was to be embedded: expected 1 to the model's context length "
              + budget.contextLength());
    }
  }

  /**
   * Divides a vector by its L2 norm, so that a dot product of two is their cosine; a vector of
   * zeros stays as it is.
   */
  public static void normalizeInPlace(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    if (squares > 0) {
      double norm = Math.sqrt(squares);
      for (int i = 0; i < vector.length; i++) {
        vector[i] = (float) (vector[i] / norm);
      }
    }
  }
}
