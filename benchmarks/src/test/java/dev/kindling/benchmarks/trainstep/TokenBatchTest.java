package dev.kindling.benchmarks.trainstep;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TokenBatchTest {
  private final StepConfiguration configuration = new StepConfiguration("t", 1, 1, 4, 11, 5, 3);
  private final TokenBatch batch = TokenBatch.of(configuration);

  @Test
  void everyEngineGetsTheSameTokens() {
    assertThat(TokenBatch.of(configuration).inputs()).isEqualTo(batch.inputs());
    assertThat(TokenBatch.of(configuration).targets()).isEqualTo(batch.targets());
  }

  @Test
  void theTargetOfATokenIsTheNextOneOfItsSequence() {
    int length = configuration.length();
    for (int i = 0; i < configuration.numTokens(); i++) {
      if (i % length != 0) {
        assertThat(batch.inputs()[i]).isEqualTo(batch.targets()[i - 1]);
      }
    }
  }

  @Test
  void allIdsAreOfTheVocabulary() {
    assertThat(Arrays.stream(batch.inputs()).boxed())
        .hasSize(15)
        .allMatch(id -> id >= 0 && id < 11);
    assertThat(Arrays.stream(batch.targets()).boxed())
        .hasSize(15)
        .allMatch(id -> id >= 0 && id < 11);
  }
}
