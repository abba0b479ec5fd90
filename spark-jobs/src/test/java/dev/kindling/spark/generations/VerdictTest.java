package dev.kindling.spark.generations;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictTest {
  @Test
  void everyModelIsComparedWithTheBestBeforeItWhateverTheOrderOfTheRows() {
    Verdict verdict =
        Verdict.of(
            List.of(
                row("gpt", 1.5), row("ngram", 2.0), row("lstm", 1.75), row("feedforward", 1.9)));

    assertThat(verdict.lines())
        .containsExactly(
            "feedforward predicts better than ngram, the best before it, by 0.1000 bits per byte",
            "lstm predicts better than feedforward, the best before it, by 0.1500 bits per byte",
            "gpt predicts better than lstm, the best before it, by 0.2500 bits per byte",
            "The order of history comes out: every model predicts better than all before it.");
  }

  @Test
  void whereHistorysOrderDoesNotComeOutItSaysSo() {
    Verdict verdict =
        Verdict.of(
            List.of(row("ngram", 1.5), row("feedforward", 2.0), row("lstm", 1.4), row("gpt", 1.6)));

    assertThat(verdict.lines())
        .containsExactly(
            "feedforward predicts worse than ngram, the best before it, by 0.5000 bits per byte",
            "lstm predicts better than ngram, the best before it, by 0.1000 bits per byte",
            "gpt predicts worse than lstm, the best before it, by 0.2000 bits per byte",
            "The order of history does not come out on this corpus and budget: feedforward, gpt are"
                + " no better than what was there before.");
  }

  @Test
  void whatTheTableShowsAsEqualIsNoStep() {
    Verdict verdict = Verdict.of(List.of(row("ngram", 1.5), row("lstm", 1.49999)));

    assertThat(verdict.steps()).singleElement().matches(step -> !step.isBetter());
    assertThat(verdict.lines())
        .startsWith("lstm predicts no better than ngram, the best before it")
        .last()
        .asString()
        .contains("lstm is no better");
  }

  @Test
  void wordVectorsAreNoPartOfIt() {
    assertThat(Verdict.of(List.of(row("ngram", 1.5), row("word2vec", null))).lines())
        .containsExactly("There are no two models that predict: nothing to compare.");
  }

  private static ModelRow row(String model, Double bitsPerByte) {
    return new ModelRow(model, "", 1, 1, 1.0, 1.0, bitsPerByte, bitsPerByte, bitsPerByte);
  }
}
