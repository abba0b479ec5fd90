package dev.kindling.spark.score.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.config.PromptConfig;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PromptsTest {
  private static final List<Example> POOL =
      IntStream.range(0, 9).mapToObj(i -> new Example("id" + i, "Q" + i, "A" + i)).toList();

  @Test
  void aPromptIsDescriptionExamplesAndQuestion() {
    List<String> prompts = new Prompts(config(1, 0, 1), POOL.subList(0, 2)).of("id0", "Q?");

    assertThat(prompts).containsExactly("Do: Q?", "Do: Q1=A1##Q?");
  }

  @Test
  void morePromptsBeginWithTheExamplesOfFewer() {
    for (int i = 0; i < 50; i++) {
      List<String> prompts = new Prompts(config(1, 1, 2, 5), POOL).of("row" + i, "Q?");

      assertThat(prompts.get(1)).startsWith(examplesOf(prompts.get(0)));
      assertThat(prompts.get(2)).startsWith(examplesOf(prompts.get(1)));
      assertThat(prompts.get(2).split("##")).hasSize(6).doesNotHaveDuplicates();
    }
  }

  @Test
  void examplesDependOnTheSeedAndTheIdAndOnNothingElse() {
    Prompts prompts = new Prompts(config(1, 3), POOL);

    assertThat(prompts.of("x", "Q?")).isEqualTo(new Prompts(config(1, 3), POOL).of("x", "Q?"));
    assertThat(prompts.of("x", "Q?")).isNotEqualTo(prompts.of("y", "Q?"));
    assertThat(prompts.of("x", "Q?")).isNotEqualTo(new Prompts(config(2, 3), POOL).of("x", "Q?"));
  }

  @Test
  void aRowIsNeverAnExampleForItselfAndAllOthersOccur() {
    Set<String> seen = new HashSet<>();
    for (int seed = 0; seed < 200; seed++) {
      seen.add(new Prompts(config(seed, 1), POOL).of("id4", "Q?").get(0));
    }

    assertThat(seen).hasSize(8).noneMatch(prompt -> prompt.contains("Q4"));
  }

  @Test
  void aPoolThatIsTooSmallIsRefused() {
    assertThatThrownBy(() -> new Prompts(config(1, 0, 9), POOL))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("shots is [0, 9], and there are 9 solved examples")
        .hasMessageContaining("more than 9");
  }

  private static String examplesOf(String prompt) {
    return prompt.substring(0, prompt.length() - "Q?".length());
  }

  private static PromptConfig config(long seed, Integer... shots) {
    return new PromptConfig("{{q}}", "Do: ", List.of(shots), "##", "=", seed);
  }
}
