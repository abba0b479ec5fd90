package dev.kindling.benchmarks.trainstep;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StepFlopsTest {
  @Test
  void aStepOfATinyModelIsCountedAsByHand() {
    // Matmul parameters: 2 layers · 12 · 4² + 10 · 4 = 424. Attention: 12 · 2 · 4 · 3 = 288.
    // Tokens: 5 · 3 = 15. (6 · 424 + 288) · 15 = 42480.
    StepConfiguration tiny = new StepConfiguration("tiny", 2, 2, 4, 10, 3, 5);

    assertThat(StepFlops.of(tiny)).isEqualTo(42_480);
  }

  @Test
  void aStepOfMediumIsCountedAsByHand() {
    // 6 · 12 · 512² + 8192 · 512 = 23068672; 12 · 6 · 512 · 256 = 9437184; 2048 tokens.
    assertThat(StepFlops.of(StepConfiguration.named("medium")))
        .isEqualTo((6.0 * 23_068_672 + 9_437_184) * 2048);
  }

  @Test
  void twiceTheBatchIsTwiceTheWork() {
    StepConfiguration once = new StepConfiguration("once", 12, 12, 768, 50257, 512, 1);
    StepConfiguration twice = new StepConfiguration("twice", 12, 12, 768, 50257, 512, 2);

    assertThat(StepFlops.of(twice)).isEqualTo(2 * StepFlops.of(once));
  }

  @Test
  void aStepOfATinyBertIsCountedAsByHand() {
    // Layers: (6 · 2 · 12 · 4² + 12 · 2 · 4 · 20) · 60 = 253440. Masked: 3 · 3 tokens, each
    // 6 · (10 · 4 + 4²) = 336.
    StepConfiguration tiny =
        new StepConfiguration("tiny", StepConfiguration.Architecture.BERT, 2, 2, 4, 10, 20, 3);

    assertThat(StepFlops.of(tiny)).isEqualTo(253_440 + 9 * 336);
  }

  @Test
  void aStepOfATinyT5IsCountedAsByHand() {
    // Encoder, and keys and values of its output: (6 · 14 · 4² + 12 · 4 · 20) · 20 = 46080.
    // Decoder: (6 · 14 · 4² + 12 · 4 · (58 + 20) + 6 · 10 · 4) · 58 = 309024.
    StepConfiguration tiny =
        new StepConfiguration("tiny", StepConfiguration.Architecture.T5, 1, 2, 4, 10, 20, 1);

    assertThat(StepFlops.of(tiny)).isEqualTo(46_080 + 309_024);
  }
}
