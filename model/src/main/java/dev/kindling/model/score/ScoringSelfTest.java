package dev.kindling.model.score;

import dev.kindling.model.backend.Backend;
import dev.kindling.model.batch.Batch;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.model.train.Precision;
import java.util.Arrays;
import java.util.List;

/**
 * Scores tiny models whose probabilities are known in closed form, by the code and the kernels that
 * score everything else, and refuses to go on where they differ. It is for faults that no score
 * shows, such as logits that are compared with the token before the one they predict, or padding
 * that is looked at.
 */
public final class ScoringSelfTest {
  /** Small, so that there are several batches, with padding in them. */
  private static final int MAX_TOKENS = 36;

  private static final int[] TEXT = {2, 5, 0, 3, 3, 6, 1, 4, 0, 2, 6, 5};

  private final Backend backend;
  private final Precision precision;

  private ScoringSelfTest(Backend backend, Precision precision) {
    this.backend = backend;
    this.precision = precision;
  }

  /**
   * Tests a backend, which takes some milliseconds.
   *
   * @throws IllegalStateException if a score is not what it must be; names the backend, what was
   *     expected and what came
   * @throws IllegalArgumentException if the backend does not have the precision
   */
  public static void run(Backend backend, Precision precision) {
    ScoringSelfTest test = new ScoringSelfTest(backend, precision);
    try (InferenceModel decoder = new InferenceModel(KnownDecoder.CONFIG, precision, backend)) {
      KnownDecoder.fill(decoder.parameters());
      test.windows(decoder);
      test.continuations(decoder);
      test.decoderVectors(decoder);
    }
    try (InferenceModel encoder = new InferenceModel(KnownEncoder.CONFIG, precision, backend)) {
      KnownEncoder.fill(encoder.parameters());
      test.maskedTokens(encoder);
      test.encoderVectors(encoder);
    }
  }

  /** A long window of which the second half is scored, and a short one with padding behind it. */
  private void windows(InferenceModel model) {
    int length = TEXT.length - 1;
    int[] inputs = Arrays.copyOf(Arrays.copyOf(TEXT, length), 2 * length);
    int[] targets = new int[2 * length];
    Arrays.fill(targets, Batch.IGNORED);
    System.arraycopy(TEXT, 6, targets, 5, length - 5);
    System.arraycopy(TEXT, 3, inputs, length, 4);
    System.arraycopy(TEXT, 4, targets, length, 4);
    float[] losses = model.tokenLosses(new CausalBatch(2, length, inputs, targets));
    for (int t = 0; t < length; t++) {
      double expected = t < 5 ? 0 : -KnownDecoder.next(Arrays.copyOf(TEXT, t + 1))[TEXT[t + 1]];
      require("the loss of token " + (t + 1) + " of a window", losses[t], expected);
    }
    for (int t = 0; t < 4; t++) {
      int[] before = Arrays.copyOfRange(TEXT, 3, 4 + t);
      double expected = -KnownDecoder.next(before)[TEXT[4 + t]];
      require("the loss of token " + t + " of a short window", losses[length + t], expected);
    }
  }

  /** Contexts that are shared, alone, and cut, with continuations of several lengths. */
  private void continuations(InferenceModel model) {
    int[] context = Arrays.copyOf(TEXT, 5);
    List<Continuation> requests =
        List.of(
            new Continuation(context, new int[] {6, 1, 4}),
            new Continuation(context, new int[] {0}),
            new Continuation(context, new int[] {2, 2, 3, 1}),
            new Continuation(Arrays.copyOf(TEXT, 2), new int[] {0, 3}),
            new Continuation(Arrays.copyOf(TEXT, 2), new int[] {1, 3}),
            new Continuation(new int[] {4}, new int[] {1, 6, 6, 0, 5}),
            new Continuation(TEXT, new int[] {3, 1}),
            new Continuation(new int[] {1, 0, 6}, greedy(new int[] {1, 0, 6}, 3)));
    List<ContinuationScore> scores =
        new ContinuationScorer(model.causal(), MAX_TOKENS).score(requests);
    for (int i = 0; i < requests.size(); i++) {
      ContinuationScore expected = expected(requests.get(i));
      String what = "the log-likelihood of continuation " + i;
      require(what, scores.get(i).logLikelihood(), expected.logLikelihood());
      if (scores.get(i).greedy() != expected.greedy()) {
        throw failure(
            "of continuation " + i + " greedy", scores.get(i).greedy(), expected.greedy());
      }
    }
  }

  private static ContinuationScore expected(Continuation request) {
    int length = request.continuation().length;
    int numSeen =
        Math.min(request.context().length, KnownDecoder.CONFIG.contextLength() + 1 - length);
    int[] text = Arrays.copyOf(lastOf(request.context(), numSeen), numSeen + length);
    double sum = 0;
    for (int i = 0; i < length; i++) {
      text[numSeen + i] = request.continuation()[i];
      sum += KnownDecoder.next(Arrays.copyOf(text, numSeen + i))[text[numSeen + i]];
    }
    boolean greedy =
        Arrays.equals(greedy(Arrays.copyOf(text, numSeen), length), request.continuation());
    return new ContinuationScore(sum, greedy);
  }

  private static int[] lastOf(int[] tokens, int count) {
    return Arrays.copyOfRange(tokens, tokens.length - count, tokens.length);
  }

  /** What the decoder writes behind a text. */
  private static int[] greedy(int[] before, int length) {
    int[] text = Arrays.copyOf(before, before.length + length);
    for (int end = before.length; end < text.length; end++) {
      double[] next = KnownDecoder.next(Arrays.copyOf(text, end));
      for (int token = 1; token < next.length; token++) {
        text[end] = next[token] > next[text[end]] ? token : text[end];
      }
    }
    return lastOf(text, length);
  }

  private void decoderVectors(InferenceModel model) {
    List<int[]> texts = List.of(Arrays.copyOf(TEXT, 3), TEXT, Arrays.copyOf(TEXT, 8));
    List<float[]> vectors = new Embedder(model, MAX_TOKENS).embed(texts, Pooling.LAST);
    for (int i = 0; i < texts.size(); i++) {
      requireVector("vector of text " + i, vectors.get(i), KnownDecoder.hidden(texts.get(i)));
    }
  }

  private static List<int[]> maskedTexts() {
    return List.of(
        new int[] {4, 1, 0, 2, 3}, new int[] {4, 3, 3}, new int[] {4, 2, 2, 1, 0, 0, 1, 3});
  }

  private void maskedTokens(InferenceModel model) {
    List<int[]> texts = maskedTexts();
    List<MaskedRequest> requests =
        texts.stream().map(text -> new MaskedRequest(text, 1, text.length)).toList();
    List<double[]> scores =
        new PseudoLikelihood(model, KnownEncoder.MASK_ID, MAX_TOKENS).score(requests);
    for (int i = 0; i < texts.size(); i++) {
      int[] text = texts.get(i);
      for (int place = 1; place < text.length; place++) {
        double expected = KnownEncoder.masked(text, place)[text[place]];
        String what = "the log-likelihood of masked token " + place + " of text " + i;
        require(what, scores.get(i)[place - 1], expected);
      }
    }
  }

  private void encoderVectors(InferenceModel model) {
    List<int[]> texts = maskedTexts();
    List<float[]> vectors = new Embedder(model, MAX_TOKENS).embed(texts, Pooling.MEAN);
    for (int i = 0; i < texts.size(); i++) {
      int[] text = texts.get(i);
      double[] mean = new double[KnownEncoder.CONFIG.embeddingSize()];
      for (int place = 0; place < text.length; place++) {
        double[] hidden = KnownEncoder.hidden(text, place);
        Arrays.setAll(mean, column -> mean[column] + hidden[column] / text.length);
      }
      requireVector("mean vector of text " + i, vectors.get(i), mean);
    }
  }

  private void requireVector(String what, float[] actual, double[] expected) {
    for (int i = 0; i < expected.length; i++) {
      require("element " + i + " of the " + what, actual[i], expected[i]);
    }
  }

  /** Of several roundings of 2^-24 or 2^-8 each; a fault is an error of several tenths. */
  private double tolerance() {
    return switch (precision) {
      case F32 -> 1e-4;
      case TF32 -> 1e-2;
      case BF16 -> 0.1;
    };
  }

  private void require(String what, double actual, double expected) {
    if (!(Math.abs(actual - expected) <= tolerance())) {
      throw failure(what, actual, expected);
    }
  }

  private IllegalStateException failure(String what, Object actual, Object expected) {
    return new IllegalStateException(
        "The self-test of scoring failed: the backend "
            + backend.name()
            + " in "
            + precision
            + " says that "
            + what
            + " is "
            + actual
            + ", but for this model it is "
            + expected
            + ". Scores of any model would be wrong, so none is computed: choose another backend or"
            + " precision");
  }
}
