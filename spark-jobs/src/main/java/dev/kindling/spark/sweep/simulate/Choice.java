package dev.kindling.spark.sweep.simulate;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Which way is best on a number of executors: that of the most tokens per second among those that
 * fit; of equal ones the first.
 *
 * @param numExecutors W
 * @param best empty where none fits
 * @param runnerUp the best with another mesh or strategy
 * @param tooLarge what would be faster than the best, but does not fit
 */
public record Choice(
    int numExecutors,
    Optional<Prediction> best,
    Optional<Prediction> runnerUp,
    Optional<Prediction> tooLarge) {

  /** Chooses among the predictions for {@code numExecutors}. */
  public static Choice among(int numExecutors, List<Prediction> predictions) {
    Optional<Prediction> best = fastest(predictions.stream().filter(Prediction::fits).toList());
    Optional<Prediction> runnerUp =
        best.flatMap(
            chosen ->
                fastest(
                    predictions.stream()
                        .filter(Prediction::fits)
                        .filter(each -> !each.candidate().isLike(chosen.candidate()))
                        .toList()));
    double reached = best.map(Prediction::tokensPerSecond).orElse(0.0);
    Optional<Prediction> tooLarge =
        fastest(predictions.stream().filter(each -> !each.fits()).toList())
            .filter(each -> each.tokensPerSecond() > reached);
    return new Choice(numExecutors, best, runnerUp, tooLarge);
  }

  private static Optional<Prediction> fastest(List<Prediction> predictions) {
    Prediction fastest = null;
    for (Prediction each : predictions) {
      if (fastest == null || each.tokensPerSecond() > fastest.tokensPerSecond()) {
        fastest = each;
      }
    }
    return Optional.ofNullable(fastest);
  }

  /** Why there is nothing better: what the runner-up loses by, and what does not fit. */
  public String reason() {
    String lost = runnerUp.map(this::lostBy).orElse(best.isPresent() ? "there is no other" : "");
    String refused =
        tooLarge
            .map(
                each ->
                    (best.isPresent() ? "; faster, but " : "")
                        + each.candidate().describe()
                        + " "
                        + each.refusal().orElseThrow())
            .orElse("");
    return lost + refused;
  }

  private String lostBy(Prediction other) {
    Prediction chosen = best.orElseThrow();
    Map<String, Double> more = new LinkedHashMap<>();
    more.put("compute", other.compute() - chosen.compute());
    more.put("bubble", other.bubble() - chosen.bubble());
    more.put("stragglers", other.straggling() - chosen.straggling());
    more.put("network", other.network() - chosen.network());
    more.put("shuffle", other.shuffle() - chosen.shuffle());
    more.put("scheduling", other.scheduling() - chosen.scheduling());
    Map.Entry<String, Double> most =
        more.entrySet().stream().max(Comparator.comparingDouble(Map.Entry::getValue)).orElseThrow();
    return String.format(
        Locale.ROOT,
        "%s: %.1f %% slower, %s +%s",
        other.candidate().describe(),
        100 * (chosen.tokensPerSecond() / other.tokensPerSecond() - 1),
        most.getKey(),
        Figures.seconds(most.getValue()));
  }
}
