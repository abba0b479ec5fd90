package dev.kindling.spark.generations;

import dev.kindling.spark.config.Generation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Whether the order of history is that of quality: every model that predicts against the best one
 * before it.
 *
 * @param steps from the second such model on
 */
public record Verdict(List<Step> steps) {
  /** Differences that the table would not show are none. */
  private static final double LEAST_DIFFERENCE = 5e-5;

  /**
   * One model after another.
   *
   * @param model the later one
   * @param best the best one before it
   * @param gain bits per byte that it needs less
   */
  public record Step(String model, String best, double gain) {
    /** Whether it predicts better than everything before it. */
    public boolean isBetter() {
      return gain >= LEAST_DIFFERENCE;
    }

    /** In words. */
    public String line() {
      String difference = String.format(Locale.ROOT, "%.4f bits per byte", Math.abs(gain));
      if (isBetter()) {
        return model + " predicts better than " + best + ", the best before it, by " + difference;
      }
      if (gain <= -LEAST_DIFFERENCE) {
        return model + " predicts worse than " + best + ", the best before it, by " + difference;
      }
      return model + " predicts no better than " + best + ", the best before it";
    }
  }

  /** Keeps an unmodifiable copy. */
  public Verdict {
    steps = List.copyOf(steps);
  }

  /**
   * Of a table.
   *
   * @param rows in any order; those that predict nothing are left out
   */
  public static Verdict of(List<ModelRow> rows) {
    List<Step> steps = new ArrayList<>();
    ModelRow best = null;
    for (Generation generation : Generation.values()) {
      for (ModelRow row : rows) {
        if (row.model().equals(generation.toString()) && row.bitsPerByte() != null) {
          if (best != null) {
            steps.add(new Step(row.model(), best.model(), best.bitsPerByte() - row.bitsPerByte()));
          }
          best = best == null || row.bitsPerByte() < best.bitsPerByte() ? row : best;
        }
      }
    }
    return new Verdict(steps);
  }

  /** A line for every step, and what they say together. */
  public List<String> lines() {
    if (steps.isEmpty()) {
      return List.of("There are no two models that predict: nothing to compare.");
    }
    List<String> lines = new ArrayList<>(steps.stream().map(Step::line).toList());
    List<String> behind = steps.stream().filter(step -> !step.isBetter()).map(Step::model).toList();
    lines.add(
        behind.isEmpty()
            ? "The order of history comes out: every model predicts better than all before it."
            : "The order of history does not come out on this corpus and budget: "
                + String.join(", ", behind)
                + (behind.size() == 1 ? " is" : " are")
                + " no better than what was there before.");
    return lines;
  }
}
