package dev.kindling.benchmarks.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.data.tokenizer.TokenizerConfig;
import dev.kindling.data.tokenizer.TokenizerLearner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncoderComparisonTest {
  private static final List<String> TEXTS =
      List.of("the miller walked to the river <unk> </s>\n", "the river, the miller [SEP]");

  @TempDir Path directory;

  @Test
  void everyKindIsMeasuredInEveryWay() throws IOException {
    EncoderComparison comparison = new EncoderComparison(2, 0.001, directory);
    for (String kind : TokenizerLearner.KINDS) {
      List<EncodingSpeed> rows = comparison.measure(kind, learn(kind), TEXTS);
      assertThat(rows).hasSize(4).allMatch(row -> row.kind().equals(kind));
      assertThat(rows).extracting(EncodingSpeed::encoder).doesNotHaveDuplicates();
      assertThat(rows.get(0).encoder()).isEqualTo("kindling");
      assertThat(rows.get(0).ratio()).isEqualTo(1.0);
      assertThat(rows)
          .allMatch(row -> row.slowestMegabytesPerSecond() <= row.megabytesPerSecond())
          .allMatch(row -> row.fastestMegabytesPerSecond() >= row.megabytesPerSecond());
    }
  }

  private static Tokenizer learn(String kind) {
    return TokenizerLearner.learn(new TokenizerConfig(kind, 270, 1, true), TEXTS);
  }
}
