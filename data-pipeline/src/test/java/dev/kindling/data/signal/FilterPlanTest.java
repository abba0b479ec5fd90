package dev.kindling.data.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.InvalidInputException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class FilterPlanTest {
  private static SignalValues with(Signal signal, double value) {
    SignalValues values = new SignalValues();
    values.set(signal, value);
    return values;
  }

  static List<String> presets() {
    return FilterPlan.presets();
  }

  @ParameterizedTest
  @MethodSource("presets")
  void everyRulePassesAtItsThresholdAndFailsJustBeyondIt(String preset) {
    for (FilterRule rule : FilterPlan.preset(preset).rules()) {
      boolean above = rule.comparison() == Comparison.GREATER;
      double at = rule.threshold();
      assertThat(rule.fails(with(rule.signal(), at))).as("%s", rule).isFalse();
      assertThat(rule.fails(with(rule.signal(), Math.nextUp(at)))).as("%s", rule).isEqualTo(above);
      assertThat(rule.fails(with(rule.signal(), Math.nextDown(at))))
          .as("%s", rule)
          .isEqualTo(!above);
    }
  }

  @ParameterizedTest
  @CsvSource({"<, true, false, false", "<=, true, true, false", ">, false, false, true"})
  void comparisonsHold(String sign, boolean under, boolean at, boolean over) {
    FilterRule rule = FilterRule.where("words " + sign + " 10");
    assertThat(rule.fails(with(Signal.WORDS, 9))).isEqualTo(under);
    assertThat(rule.fails(with(Signal.WORDS, 10))).isEqualTo(at);
    assertThat(rule.fails(with(Signal.WORDS, 11))).isEqualTo(over);
  }

  @Test
  void greaterOrEqualHoldsAtAndOver() {
    FilterRule rule = FilterRule.where("words>=10.0");
    assertThat(rule.fails(with(Signal.WORDS, 9))).isFalse();
    assertThat(rule.fails(with(Signal.WORDS, 10))).isTrue();
    assertThat(rule.condition()).isEqualTo("words >= 10");
    assertThat(FilterRule.where("digit_fraction > 2.5e-2").threshold()).isEqualTo(0.025);
  }

  @Test
  void theOrderOfThePresetsIsAsPublished() {
    assertThat(FilterPlan.preset("gopher-repetition").rules())
        .extracting(FilterRule::name)
        .containsExactly(
            "dup_para_frac",
            "dup_para_char_frac",
            "dup_line_frac",
            "dup_line_char_frac",
            "top_2_gram",
            "top_3_gram",
            "top_4_gram",
            "duplicated_5_n_grams",
            "duplicated_6_n_grams",
            "duplicated_7_n_grams",
            "duplicated_8_n_grams",
            "duplicated_9_n_grams",
            "duplicated_10_n_grams");
    assertThat(FilterPlan.preset("gopher-quality").rules()).hasSize(10);
    assertThat(FilterPlan.preset("c4").rules()).hasSize(3);
    assertThat(FilterPlan.preset("fineweb-quality").rules()).hasSize(5);
  }

  @Test
  void nothingFailsTheRulesThatAskForSomething() {
    FilterPlan plan = FilterPlan.preset("gopher-quality").then(FilterPlan.preset("c4"));
    SignalValues nothing = TextSignals.compute("", "en");
    assertThat(plan.rules().stream().filter(rule -> rule.fails(nothing)))
        .extracting(FilterRule::name)
        .containsExactly(
            "gopher_short_doc",
            "gopher_below_avg_threshold",
            "gopher_below_alpha_threshold",
            "gopher_enough_stop_words",
            "too_few_sentences");
  }

  @Test
  void aThresholdIsReplacedByNameAndTheOrderStays() {
    FilterPlan plan = FilterPlan.preset("c4");
    FilterPlan lenient = plan.withThreshold("too_few_sentences", 3);
    assertThat(lenient.rules().get(2).fails(with(Signal.C4_SENTENCES, 3))).isFalse();
    assertThat(plan.rules().get(2).fails(with(Signal.C4_SENTENCES, 3))).isTrue();
    assertThat(lenient.rules())
        .extracting(FilterRule::name)
        .containsExactly("lorem_ipsum", "curly_bracket", "too_few_sentences");
  }

  @Test
  void whatCannotBeIsAnErrorThatSuggests() {
    assertThatThrownBy(() -> FilterPlan.preset("gopher_quality"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("did you mean 'gopher-quality'?");
    assertThatThrownBy(() -> FilterPlan.preset("c4").withThreshold("too_few_sentence", 3))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("did you mean 'too_few_sentences'?");
    assertThatThrownBy(() -> FilterRule.where("word < 3"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("did you mean 'words'?");
    assertThatThrownBy(() -> FilterRule.where("words =< 3"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("unknown comparison '=<'");
  }

  @Test
  void badRulesAreRefused() {
    assertThatThrownBy(() -> FilterRule.where("words"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("such as digit_fraction > 0.2");
    assertThatThrownBy(() -> FilterRule.where("words < many"))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> new FilterRule(" ", Signal.WORDS, Comparison.LESS, 3))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> new FilterRule("rule", Signal.WORDS, Comparison.LESS, Double.NaN))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> FilterPlan.preset("c4").then(FilterPlan.preset("c4")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("two filter rules are named 'lorem_ipsum'");
    assertThatThrownBy(() -> new FilterPlan(List.of()).withThreshold("rule", 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("a plan without rules");
  }

  @Test
  void aPlanOfAllPresetsHasNamesOfItsOwn() {
    FilterPlan all = new FilterPlan(List.of());
    for (String preset : FilterPlan.presets()) {
      all = all.then(FilterPlan.preset(preset));
    }
    assertThat(all.rules()).hasSize(13 + 10 + 3 + 5 + 21);
  }
}
