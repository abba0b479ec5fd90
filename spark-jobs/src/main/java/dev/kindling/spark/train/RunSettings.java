package dev.kindling.spark.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.config.SettingValues;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The settings that decide the parameters, under the names that the user knows. A checkpoint
 * carries them, and a run that goes on compares its own:
 *
 * <ul>
 *   <li>what the state is made of (model, noise, tokens, seed, batch, outer optimiser) must be the
 *       same;
 *   <li>the inner optimiser's constants, its schedule, the number of replicas and how they send and
 *       wait, what is left out, the kernels and their precision may be changed from here on: a
 *       continuation is meaningful, but no longer what one run with either setting would give;
 *   <li>{@code training.steps}, evaluation and checkpoint settings are free: a longer run is the
 *       continuation of a shorter one. It is the same as one that was long from the beginning if
 *       the shorter one ended with a whole round and {@code decaySteps} is given: where it is left
 *       at 0, the cosine ends with {@code training.steps}, and more of these change it, which is
 *       said as a change of {@code decaySteps}.
 * </ul>
 */
final class RunSettings {
  private static final String FIXED = "fixed";
  private static final String CHANGEABLE = "changeable";

  /** Settings of training that are fixed, or decide nothing that a checkpoint holds. */
  private static final List<String> NOT_OF_THE_PARAMETERS =
      List.of(
          "training.steps",
          "training.batchSize",
          "training.activationCheckpointing",
          "training.evaluateEverySteps",
          "training.evaluationTokens");

  private static final List<String> CHANGEABLE_OF_AVERAGING =
      List.of(
          "dataParallelism.pseudoGradients",
          "dataParallelism.elastic",
          "dataParallelism.asynchronous",
          "dataParallelism.lateAfter");

  private RunSettings() {}

  static ObjectNode of(TrainingPlan plan, ModelShape model, TokenDirectory tokens) {
    ObjectNode settings = Manifest.newDetails();
    ObjectNode fixed = settings.putObject(FIXED);
    fixed.put("seed", plan.seed());
    fixed.put("tokens", tokens.fingerprint());
    fixed.put("tokenizer", tokens.tokenizerSha256());
    SettingValues.add(fixed, "model", plan.model());
    fixed.put("model.vocabSize", model.vocabSize());
    SettingValues.addObjective(fixed, plan.objective(), plan.model().architecture());
    fixed.put("training.batchSize", plan.training().batchSize());
    SettingValues.add(fixed, "dataParallelism", plan.dataParallelism());
    ObjectNode changeable = settings.putObject(CHANGEABLE);
    CHANGEABLE_OF_AVERAGING.forEach(key -> changeable.set(key, fixed.remove(key)));
    SettingValues.add(changeable, "training", plan.training());
    changeable.remove(NOT_OF_THE_PARAMETERS);
    SettingValues.add(changeable, "parallel", plan.parallel());
    changeable.remove("parallel.timeoutSeconds");
    return settings;
  }

  /**
   * Compares the settings of a run with those of its checkpoint.
   *
   * @return what changed and may change, in words
   * @throws InvalidInputException naming everything that must not change and did
   */
  static List<String> requireCompatible(String checkpoint, ObjectNode before, ObjectNode now) {
    ObjectNode old = defaults();
    before.path(FIXED).fields().forEachRemaining(each -> old.set(each.getKey(), each.getValue()));
    before
        .path(CHANGEABLE)
        .fields()
        .forEachRemaining(each -> old.set(each.getKey(), each.getValue()));
    List<String> forbidden = differences(old, now.path(FIXED));
    if (!forbidden.isEmpty()) {
      throw new InvalidInputException(
          checkpoint + " was trained otherwise: " + String.join("; ", forbidden),
          "the same model, tokens and parallelism as in the run that is gone on with",
          "set them back, or choose another --output for a new run");
    }
    return differences(old, now.path(CHANGEABLE));
  }

  /** What a setting was in a run that was begun before there was such a setting. */
  private static ObjectNode defaults() {
    RunConfig config = ConfigLoader.defaults();
    ObjectNode defaults = Manifest.newDetails();
    SettingValues.add(defaults, "model", config.model());
    SettingValues.add(defaults, "training", config.training());
    SettingValues.add(defaults, "parallel", config.parallel());
    SettingValues.add(defaults, "dataParallelism", config.dataParallelism());
    return defaults;
  }

  private static List<String> differences(JsonNode before, JsonNode now) {
    List<String> differences = new ArrayList<>();
    Iterator<Map.Entry<String, JsonNode>> settings = now.fields();
    while (settings.hasNext()) {
      Map.Entry<String, JsonNode> setting = settings.next();
      String old = before.path(setting.getKey()).asText();
      if (!old.equals(setting.getValue().asText())) {
        differences.add(
            setting.getKey() + " was " + old + " and is " + setting.getValue().asText());
      }
    }
    return differences;
  }
}
