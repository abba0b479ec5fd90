package dev.kindling.spark.sweep;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.config.Setting;
import dev.kindling.spark.config.YamlSource;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What one run of a sweep sets differently. Three of the keys are not of the configuration: {@value
 * #TOKENS}, {@value #REPLICAS} and {@value #LOCAL_STEPS}; the last two are short for keys that are.
 *
 * @param settings by key, in the order in which they were given
 */
public record Combination(Map<String, Setting> settings) {
  /** D, the training tokens of all replicas; becomes {@code training.steps}. */
  public static final String TOKENS = "tokens";

  /** W, short for {@code parallel.dataParallel}; the batch follows by the sweep's scaling. */
  public static final String REPLICAS = "replicas";

  /** H, short for {@code dataParallelism.localSteps}. */
  public static final String LOCAL_STEPS = "localSteps";

  static final String STEPS_KEY = "training.steps";
  static final String REPLICAS_KEY = "parallel.dataParallel";
  static final String LOCAL_STEPS_KEY = "dataParallelism.localSteps";

  /** So that file names stay short. */
  private static final int MAX_NAME = 100;

  /**
   * Checks that no key stands twice.
   *
   * @throws InvalidInputException if one does, or steps and tokens are both given
   */
  static Combination of(List<Setting> settings) {
    Map<String, Setting> byKey = new LinkedHashMap<>();
    for (Setting given : settings) {
      Setting setting = canonical(given);
      if (byKey.put(setting.key(), setting) != null) {
        throw new InvalidInputException(
            setting.source() + " " + setting.key() + " is set twice in one run",
            "one value for every key",
            "take it out of one of the axes");
      }
    }
    if (byKey.containsKey(TOKENS) && byKey.containsKey(STEPS_KEY)) {
      throw new InvalidInputException(
          byKey.get(TOKENS).source() + " both tokens and training.steps are set in one run",
          "one of them: steps follow from tokens",
          "take out training.steps");
    }
    return new Combination(byKey);
  }

  private static Setting canonical(Setting given) {
    return switch (given.key()) {
      case REPLICAS_KEY -> new Setting(given.source(), REPLICAS, given.value());
      case LOCAL_STEPS_KEY -> new Setting(given.source(), LOCAL_STEPS, given.value());
      case TOKENS -> new Setting(given.source(), TOKENS, String.valueOf(count(given)));
      default -> given;
    };
  }

  /** Every choice of the first axis with every choice of the second, and so on. */
  static List<Combination> product(List<List<Combination>> axes) {
    List<Combination> product = List.of(new Combination(Map.of()));
    for (List<Combination> axis : axes) {
      List<Combination> longer = new ArrayList<>();
      for (Combination before : product) {
        axis.forEach(choice -> longer.add(before.with(choice)));
      }
      product = longer;
    }
    return product;
  }

  private Combination with(Combination other) {
    List<Setting> both = new ArrayList<>(settings.values());
    both.addAll(other.settings.values());
    return of(both);
  }

  static void requireDistinct(List<Combination> combinations) {
    Map<String, Integer> seen = new LinkedHashMap<>();
    for (int i = 0; i < combinations.size(); i++) {
      Integer before = seen.put(combinations.get(i).text(), i + 1);
      if (before != null) {
        throw new InvalidInputException(
            "runs " + before + " and " + (i + 1) + " are the same: " + combinations.get(i).text(),
            "every combination once",
            "take one of them out");
      }
    }
  }

  /** {@code model.numLayers=4 tokens=1000000}: what tells this run from others of the sweep. */
  String text() {
    return settings.values().stream()
        .map(setting -> setting.key() + "=" + setting.value())
        .collect(Collectors.joining(" "));
  }

  /** The same as a part of a file's name. */
  String fileName() {
    String name =
        settings.values().stream()
            .map(
                setting ->
                    setting.key().substring(setting.key().lastIndexOf('.') + 1)
                        + "="
                        + setting.value())
            .collect(Collectors.joining("_"))
            .replaceAll("[^A-Za-z0-9._=-]", "-");
    return name.length() <= MAX_NAME ? name : name.substring(0, MAX_NAME);
  }

  /** A whole number above 0, if it is set. */
  Optional<Long> number(String key) {
    return Optional.ofNullable(settings.get(key)).map(Combination::count);
  }

  private static long count(Setting setting) {
    try {
      // YAML reads 1_000_000 as a number, and 1e6 as text.
      String text = YamlSource.parseValue(setting.value()).asText();
      long number = new BigDecimal(text).longValueExact();
      if (number > 0) {
        return number;
      }
      throw notACount(setting, null);
    } catch (ArithmeticException | NumberFormatException e) {
      throw notACount(setting, e);
    }
  }

  private static InvalidInputException notACount(Setting setting, Throwable cause) {
    return new InvalidInputException(
        setting.source() + " " + setting.key() + " is " + setting.value(),
        "a whole number above 0, such as 1000000 or 1e6",
        "correct it",
        cause);
  }

  /** The settings that the configuration knows under these keys. */
  List<Setting> ofConfiguration() {
    return settings.values().stream()
        .filter(setting -> !setting.key().equals(TOKENS) && !setting.key().equals(REPLICAS))
        .map(
            setting ->
                setting.key().equals(LOCAL_STEPS)
                    ? new Setting(setting.source(), LOCAL_STEPS_KEY, setting.value())
                    : setting)
        .toList();
  }
}
