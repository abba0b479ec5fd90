package dev.kindling.spark.score.mode;

import dev.kindling.model.score.MaskedRequest;
import dev.kindling.model.score.PseudoLikelihood;
import dev.kindling.spark.score.executor.ScoringModel;
import dev.kindling.spark.score.plan.ScorePlan;
import dev.kindling.spark.score.plan.UnscorableException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * Texts as an encoder sees them: every token is hidden once, in a window of its own copy of the
 * text. Texts that are longer than a window are cut into several, without overlap.
 */
final class MaskedRows implements RowScorer<RowText> {
  private final ScorePlan plan;
  private final ScoringModel model;
  private final Framing framing;
  private final PseudoLikelihood likelihood;

  MaskedRows(ScorePlan plan, ScoringModel model) {
    this.plan = plan;
    this.model = model;
    this.framing = Framing.of(model, Budget.contextLength(plan, model));
    int mask = model.specialTokens().mask().orElseThrow();
    this.likelihood =
        new PseudoLikelihood(model.transformer(), mask, Budget.maxTokens(plan, model));
  }

  @Override
  public RowText read(Row row) throws UnscorableException {
    return RowText.read(row, plan.score().columns().text(), plan, model);
  }

  /** Every token costs a window. */
  @Override
  public long numTokens(RowText text) {
    int length = text.ids().length;
    return (long) length * Math.min(length, framing.length());
  }

  @Override
  public List<Object[]> score(List<RowText> texts) {
    List<MaskedRequest> requests = new ArrayList<>();
    for (RowText text : texts) {
      for (int i = 0; i < framing.numWindows(text.ids().length); i++) {
        int first = framing.first();
        requests.add(
            new MaskedRequest(
                framing.window(text.ids(), i), first, first + framing.numTokens(text.ids(), i)));
      }
    }
    Iterator<double[]> scores = likelihood.score(requests).iterator();
    List<Object[]> results = new ArrayList<>();
    for (RowText text : texts) {
      long numTokens = text.ids().length;
      double sum = 0;
      for (int i = 0; i < framing.numWindows(text.ids().length); i++) {
        sum += Arrays.stream(scores.next()).sum();
      }
      Object perplexity = numTokens == 0 ? null : (Object) Math.exp(-sum / numTokens);
      results.add(new Object[] {text.bytes(), numTokens, sum, perplexity});
    }
    return results;
  }
}
