package dev.kindling.spark.score.prompt;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.random.CounterBasedRandom;
import dev.kindling.model.random.RandomStream;
import dev.kindling.spark.config.PromptConfig;
import dev.kindling.spark.score.plan.UnscorableException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Row;

/**
 * Makes prompts of rows: zero-, one- and few-shot (Brown et al. 2020). Which examples a row gets is
 * a function of the seed and of its id; a prompt with more of them begins with those of the prompt
 * with fewer, so that numbers of examples are compared and not choices of them. A row is never an
 * example for itself.
 */
public final class Prompts implements Serializable {
  private static final long serialVersionUID = 1L;

  private final PromptConfig config;
  private final List<Example> pool;

  /** Parsed once in every task. */
  private transient Template template;

  /**
   * Prompts with examples of a pool.
   *
   * @param pool in an order that is always the same
   * @throws InvalidInputException if it has too few
   */
  public Prompts(PromptConfig config, List<Example> pool) {
    this.config = config;
    this.pool = new ArrayList<>(pool);
    int most = config.mostShots();
    if (most > 0 && pool.size() <= most) {
      throw new InvalidInputException(
          "score.prompt.shots is "
              + config.shots()
              + ", and there are "
              + pool.size()
              + " solved examples",
          "more than " + most + ", since a row is never an example for itself",
          "give --examples a table of solved examples, or ask for fewer shots");
    }
  }

  /** The question of a row. */
  public String question(Row row) throws UnscorableException {
    if (template == null) {
      template = Template.parse(config.template());
    }
    return template.of(row);
  }

  /**
   * The prompts of a question, one for every number of shots.
   *
   * @param id of the row; it may be null if no examples are asked for
   */
  public List<String> of(String id, String question) {
    List<Example> chosen = choose(id);
    List<String> prompts = new ArrayList<>();
    for (int shots : config.shots()) {
      StringBuilder prompt = new StringBuilder(config.description());
      for (Example example : chosen.subList(0, shots)) {
        prompt
            .append(example.question())
            .append(config.answerDelimiter())
            .append(example.answer())
            .append(config.exampleDelimiter());
      }
      prompts.add(prompt.append(question).toString());
    }
    return prompts;
  }

  private List<Example> choose(String id) {
    int most = config.mostShots();
    if (most == 0) {
      return List.of();
    }
    RandomStream draws = new RandomStream(CounterBasedRandom.key(config.seed(), hash(id)));
    Set<Integer> chosen = new LinkedHashSet<>();
    while (chosen.size() < most) {
      int index = draws.nextInt(pool.size());
      if (!pool.get(index).id().equals(id)) {
        chosen.add(index);
      }
    }
    return chosen.stream().map(pool::get).toList();
  }

  /** 64-bit FNV-1a over the characters, which is the same on every machine. */
  private static long hash(String id) {
    long hash = 0xCBF29CE484222325L;
    for (int i = 0; i < id.length(); i++) {
      hash = (hash ^ id.charAt(i)) * 0x100000001B3L;
    }
    return hash;
  }
}
