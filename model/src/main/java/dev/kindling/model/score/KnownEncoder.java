package dev.kindling.model.score;

import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.nn.ParameterStore;
import java.util.Arrays;

/**
 * An encoder of which every probability is known. Tokens and positions are orthogonal vectors, and
 * the only block adds the mean over the sequence (attention that prefers nothing): so the logits at
 * a place are a sum of rows of a table, those of the place and of its token, and, with less weight,
 * those of all others.
 */
final class KnownEncoder {
  static final BertConfig CONFIG = new BertConfig(6, 8, 1, 2, 16, 4, 0);
  static final int MASK_ID = 5;

  private static final int WIDTH = CONFIG.embeddingSize();
  private static final int VOCAB_SIZE = CONFIG.vocabSize();
  private static final int NUM_VECTORS = VOCAB_SIZE + CONFIG.contextLength();

  /** Of embeddings, which a norm undoes; of the output matrix, which is the same, it is left. */
  private static final double EMBEDDING_SCALE = 0.25;

  /** Moves what goes through GELU to where it changes nothing. */
  private static final double SHIFT = 11;

  private static final double TRANSFORM_SCALE = 0.5;

  private KnownEncoder() {}

  /** What vector {@code i} (of a token, then of a position) says of the masked token. */
  private static double table(int i, int token) {
    return ((5 * i * i + 3 * i * token + 4 * token) % 9 - 4) / 4.0;
  }

  /** How likely a token is in itself. */
  private static double bias(int token) {
    return token / 8.0;
  }

  /** Sets parameters of zero. */
  static void fill(ParameterStore parameters) {
    KnownParameters known = new KnownParameters(parameters);
    String block = "bert.encoder.layer.0.";
    String head = "cls.predictions.";
    known.set(
        "bert.embeddings.word_embeddings.weight",
        (token, i) -> EMBEDDING_SCALE * OrthogonalCode.element(token + 1, i));
    known.set(
        "bert.embeddings.position_embeddings.weight",
        (place, i) -> EMBEDDING_SCALE * OrthogonalCode.element(VOCAB_SIZE + place + 1, i));
    known.setVector("bert.embeddings.LayerNorm.weight", i -> 1);
    known.set(block + "attention.self.value.weight", KnownParameters.IDENTITY);
    known.set(block + "attention.output.dense.weight", KnownParameters.IDENTITY);
    known.setVector(block + "attention.output.LayerNorm.weight", i -> 1);
    known.setVector(block + "output.LayerNorm.weight", i -> 1);
    known.set(head + "transform.dense.weight", KnownEncoder::transform);
    known.setVector(head + "transform.dense.bias", i -> SHIFT);
    known.setVector(head + "transform.LayerNorm.weight", i -> 1);
    known.setVector(head + "bias", KnownEncoder::bias);
  }

  /** Maps every vector to the sum of the tokens' vectors that the table says. */
  private static double transform(int output, int input) {
    double sum = 0;
    for (int i = 0; i < NUM_VECTORS; i++) {
      for (int token = 0; token < VOCAB_SIZE; token++) {
        sum +=
            table(i, token)
                * OrthogonalCode.element(token + 1, output)
                * OrthogonalCode.element(i + 1, input);
      }
    }
    return TRANSFORM_SCALE * sum / WIDTH;
  }

  /** How much of each vector is in the hidden state of a place. */
  private static double[] coefficients(int[] tokens, int place) {
    double[] coefficients = new double[NUM_VECTORS];
    for (int i = 0; i < tokens.length; i++) {
      double share = 1.0 / tokens.length + (i == place ? 1 : 0);
      coefficients[tokens[i]] += share;
      coefficients[VOCAB_SIZE + i] += share;
    }
    return normalized(coefficients);
  }

  private static double[] normalized(double[] coefficients) {
    double norm = Math.sqrt(OrthogonalCode.meanSquare(coefficients));
    return Arrays.stream(coefficients).map(coefficient -> coefficient / norm).toArray();
  }

  /** The hidden state of a place. */
  static double[] hidden(int[] tokens, int place) {
    return OrthogonalCode.combine(coefficients(tokens, place), WIDTH);
  }

  /** ln p of every token at a place that is masked. */
  static double[] masked(int[] tokens, int place) {
    int[] seen = tokens.clone();
    seen[place] = MASK_ID;
    double[] coefficients = coefficients(seen, place);
    double[] sums = new double[VOCAB_SIZE];
    for (int i = 0; i < NUM_VECTORS; i++) {
      for (int token = 0; token < VOCAB_SIZE; token++) {
        sums[token] += coefficients[i] * table(i, token);
      }
    }
    double[] logits = normalized(sums);
    Arrays.setAll(logits, token -> WIDTH * EMBEDDING_SCALE * logits[token] + bias(token));
    return KnownParameters.logSoftmax(logits);
  }
}
