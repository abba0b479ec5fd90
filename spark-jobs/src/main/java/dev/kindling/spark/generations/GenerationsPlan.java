package dev.kindling.spark.generations;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.model.optim.OptimizerConfig;
import dev.kindling.spark.config.Architecture;
import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.config.Generation;
import dev.kindling.spark.config.GenerationsConfig;
import dev.kindling.spark.config.GenerationsConfig.Recipe;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.config.Setting;
import dev.kindling.spark.config.SettingValues;
import dev.kindling.spark.train.TrainingPlan;
import dev.kindling.spark.train.TrainingRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.hadoop.conf.Configuration;

/**
 * All models with their sizes and settings, checked before the first one is trained.
 *
 * @param tokens the token shards that all of them are trained on
 * @param tokensFingerprint of these
 * @param heldOut the text that all of them predict
 * @param base what they have in common
 * @param models in the order of history
 */
public record GenerationsPlan(
    org.apache.hadoop.fs.Path tokens,
    String tokensFingerprint,
    HeldOut heldOut,
    RunConfig base,
    List<PlannedModel> models) {
  /** Keeps an unmodifiable copy. */
  public GenerationsPlan {
    models = List.copyOf(models);
  }

  /**
   * Sizes every model: over the defaults lies {@code file}, over that {@code options}, and over
   * that what follows from the budget.
   *
   * @throws InvalidInputException if a model cannot be trained, naming it, or if the narrowest one
   *     is over the budget, naming the least that is enough for all
   */
  public static GenerationsPlan of(
      Configuration hadoop,
      org.apache.hadoop.fs.Path tokens,
      Optional<Path> file,
      List<String> options) {
    Manifest manifest = Manifest.require(hadoop, tokens, "tokens");
    RunConfig base = ConfigLoader.load(file, options);
    Planner planner =
        new Planner(
            hadoop,
            tokens,
            manifest.details().path("vocabSize").intValue(),
            manifest.details().at("/splits/train/tokens").longValue(),
            file,
            Setting.ofOptions(options),
            base);
    List<Generation> generations =
        Arrays.stream(Generation.values()).filter(base.generations().models()::contains).toList();
    planner.requireBudget(generations);
    List<PlannedModel> models = generations.stream().map(planner::plan).toList();
    return new GenerationsPlan(
        tokens, manifest.fingerprint(), HeldOut.of(manifest.details()), base, models);
  }

  /** The budgets and recipes. */
  public GenerationsConfig budget() {
    return base.generations();
  }

  /** What must stay the same when the work is gone on with, by full key. */
  ObjectNode fixed() {
    ObjectNode fixed = Manifest.newDetails();
    fixed.put("seed", base.seed());
    SettingValues.add(fixed, "ngram", base.ngram());
    SettingValues.add(fixed, "word2vec", base.word2vec());
    SettingValues.add(fixed, "model", base.model());
    SettingValues.add(fixed, "training", base.training());
    SettingValues.add(fixed, "parallel", base.parallel());
    SettingValues.add(fixed, "dataParallelism", base.dataParallelism());
    SettingValues.add(fixed, "generations", base.generations());
    fixed.remove(List.of("generations.models", "parallel.timeoutSeconds"));
    fixed.put("tokens", tokensFingerprint);
    return fixed;
  }

  /** Makes models of generations. */
  private record Planner(
      Configuration hadoop,
      org.apache.hadoop.fs.Path tokens,
      int vocabSize,
      long trainTokens,
      Optional<Path> file,
      List<Setting> shared,
      RunConfig base) {

    PlannedModel plan(Generation generation) {
      if (generation.architecture().isEmpty()) {
        long read =
            generation == Generation.NGRAM
                ? trainTokens
                : trainTokens * base.word2vec().iterations();
        return new PlannedModel(generation, base, OptionalLong.empty(), read);
      }
      try {
        Width width = width(generation);
        RunConfig config = load(generation, width.within(base.generations().parameters()));
        TrainingRun.requireValid(hadoop, TrainingPlan.of(config, tokens, tokens));
        return new PlannedModel(
            generation,
            config,
            OptionalLong.of(config.model().forVocabulary(vocabSize).numParameters()),
            config.training().steps() * tokensPerStep());
      } catch (InvalidInputException e) {
        throw e.in(generation.toString());
      }
    }

    void requireBudget(List<Generation> generations) {
      long budget = base.generations().parameters();
      List<String> tooLarge = new ArrayList<>();
      long least = 0;
      for (Generation generation : generations) {
        if (generation.architecture().isPresent()) {
          long parameters = width(generation).leastParameters();
          least = Math.max(least, parameters);
          if (parameters > budget) {
            tooLarge.add(generation + " has at least " + parameters);
          }
        }
      }
      if (!tooLarge.isEmpty()) {
        throw new InvalidInputException(
            "generations.parameters is "
                + budget
                + ", but with a vocabulary of "
                + vocabSize
                + " "
                + String.join(", ", tooLarge),
            "a budget of " + least + " parameters or more, for the narrowest of these models",
            "raise generations.parameters, tokenize with a smaller tokenizer.vocabSize, or leave"
                + " models out of generations.models");
      }
    }

    private Width width(Generation generation) {
      int any = 2 * base.model().numHeads();
      return new Width(load(generation, any).model(), vocabSize);
    }

    private long tokensPerStep() {
      return (long) base.training().batchSize()
          * base.model().contextLength()
          * base.parallel().dataParallel();
    }

    private RunConfig load(Generation generation, int width) {
      Recipe recipe = base.generations().recipe(generation).orElseThrow();
      Architecture architecture = generation.architecture().orElseThrow();
      OptimizerConfig optimizer = base.training().optimizer();
      double end = recipe.learningRate() * optimizer.minLearningRate() / optimizer.learningRate();
      long steps = (base.generations().tokens() + tokensPerStep() - 1) / tokensPerStep();
      List<Setting> settings = new ArrayList<>(shared);
      settings.add(derived(generation, "model.architecture", architecture));
      settings.add(derived(generation, "model.numLayers", recipe.numLayers()));
      settings.add(derived(generation, "model.embeddingSize", width));
      settings.add(derived(generation, "training.steps", steps));
      settings.add(derived(generation, "training.optimizer.decaySteps", 0));
      settings.add(derived(generation, "training.optimizer.learningRate", recipe.learningRate()));
      settings.add(derived(generation, "training.optimizer.minLearningRate", end));
      if (architecture.network().isPresent()) {
        settings.add(derived(generation, "dataParallelism.mode", "dl4j"));
        settings.add(derived(generation, "dataParallelism.innerState", "average"));
      }
      return ConfigLoader.loadWith(file, settings);
    }

    private static Setting derived(Generation generation, String key, Object value) {
      return new Setting("as " + generation + " is trained:", key, value.toString());
    }
  }
}
