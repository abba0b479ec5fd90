package dev.kindling.spark.score.mode;

import dev.kindling.model.score.ContinuationScore;
import dev.kindling.model.score.ContinuationScorer;
import dev.kindling.spark.config.ScoreColumns;
import dev.kindling.spark.score.executor.ScoringModel;
import dev.kindling.spark.score.plan.ScorePlan;
import dev.kindling.spark.score.plan.UnscorableException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;

/** Pairs of a context and what follows it. */
final class ContinuationRows implements RowScorer<TokenPair> {
  private final ScorePlan plan;
  private final ScoringModel model;
  private final ContinuationScorer scorer;

  ContinuationRows(ScorePlan plan, ScoringModel model) {
    this.plan = plan;
    this.model = model;
    this.scorer = new ContinuationScorer(model.causal(), Budget.maxTokens(plan, model));
  }

  @Override
  public TokenPair read(Row row) throws UnscorableException {
    ScoreColumns columns = plan.score().columns();
    String context = RowText.string(row, columns.context());
    String continuation = RowText.string(row, columns.continuation());
    TokenPair pair = TokenPair.encode(context, continuation, model);
    RowText.requireShort(pair.numTokens(), plan);
    return pair;
  }

  @Override
  public long numTokens(TokenPair pair) {
    return pair.numTokens();
  }

  @Override
  public List<Object[]> score(List<TokenPair> pairs) {
    List<ContinuationScore> scores =
        scorer.score(pairs.stream().map(TokenPair::continuation).toList());
    List<Object[]> results = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      results.add(
          new Object[] {
            (long) pairs.get(i).continuation().continuation().length,
            scores.get(i).logLikelihood(),
            scores.get(i).greedy(),
            pairs.get(i).isTruncated()
          });
    }
    return results;
  }
}
