package dev.kindling.spark.score.mode;

import dev.kindling.model.predict.CausalModel;
import dev.kindling.model.score.RollingLikelihood;
import dev.kindling.spark.score.executor.ScoringModel;
import dev.kindling.spark.score.plan.ScorePlan;
import dev.kindling.spark.score.plan.UnscorableException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.apache.spark.sql.Row;

/**
 * Whole texts. The first token is conditioned on the token that ends a document. Where the
 * vocabulary has none, nothing can stand before the first token, and it gets the probability 1/V,
 * so that the sum is still a probability of the whole text.
 */
final class RollingRows implements RowScorer<RowText> {
  private final ScorePlan plan;
  private final ScoringModel model;
  private final OptionalInt endOfText;
  private final RollingLikelihood likelihood;

  RollingRows(ScorePlan plan, ScoringModel model) {
    this.plan = plan;
    this.model = model;
    this.endOfText = model.tokenizer().endOfTextId();
    int contextLength = Budget.contextLength(plan, model);
    int stride = plan.score().stride() > 0 ? plan.score().stride() : defaultStride(contextLength);
    this.likelihood =
        new RollingLikelihood(model.causal(), Budget.maxTokens(plan, model), contextLength, stride);
  }

  /** The model's own, as long as the windows are as long as it takes. */
  private int defaultStride(int contextLength) {
    CausalModel causal = model.causal();
    int overlap = causal.contextLength() - causal.defaultStride();
    return Math.max(1, contextLength - overlap);
  }

  @Override
  public RowText read(Row row) throws UnscorableException {
    return RowText.read(row, plan.score().columns().text(), plan, model);
  }

  @Override
  public long numTokens(RowText text) {
    return text.ids().length;
  }

  @Override
  public List<Object[]> score(List<RowText> texts) {
    double[] sums = likelihood.score(texts.stream().map(this::sequence).toList());
    List<Object[]> results = new ArrayList<>();
    for (int i = 0; i < sums.length; i++) {
      results.add(values(texts.get(i), sums[i]));
    }
    return results;
  }

  private int[] sequence(RowText text) {
    if (endOfText.isEmpty()) {
      return text.ids();
    }
    int[] sequence = new int[text.ids().length + 1];
    sequence[0] = endOfText.getAsInt();
    System.arraycopy(text.ids(), 0, sequence, 1, text.ids().length);
    return sequence;
  }

  /** An empty text has no bits per byte and no perplexity. */
  private Object[] values(RowText text, double windowed) {
    long numTokens = text.ids().length;
    boolean hasUnconditioned = endOfText.isEmpty() && numTokens > 0;
    double logLikelihood =
        windowed - (hasUnconditioned ? Math.log(model.tokenizer().vocabSize()) : 0);
    return new Object[] {
      text.bytes(),
      numTokens,
      logLikelihood,
      text.bytes() == 0 ? null : (Object) (-logLikelihood / (text.bytes() * Math.log(2))),
      numTokens == 0 ? null : (Object) Math.exp(-logLikelihood / numTokens)
    };
  }
}
