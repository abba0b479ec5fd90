package dev.kindling.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.optim.AdamWConfig;
import dev.kindling.model.train.InferenceModel;
import dev.kindling.model.train.LocalTrainer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GeneratorTest {
  private static final int VOCAB_SIZE = 11;
  private static final int CONTEXT_LENGTH = 5;
  private static final OptionalInt NO_STOP = OptionalInt.empty();

  @Test
  void aGreedyTextFollowsTheModel() {
    Generator generator = new Generator(context -> next(context), CONTEXT_LENGTH, Sampler.of(0, 0));

    assertThat(generator.generate(request(List.of(7), 6, NO_STOP, 0, 0)))
        .containsExactly(8, 9, 10, 0, 1, 2);
  }

  @Test
  void theModelSeesTheLastTokensWithinItsContextLength() {
    List<List<Integer>> contexts = new ArrayList<>();
    Generator generator =
        new Generator(
            context -> {
              contexts.add(Arrays.stream(context).boxed().toList());
              return next(context);
            },
            3,
            Sampler.of(0, 0));

    generator.generate(request(List.of(1, 2), 4, NO_STOP, 0, 0));

    assertThat(contexts)
        .containsExactly(List.of(1, 2), List.of(1, 2, 3), List.of(2, 3, 4), List.of(3, 4, 5));
  }

  @Test
  void theTextEndsBeforeTheStopId() {
    Generator generator = new Generator(context -> next(context), CONTEXT_LENGTH, Sampler.of(0, 0));
    List<Integer> streamed = new ArrayList<>();

    int[] tokens =
        generator.generate(
            request(List.of(4), 100, OptionalInt.of(7), 0, 0), token -> streamed.add(token));

    assertThat(tokens).containsExactly(5, 6);
    assertThat(streamed).containsExactly(5, 6);
  }

  @Test
  void everyTokenIsHandedOverInOrder() {
    Generator generator = noise(Sampler.of(1, 0));
    List<Integer> streamed = new ArrayList<>();

    int[] tokens =
        generator.generate(request(List.of(1), 50, NO_STOP, 3, 0), token -> streamed.add(token));

    assertThat(streamed).containsExactlyElementsOf(Arrays.stream(tokens).boxed().toList());
    assertThat(tokens).hasSize(50);
  }

  @Test
  void theSameSeedGivesTheSameTextAndAnotherSeedOrSampleAnother() {
    GenerationRequest request = request(List.of(1, 2), 40, NO_STOP, 17, 3);
    int[] text = noise(Sampler.of(1, 5)).generate(request);

    assertThat(noise(Sampler.of(1, 5)).generate(request)).isEqualTo(text);
    assertThat(noise(Sampler.of(1, 5)).generate(request(List.of(1, 2), 40, NO_STOP, 18, 3)))
        .isNotEqualTo(text);
    assertThat(noise(Sampler.of(1, 5)).generate(request(List.of(1, 2), 40, NO_STOP, 17, 4)))
        .isNotEqualTo(text);
  }

  @Test
  void aTextContinuedLaterGoesOnAsIfItHadNotBeenInterrupted() {
    Generator generator = noise(Sampler.of(1.3, 0));
    int[] whole = generator.generate(request(List.of(1, 2), 30, NO_STOP, 17, 3));
    int[] firstPart = generator.generate(request(List.of(1, 2), 12, NO_STOP, 17, 3));
    List<Integer> longerPrompt =
        IntStream.concat(IntStream.of(1, 2), Arrays.stream(firstPart)).boxed().toList();

    int[] secondPart = generator.generate(request(longerPrompt, 18, NO_STOP, 17, 3));

    assertThat(IntStream.concat(Arrays.stream(firstPart), Arrays.stream(secondPart)).toArray())
        .isEqualTo(whole);
  }

  @Test
  void aRealModelIsContinuedByWhatItScoresBest() {
    GptConfig config = new GptConfig(VOCAB_SIZE, CONTEXT_LENGTH, 2, 2, 8, true);
    AdamWConfig optimizer = new AdamWConfig(1e-2, 1e-2, 0, 0, 0.9, 0.95, 1e-8, 0, 0);
    try (Backend backend = Backends.open("auto", 1);
        LocalTrainer trainer = new LocalTrainer(config, optimizer, backend);
        InferenceModel model = new InferenceModel(config, backend)) {
      trainer.initialize(5);
      // Every window of the endless text 0, 1, …, 10, 0, 1, … at once.
      int numTokens = VOCAB_SIZE * CONTEXT_LENGTH;
      int[] inputs =
          IntStream.range(0, numTokens)
              .map(i -> (i / CONTEXT_LENGTH + i % CONTEXT_LENGTH) % VOCAB_SIZE)
              .toArray();
      int[] targets = Arrays.stream(inputs).map(id -> (id + 1) % VOCAB_SIZE).toArray();
      for (int step = 0; step < 60; step++) {
        trainer.step(inputs, targets, VOCAB_SIZE, CONTEXT_LENGTH, step);
      }
      int numParameters = Math.toIntExact(trainer.parameters().numParameters());
      byte[] parameters = new byte[4 * numParameters];
      trainer.parameters().readBytes(0, numParameters, parameters, 0);
      model.parameters().writeBytes(0, numParameters, parameters, 0);

      Generator generator = new Generator(model::nextTokenLogits, CONTEXT_LENGTH, Sampler.of(0, 0));

      assertThat(generator.generate(request(List.of(2, 3), 8, NO_STOP, 0, 0)))
          .containsExactly(4, 5, 6, 7, 8, 9, 10, 0);
    }
  }

  @Test
  void zeroNewTokensNeedNoModel() {
    Generator generator =
        new Generator(
            context -> {
              throw new AssertionError("not asked for");
            },
            CONTEXT_LENGTH,
            Sampler.of(1, 0));

    assertThat(generator.generate(request(List.of(1), 0, NO_STOP, 0, 0))).isEmpty();
  }

  @Test
  void anEmptyPromptIsRefused() {
    assertThatThrownBy(() -> request(List.of(), 5, NO_STOP, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the prompt is empty");
  }

  private static GenerationRequest request(
      List<Integer> prompt, int maxNewTokens, OptionalInt stopId, long seed, long sample) {
    return new GenerationRequest(prompt, maxNewTokens, stopId, seed, sample);
  }

  /** A model that counts upwards, modulo the vocabulary. */
  private static float[] next(int[] context) {
    float[] logits = new float[VOCAB_SIZE];
    logits[(context[context.length - 1] + 1) % VOCAB_SIZE] = 4;
    return logits;
  }

  /** A model whose logits depend on the whole context. */
  private static Generator noise(Sampler sampler) {
    return new Generator(
        context -> {
          float[] logits = new float[VOCAB_SIZE];
          for (int id = 0; id < VOCAB_SIZE; id++) {
            logits[id] = (float) CounterBasedDraws.uniform(Arrays.hashCode(context), id, 0);
          }
          return logits;
        },
        CONTEXT_LENGTH,
        sampler);
  }
}
