package dev.kindling.spark.score.mode;

import dev.kindling.model.score.Embedder;
import dev.kindling.model.score.Pooling;
import dev.kindling.spark.score.executor.ScoringModel;
import dev.kindling.spark.score.plan.ScorePlan;
import dev.kindling.spark.score.plan.UnscorableException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * Vectors of texts. Of a text that is longer than a window, the first or last window has the token
 * that is asked for, and the mean is over all windows, each by its number of tokens.
 */
final class EmbeddingRows implements RowScorer<RowText> {
  private final ScorePlan plan;
  private final ScoringModel model;
  private final Framing framing;
  private final Embedder embedder;

  EmbeddingRows(ScorePlan plan, ScoringModel model) {
    this.plan = plan;
    this.model = model;
    this.framing = Framing.of(model, Budget.contextLength(plan, model));
    this.embedder = new Embedder(model.model(), Budget.maxTokens(plan, model));
  }

  @Override
  public RowText read(Row row) throws UnscorableException {
    RowText text = RowText.read(row, plan.score().columns().text(), plan, model);
    if (text.ids().length == 0) {
      throw new UnscorableException("empty-text", "a text without tokens has no vector");
    }
    return text;
  }

  @Override
  public long numTokens(RowText text) {
    return text.ids().length;
  }

  @Override
  public List<Object[]> score(List<RowText> texts) {
    List<int[]> windows = new ArrayList<>();
    for (RowText text : texts) {
      int last = framing.numWindows(text.ids().length) - 1;
      switch (plan.score().pooling()) {
        case MEAN -> {
          for (int i = 0; i <= last; i++) {
            windows.add(framing.window(text.ids(), i));
          }
        }
        case FIRST -> windows.add(framing.window(text.ids(), 0));
        case LAST -> windows.add(framing.window(text.ids(), last));
      }
    }
    List<float[]> vectors = embedder.embed(windows, plan.score().pooling());
    List<Object[]> results = new ArrayList<>();
    int first = 0;
    for (RowText text : texts) {
      boolean all = plan.score().pooling() == Pooling.MEAN;
      int count = all ? framing.numWindows(text.ids().length) : 1;
      float[] vector =
          mean(vectors.subList(first, first + count), windows.subList(first, first + count));
      first += count;
      if (plan.score().normalize()) {
        Embedder.normalizeInPlace(vector);
      }
      results.add(new Object[] {(long) text.ids().length, boxed(vector)});
    }
    return results;
  }

  private static float[] mean(List<float[]> vectors, List<int[]> windows) {
    double[] sums = new double[vectors.get(0).length];
    double total = windows.stream().mapToInt(window -> window.length).sum();
    for (int i = 0; i < vectors.size(); i++) {
      double weight = windows.get(i).length / total;
      for (int j = 0; j < sums.length; j++) {
        sums[j] += weight * vectors.get(i)[j];
      }
    }
    float[] mean = new float[sums.length];
    for (int j = 0; j < mean.length; j++) {
      mean[j] = (float) sums[j];
    }
    return mean;
  }

  /** As Spark takes arrays inside of rows. */
  private static Object[] boxed(float[] vector) {
    Object[] values = new Object[vector.length];
    for (int i = 0; i < vector.length; i++) {
      values[i] = vector[i];
    }
    return values;
  }
}
