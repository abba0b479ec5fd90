package dev.kindling.spark.score.mode;

import dev.kindling.model.score.Continuation;
import dev.kindling.model.score.ContinuationScore;
import dev.kindling.model.score.ContinuationScorer;
import dev.kindling.spark.config.PromptConfig;
import dev.kindling.spark.score.executor.ScoringModel;
import dev.kindling.spark.score.plan.ScorePlan;
import dev.kindling.spark.score.plan.UnscorableException;
import dev.kindling.spark.score.prompt.Choices;
import dev.kindling.spark.score.prompt.Prompts;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * Multiple choice: the answer is the choice that is the likeliest behind the prompt, or the
 * likeliest per character, so that long ones are not at a disadvantage ({@code acc} and {@code
 * acc_norm} of EleutherAI's lm-evaluation-harness). Of equals the first is taken.
 */
final class ChoiceRows implements RowScorer<ChoiceRows.Question> {
  /**
   * What is asked about a row.
   *
   * @param pairs for every number of shots one for every choice
   */
  record Question(Choices choices, List<List<TokenPair>> pairs) {}

  private final ScorePlan plan;
  private final StructType schema;
  private final ScoringModel model;
  private final Prompts prompts;
  private final ContinuationScorer scorer;

  ChoiceRows(ScorePlan plan, StructType schema, ScoringModel model, Prompts prompts) {
    this.plan = plan;
    this.schema = schema;
    this.model = model;
    this.prompts = prompts;
    this.scorer = new ContinuationScorer(model.causal(), Budget.maxTokens(plan, model));
  }

  @Override
  public Question read(Row row) throws UnscorableException {
    Choices choices = Choices.read(row, schema, plan.score().columns());
    PromptConfig config = plan.score().prompt();
    List<List<TokenPair>> pairs = new ArrayList<>();
    for (String prompt : PromptedRows.prompts(row, plan, prompts)) {
      List<TokenPair> ofPrompt = new ArrayList<>();
      for (String choice : choices.texts()) {
        TokenPair pair = TokenPair.encode(prompt, config.answerDelimiter() + choice, model);
        RowText.requireShort(pair.numTokens(), plan);
        ofPrompt.add(pair);
      }
      pairs.add(ofPrompt);
    }
    return new Question(choices, pairs);
  }

  @Override
  public long numTokens(Question question) {
    return question.pairs().stream().flatMap(List::stream).mapToLong(TokenPair::numTokens).sum();
  }

  @Override
  public List<Object[]> score(List<Question> questions) {
    List<Continuation> asked =
        questions.stream()
            .flatMap(question -> question.pairs().stream().flatMap(List::stream))
            .map(TokenPair::continuation)
            .toList();
    Iterator<ContinuationScore> scores = scorer.score(asked).iterator();
    List<Object[]> results = new ArrayList<>();
    for (Question question : questions) {
      for (int i = 0; i < question.pairs().size(); i++) {
        boolean isTruncated = question.pairs().get(i).stream().anyMatch(TokenPair::isTruncated);
        int shots = plan.score().prompt().shots().get(i);
        results.add(values(shots, question.choices(), isTruncated, scores));
      }
    }
    return results;
  }

  private static Object[] values(
      int shots, Choices choices, boolean isTruncated, Iterator<ContinuationScore> scores) {
    double[] sums = new double[choices.texts().size()];
    double[] perCharacter = new double[sums.length];
    List<Double> logLikelihoods = new ArrayList<>();
    for (int i = 0; i < sums.length; i++) {
      String text = choices.texts().get(i);
      sums[i] = scores.next().logLikelihood();
      perCharacter[i] = sums[i] / text.codePointCount(0, text.length());
      logLikelihoods.add(sums[i]);
    }
    int prediction = likeliest(sums);
    int predictionNorm = likeliest(perCharacter);
    return new Object[] {
      shots,
      logLikelihoods.toArray(),
      prediction,
      predictionNorm,
      accuracy(prediction, choices),
      accuracy(predictionNorm, choices),
      isTruncated
    };
  }

  private static Double accuracy(int prediction, Choices choices) {
    if (choices.label().isEmpty()) {
      return null;
    }
    return prediction == choices.label().getAsInt() ? 1.0 : 0.0;
  }

  private static int likeliest(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }
}
