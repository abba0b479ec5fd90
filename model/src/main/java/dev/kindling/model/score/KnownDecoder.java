package dev.kindling.model.score;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.GptOptions;
import dev.kindling.model.nn.ParameterStore;
import java.util.Arrays;

/**
 * A decoder of which every probability is known. Tokens are orthogonal vectors, and the only block
 * adds the mean of those seen so far (attention that prefers nothing). So the logits behind a text
 * are a sum of one table's rows, that of the last token and, by how often they occur, those of all:
 * a Markov chain that remembers.
 */
final class KnownDecoder {
  static final GptConfig CONFIG = new GptConfig(7, 12, 1, 2, 8, false, 0, GptOptions.llama(0, 8));

  private static final int WIDTH = CONFIG.embeddingSize();
  private static final int VOCAB_SIZE = CONFIG.vocabSize();

  private KnownDecoder() {}

  /** What a token says of the next one; far from symmetric, and exact in every precision. */
  private static double table(int token, int next) {
    return ((3 * token * token + 2 * token * next + 5 * next) % 11 - 5) / 2.0;
  }

  /** Sets parameters of zero. */
  static void fill(ParameterStore parameters) {
    KnownParameters known = new KnownParameters(parameters);
    known.set("model.embed_tokens.weight", (token, i) -> OrthogonalCode.element(token + 1, i));
    known.setVector("model.layers.0.input_layernorm.weight", i -> 1);
    known.set("model.layers.0.self_attn.v_proj.weight", KnownParameters.IDENTITY);
    known.set("model.layers.0.self_attn.o_proj.weight", KnownParameters.IDENTITY);
    known.setVector("model.layers.0.post_attention_layernorm.weight", i -> 1);
    known.setVector("model.norm.weight", i -> 1);
    known.set(
        "lm_head.weight",
        (next, i) -> {
          double sum = 0;
          for (int token = 0; token < VOCAB_SIZE; token++) {
            sum += table(token, next) * OrthogonalCode.element(token + 1, i);
          }
          return sum / WIDTH;
        });
  }

  /** How much of each token is in the last hidden state of a text. */
  private static double[] coefficients(int[] text) {
    double[] coefficients = new double[VOCAB_SIZE];
    double share = 1 / (text.length * Math.sqrt(1 + GptConfig.NORM_EPSILON));
    for (int token : text) {
      coefficients[token] += share;
    }
    coefficients[text[text.length - 1]] += 1;
    double norm = Math.sqrt(OrthogonalCode.meanSquare(coefficients) + GptConfig.NORM_EPSILON);
    return Arrays.stream(coefficients).map(coefficient -> coefficient / norm).toArray();
  }

  /** The last hidden state of a text, behind the final norm. */
  static double[] hidden(int[] text) {
    return OrthogonalCode.combine(coefficients(text), WIDTH);
  }

  /** ln p of every token that may follow a text. */
  static double[] next(int[] text) {
    double[] coefficients = coefficients(text);
    double[] logits = new double[VOCAB_SIZE];
    for (int token = 0; token < VOCAB_SIZE; token++) {
      for (int next = 0; next < VOCAB_SIZE; next++) {
        logits[next] += coefficients[token] * table(token, next);
      }
    }
    return KnownParameters.logSoftmax(logits);
  }
}
