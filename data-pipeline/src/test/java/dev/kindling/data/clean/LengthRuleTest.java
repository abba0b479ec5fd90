package dev.kindling.data.clean;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.signal.SignalValues;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LengthRuleTest {
  private static Optional<String> rejects(LengthRule rule, int characters) {
    Measures measures = new Measures(characters, "en", 1, null, null, SignalValues.of(Map.of()));
    return rule.rejects(measures) ? Optional.of(rule.reason(measures)) : Optional.empty();
  }

  @Test
  void underAtAndOverTheLowerLimit() {
    LengthRule lower = new LengthRule(false, 3);
    assertThat(lower.name()).isEqualTo("too-short");
    assertThat(rejects(lower, 2)).contains("2 characters, at least 3 are asked for");
    assertThat(rejects(lower, 3)).isEmpty();
    assertThat(rejects(lower, 4)).isEmpty();
  }

  @Test
  void underAtAndOverTheUpperLimit() {
    LengthRule upper = new LengthRule(true, 5);
    assertThat(upper.name()).isEqualTo("too-long");
    assertThat(rejects(upper, 4)).isEmpty();
    assertThat(rejects(upper, 5)).isEmpty();
    assertThat(rejects(upper, 6)).contains("6 characters, at most 5 are allowed");
  }
}
