package dev.kindling.spark.score.mode;

import dev.kindling.model.generate.GenerationRequest;
import dev.kindling.model.generate.Generator;
import dev.kindling.model.random.CounterBasedRandom;
import dev.kindling.spark.config.GenerateConfig;
import dev.kindling.spark.generate.StopStrings;
import dev.kindling.spark.score.executor.ScoringModel;
import dev.kindling.spark.score.plan.ScorePlan;
import dev.kindling.spark.score.plan.UnscorableException;
import dev.kindling.spark.score.prompt.Prompts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * What a model writes behind prompts, several at a time. What is drawn is a function of the seed
 * and the prompt: the same prompt gets the same text, whatever else is written with it.
 */
final class GenerationRows implements RowScorer<GenerationRows.Asked> {
  /**
   * What is asked about a row.
   *
   * @param prompts token ids, for every number of shots
   */
  record Asked(List<List<Integer>> prompts) {}

  private final ScorePlan plan;
  private final ScoringModel model;
  private final Prompts prompts;
  private final StopStrings stop;
  private final Generator generator;

  GenerationRows(ScorePlan plan, ScoringModel model, Prompts prompts) {
    this.plan = plan;
    this.model = model;
    this.prompts = prompts;
    this.stop = new StopStrings(model.tokenizer(), plan.generate().stop());
    this.generator =
        new Generator(model.transformer(), plan.generate().sampling(), plan.score().batchSize());
  }

  @Override
  public Asked read(Row row) throws UnscorableException {
    List<List<Integer>> ids = new ArrayList<>();
    for (String prompt : PromptedRows.prompts(row, plan, prompts)) {
      int[] tokens = model.tokenizer().encode(prompt);
      RowText.requireShort(tokens.length, plan);
      ids.add(tokens.length > 0 ? Arrays.stream(tokens).boxed().toList() : beginning());
    }
    return new Asked(ids);
  }

  private List<Integer> beginning() throws UnscorableException {
    if (model.tokenizer().endOfTextId().isEmpty()) {
      throw new UnscorableException(
          "no-context", "the prompt is empty, and the vocabulary has no token to begin with");
    }
    return List.of(model.tokenizer().endOfTextId().getAsInt());
  }

  /** Every new token is a pass of its own. */
  @Override
  public long numTokens(Asked asked) {
    return asked.prompts().stream()
        .mapToLong(prompt -> prompt.size() + plan.generate().maxNewTokens())
        .sum();
  }

  @Override
  public List<Object[]> score(List<Asked> items) {
    GenerateConfig config = plan.generate();
    List<GenerationRequest> requests = new ArrayList<>();
    for (Asked asked : items) {
      for (List<Integer> prompt : asked.prompts()) {
        requests.add(
            new GenerationRequest(
                prompt,
                config.maxNewTokens(),
                model.tokenizer().endOfTextId(),
                config.seed(),
                CounterBasedRandom.key(prompt.stream().mapToLong(id -> id).toArray())));
      }
    }
    Iterator<int[]> texts = generator.generate(requests, (text, token) -> {}, stop).iterator();
    List<Object[]> results = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      for (int shots : plan.score().prompt().shots()) {
        results.add(values(shots, texts.next()));
      }
    }
    return results;
  }

  private Object[] values(int shots, int[] tokens) {
    String text = model.tokenizer().decode(tokens);
    return new Object[] {shots, stop.cut(text), (long) tokens.length, endedBy(text, tokens.length)};
  }

  private String endedBy(String text, int numTokens) {
    if (stop.isIn(text)) {
      return "stop";
    }
    return numTokens == plan.generate().maxNewTokens() ? "length" : "end-of-text";
  }
}
