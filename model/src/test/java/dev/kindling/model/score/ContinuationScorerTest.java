package dev.kindling.model.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.backend.AttentionInputs;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.batch.CausalBatch;
import dev.kindling.model.tensor.Tensor;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.model.train.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContinuationScorerTest {
  private static final int T = ScoredModels.CONTEXT_LENGTH;
  private static final int V = ScoredModels.VOCAB_SIZE;

  /** Contexts of all lengths, alone and shared, cut and not, with continuations of all lengths. */
  private static List<Continuation> requests() {
    return requests(1, 2, 7, 15, 16, 17, 39, 40, 41, 90);
  }

  private static List<Continuation> requests(int... contextLengths) {
    List<Continuation> requests = new ArrayList<>();
    for (int contextLength : contextLengths) {
      int[] context = ScoredModels.tokens(contextLength, contextLength);
      for (int length : new int[] {1, 1, 2, 3, 9, 24, T}) {
        requests.add(new Continuation(context, ScoredModels.tokens(length, requests.size())));
      }
      requests.add(new Continuation(context, ScoredModels.tokens(1, 1)));
      requests.add(new Continuation(context, ScoredModels.tokens(4, 1)));
      requests.add(new Continuation(context, ScoredModels.tokens(4, 1)));
    }
    // All ways to go on by one token: one of them is greedy.
    for (int id = 0; id < V; id++) {
      requests.add(new Continuation(ScoredModels.tokens(6, 9), new int[] {id}));
    }
    for (int i = 0; i < 12; i++) {
      requests.add(
          new Continuation(
              ScoredModels.tokens(3 * i + 1, 50 + i), ScoredModels.tokens(i % 5 + 1, i)));
    }
    return requests;
  }

  /** One forward pass over the whole of each request, in which every token is tried as a target. */
  private static ContinuationScore plainScore(InferenceModel model, Continuation request) {
    int[] all =
        IntStream.concat(Arrays.stream(request.context()), Arrays.stream(request.continuation()))
            .toArray();
    int[] seen = Arrays.copyOfRange(all, Math.max(0, all.length - T - 1), all.length);
    int length = seen.length - 1;
    int[] inputs = new int[V * length];
    int[] targets = new int[V * length];
    for (int id = 0; id < V; id++) {
      System.arraycopy(seen, 0, inputs, id * length, length);
      Arrays.fill(targets, id * length, (id + 1) * length, id);
    }
    float[] losses = model.tokenLosses(new CausalBatch(V, length, inputs, targets));
    double sum = 0;
    boolean greedy = true;
    for (int t = length - request.continuation().length; t < length; t++) {
      int best = 0;
      for (int id = 1; id < V; id++) {
        best = losses[id * length + t] < losses[best * length + t] ? id : best;
      }
      sum -= losses[seen[t + 1] * length + t];
      greedy &= best == seen[t + 1];
    }
    return new ContinuationScore(sum, greedy);
  }

  @ParameterizedTest
  @CsvSource({"onednn, gpt2", "onednn, llama", "nd4j, gpt2", "nd4j, llama"})
  void scoresAreThoseOfAPassOverEachRequest(String backendName, String architecture) {
    GptConfig config = architecture.equals("gpt2") ? ScoredModels.GPT2 : ScoredModels.LLAMA;
    boolean fast = backendName.equals("onednn");
    List<Continuation> requests = fast ? requests() : requests(2, 41);
    try (Backend plainBackend = Backends.open("onednn", 1);
        Backend backend = Backends.open(backendName, 1);
        InferenceModel plain = ScoredModels.open(config, Precision.F32, plainBackend);
        InferenceModel model = ScoredModels.open(config, Precision.F32, backend)) {
      List<ContinuationScore> expected =
          requests.stream().map(request -> plainScore(plain, request)).toList();
      assertThat(expected).anyMatch(ContinuationScore::greedy);
      for (int maxTokens : fast ? new int[] {1, 64, 100_000} : new int[] {100}) {
        List<ContinuationScore> scores =
            new ContinuationScorer(model.causal(), maxTokens).score(requests);
        assertThat(scores).hasSameSizeAs(expected);
        for (int i = 0; i < scores.size(); i++) {
          assertThat(scores.get(i).logLikelihood())
              .as("request %d with %d tokens at once", i, maxTokens)
              .isCloseTo(expected.get(i).logLikelihood(), within(2e-3));
          assertThat(scores.get(i).greedy()).isEqualTo(expected.get(i).greedy());
        }
      }
    }
  }

  /** What the model would write itself, and the same with one other token somewhere. */
  @Test
  void aContinuationIsGreedyIfTheModelWouldWriteIt() {
    try (Backend backend = Backends.open("onednn", 1);
        InferenceModel model = ScoredModels.open(ScoredModels.GPT2, Precision.F32, backend)) {
      ContinuationScorer scorer = new ContinuationScorer(model.causal(), 256);
      int[] context = ScoredModels.tokens(5, 3);
      int[] written = new int[0];
      for (int length = 1; length <= 8; length++) {
        int[] candidate = Arrays.copyOf(written, length);
        List<Continuation> candidates = new ArrayList<>();
        for (int id = 0; id < V; id++) {
          candidate[length - 1] = id;
          candidates.add(new Continuation(context, candidate.clone()));
        }
        List<ContinuationScore> scores = scorer.score(candidates);
        int best =
            IntStream.range(0, V).filter(id -> scores.get(id).greedy()).findFirst().orElseThrow();
        assertThat(scores.stream().filter(ContinuationScore::greedy)).hasSize(1);
        assertThat(scores.get(best).logLikelihood())
            .isEqualTo(
                scores.stream().mapToDouble(ContinuationScore::logLikelihood).max().orElseThrow());
        // All ways to go on together have the probability of what they go on from.
        double sum = scores.stream().mapToDouble(s -> Math.exp(s.logLikelihood())).sum();
        double before =
            length == 1
                ? 0
                : scorer.score(List.of(new Continuation(context, written))).get(0).logLikelihood();
        assertThat(Math.log(sum)).isCloseTo(before, within(1e-4));
        candidate[length - 1] = best;
        written = candidate;
      }
    }
  }

  /** All logits are equal: every token has the probability 1 / V, and the first id is the best. */
  @Test
  void theFirstOfEquallyLikelyTokensIsTheGreedyOne() {
    try (Backend backend = Backends.open("onednn", 1);
        InferenceModel model = new InferenceModel(ScoredModels.GPT2, Precision.F32, backend)) {
      List<ContinuationScore> scores =
          new ContinuationScorer(model.causal(), 64)
              .score(
                  List.of(
                      new Continuation(new int[] {3}, new int[] {0}),
                      new Continuation(new int[] {3}, new int[] {1}),
                      new Continuation(new int[] {3, 4, 5}, new int[] {0, 0})));
      assertThat(scores).extracting(ContinuationScore::greedy).containsExactly(true, false, true);
      assertThat(scores.get(1).logLikelihood()).isCloseTo(-Math.log(V), within(1e-6));
      assertThat(scores.get(2).logLikelihood()).isCloseTo(-2 * Math.log(V), within(1e-6));
    }
  }

  @Test
  void theOrderOfTheRequestsDoesNotMatter() {
    try (Backend backend = Backends.open("onednn", 1);
        InferenceModel model = ScoredModels.open(ScoredModels.GPT2, Precision.F32, backend)) {
      List<Continuation> requests = requests();
      List<Integer> order = new ArrayList<>(IntStream.range(0, requests.size()).boxed().toList());
      Collections.shuffle(order, new Random(4));
      List<ContinuationScore> scores = new ContinuationScorer(model.causal(), 128).score(requests);
      List<ContinuationScore> shuffled =
          new ContinuationScorer(model.causal(), 128)
              .score(order.stream().map(requests::get).toList());
      for (int i = 0; i < order.size(); i++) {
        assertThat(shuffled.get(i).logLikelihood())
            .isCloseTo(scores.get(order.get(i)).logLikelihood(), within(1e-3));
      }
    }
  }

  @Test
  void aContextIsReadOnceAndTheLastTokenOfAContinuationNotAtAll() {
    try (Backend backend = Backends.open("onednn", 1);
        InferenceModel model = ScoredModels.open(ScoredModels.GPT2, Precision.F32, backend)) {
      int[] context = ScoredModels.tokens(20, 1);
      List<Continuation> choices = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        choices.add(new Continuation(context, new int[] {i, 5, 6}));
        choices.add(new Continuation(context.clone(), new int[] {i, 5, 6}));
        choices.add(new Continuation(context, new int[] {i + 10}));
      }
      ContinuationScorer scorer = new ContinuationScorer(model.causal(), 4096);
      scorer.score(choices);
      assertThat(scorer.tokensComputed()).isEqualTo(20 + 4 * 2);

      // A context of its own is read in one pass with its continuation.
      scorer.score(List.of(new Continuation(new int[] {1, 2}, new int[] {3, 4, 5})));
      assertThat(scorer.tokensComputed()).isEqualTo(28 + 4);
    }
  }

  /** Tokens are counted where they are embedded, keys and values where attention reads them. */
  @ParameterizedTest
  @ValueSource(ints = {40, 64, 200})
  void neverMoreTokensOrCachedPositionsThanAskedForGoThroughTheModelAtOnce(int maxTokens) {
    AtomicLong embedded = new AtomicLong();
    AtomicLong mostEmbedded = new AtomicLong();
    AtomicLong mostCached = new AtomicLong();
    WatchedBackend.Watcher watcher =
        (kernel, arguments) -> {
          if (kernel.equals("gatherRows") && ((Tensor) arguments[0]).dim(0) == V) {
            long rows = ((Tensor) arguments[1]).numElements();
            embedded.addAndGet(rows);
            mostEmbedded.accumulateAndGet(rows, Math::max);
          }
          if (kernel.equals("attentionForward")) {
            AttentionInputs inputs = (AttentionInputs) arguments[0];
            long capacity = inputs.key().batchStride() / inputs.key().rowStride();
            mostCached.accumulateAndGet(capacity * inputs.key().batch(), Math::max);
          }
        };
    try (Backend real = Backends.open("onednn", 1)) {
      Backend backend = WatchedBackend.of(real, watcher);
      try (InferenceModel model = ScoredModels.open(ScoredModels.GPT2, Precision.F32, backend)) {
        List<Continuation> requests = new ArrayList<>(requests());
        // More continuations of one context than fit at once.
        for (int i = 0; i < 500; i++) {
          requests.add(new Continuation(new int[] {7, 8, 9}, new int[] {i % V, i / V, i % 3}));
        }
        ContinuationScorer scorer = new ContinuationScorer(model.causal(), maxTokens);
        scorer.score(requests);
        assertThat(mostEmbedded.get()).isPositive().isLessThanOrEqualTo(maxTokens);
        assertThat(mostCached.get()).isPositive().isLessThanOrEqualTo(maxTokens);
        assertThat(embedded.get()).isGreaterThanOrEqualTo(scorer.tokensComputed());
      }
    }
  }

  @Test
  void lowPrecisionChangesScoresLittle() {
    try (Backend backend = Backends.open("onednn", 1);
        InferenceModel exact = ScoredModels.open(ScoredModels.GPT2, Precision.F32, backend);
        InferenceModel rounded = ScoredModels.open(ScoredModels.GPT2, Precision.BF16, backend)) {
      List<Continuation> requests = requests();
      List<ContinuationScore> expected =
          new ContinuationScorer(exact.causal(), 512).score(requests);
      List<ContinuationScore> scores =
          new ContinuationScorer(rounded.causal(), 512).score(requests);
      for (int i = 0; i < scores.size(); i++) {
        double perToken = 0.15 * requests.get(i).continuation().length;
        assertThat(scores.get(i).logLikelihood())
            .isCloseTo(expected.get(i).logLikelihood(), within(perToken));
      }
    }
  }

  @Test
  void whatCannotBeScoredIsRefused() {
    try (Backend backend = Backends.open("onednn", 1);
        InferenceModel model = ScoredModels.open(ScoredModels.GPT2, Precision.F32, backend);
        InferenceModel bert = ScoredModels.open(ScoredModels.BERT, Precision.F32, backend)) {
      ContinuationScorer scorer = new ContinuationScorer(model.causal(), 64);
      assertThat(scorer.score(List.of())).isEmpty();
      assertRefused("expected one token or more", () -> new Continuation(new int[0], new int[1]));
      assertRefused("expected one token or more", () -> new Continuation(new int[1], new int[0]));
      assertRefused("maxTokens is 0", () -> new ContinuationScorer(model.causal(), 0));
      assertRefused("expected a GPT", () -> new ContinuationScorer(bert.causal(), 64));
      assertRefused(
          "A continuation of 41 tokens was given: expected at most the model's context length 40",
          () -> scorer.score(List.of(new Continuation(new int[1], new int[T + 1]))));
      assertRefused(
          "The last token of a continuation is 41",
          () -> scorer.score(List.of(new Continuation(new int[1], new int[] {V}))));
      assertRefused(
          "is 41: expected 0 to 40",
          () -> scorer.score(List.of(new Continuation(new int[1], new int[] {V, 1}))));
      assertRefused(
          "is -1: expected 0 to 40",
          () -> scorer.score(List.of(new Continuation(new int[] {-1}, new int[] {1}))));
    }
  }

  private static void assertRefused(String message, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aBrokenModelIsAnErrorAndNoScore() {
    try (Backend backend = Backends.open("onednn", 1);
        InferenceModel model = new InferenceModel(ScoredModels.GPT2, Precision.F32, backend)) {
      backend.fill(model.parameters().flat(), Double.NaN);
      assertThatThrownBy(
              () ->
                  new ContinuationScorer(model.causal(), 64)
                      .score(List.of(new Continuation(new int[] {1}, new int[] {2}))))
          .isInstanceOf(ArithmeticException.class)
          .hasMessageContaining("the model's parameters are broken");
    }
  }
}
