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
  /** Whose vectors are held at once, however long a text is. */
  private static final int MOST_WINDOWS = 4096;

  private final ScorePlan plan;
  private final ScoringModel model;
  private final Framing framing;
  private final Embedder embedder;

  EmbeddingRows(ScorePlan plan, ScoringModel model) {
    this.plan = plan;
    this.model = model;
    this.framing = Framing.of(model, Budget.contextLength(plan, model));
    this.embedder = new Embedder(model.encoder(), Budget.maxTokens(plan, model));
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
    List<WeightedMean> means = new ArrayList<>();
    List<Part> parts = new ArrayList<>();
    for (RowText text : texts) {
      WeightedMean mean = new WeightedMean(model.encoder().width());
      means.add(mean);
      int last = framing.numWindows(text.ids().length) - 1;
      int first = plan.score().pooling() == Pooling.LAST ? last : 0;
      int end = plan.score().pooling() == Pooling.FIRST ? 1 : last + 1;
      for (int i = first; i < end; i++) {
        parts.add(new Part(framing.window(text.ids(), i), mean));
        if (parts.size() == MOST_WINDOWS) {
          embed(parts);
        }
      }
    }
    embed(parts);
    List<Object[]> results = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      float[] vector = means.get(i).toFloats();
      if (plan.score().normalize()) {
        Embedder.normalizeInPlace(vector);
      }
      results.add(new Object[] {(long) texts.get(i).ids().length, boxed(vector)});
    }
    return results;
  }

  private void embed(List<Part> parts) {
    List<float[]> vectors =
        embedder.embed(parts.stream().map(Part::window).toList(), plan.score().pooling());
    for (int i = 0; i < vectors.size(); i++) {
      Part part = parts.get(i);
      part.mean().add(vectors.get(i), part.window().length);
    }
    parts.clear();
  }

  /** A window of a text, and where its vector belongs. */
  // The array is payload of a record that is never compared.
  @SuppressWarnings("ArrayRecordComponent")
  private record Part(int[] window, WeightedMean mean) {}

  private static final class WeightedMean {
    private final double[] sums;
    private double weights;

    WeightedMean(int width) {
      sums = new double[width];
    }

    void add(float[] vector, double weight) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += weight * vector[i];
      }
      weights += weight;
    }

    float[] toFloats() {
      float[] mean = new float[sums.length];
      for (int i = 0; i < mean.length; i++) {
        mean[i] = (float) (sums[i] / weights);
      }
      return mean;
    }
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
