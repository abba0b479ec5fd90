package dev.kindling.data.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SignalCatalogueTest {
  @Test
  void everySignalIsFoundByItsSnakeCaseName() {
    for (Signal signal : SignalCatalogue.signals()) {
      assertThat(signal.signalName()).matches("[a-z][a-z0-9]*(_[a-z0-9]+)*");
      assertThat(SignalCatalogue.require(signal.signalName())).isEqualTo(signal);
      assertThat(signal.description()).isNotBlank().doesNotContain("\n");
    }
  }

  @Test
  void anUnknownSignalIsAnErrorThatNamesTheNearest() {
    assertThatThrownBy(() -> SignalCatalogue.require("dup_line_fractions"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("did you mean 'dup_line_fraction'?");
    assertThatThrownBy(() -> SignalCatalogue.require("top_2gram_char_fraction"))
        .hasMessageContaining("did you mean 'top_2_gram_char_fraction'?");
  }

  @Test
  void theDistanceCountsInsertionsDeletionsAndSubstitutions() {
    assertThat(UnknownName.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(UnknownName.distance("", "abc")).isEqualTo(3);
    assertThat(UnknownName.distance("abc", "abc")).isZero();
  }

  @Test
  void aSignalThatWasNotMeasuredHasNoValue() {
    SignalValues values = SignalValues.of(Map.of(Signal.STOP_WORDS, 3.0));
    assertThat(values.get(Signal.STOP_WORDS)).isEqualTo(3);
    assertThatThrownBy(() -> values.get(Signal.WORDS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("words was not measured");
  }
}
