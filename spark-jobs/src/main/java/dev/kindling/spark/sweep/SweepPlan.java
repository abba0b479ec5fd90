package dev.kindling.spark.sweep;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.objective.Objective;
import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.config.Setting;
import dev.kindling.spark.sweep.cluster.Scaling;
import dev.kindling.spark.train.PlannedMemory;
import dev.kindling.spark.train.RunObjective;
import dev.kindling.spark.train.TrainingPlan;
import dev.kindling.spark.train.TrainingRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/**
 * A sweep with every run resolved and checked, before the first one starts.
 *
 * @param tokens the token shards that all runs train on
 * @param tokensFingerprint of these
 * @param scaling what becomes of the batch where the number of replicas varies
 * @param base everything that a run has which sets nothing differently
 * @param runs in the order of the sweep
 */
public record SweepPlan(
    org.apache.hadoop.fs.Path tokens,
    String tokensFingerprint,
    Scaling scaling,
    RunConfig base,
    List<PlannedRun> runs) {
  /** Keeps an unmodifiable copy. */
  public SweepPlan {
    runs = List.copyOf(runs);
  }

  /**
   * Resolves every run: over the defaults lies {@code file}, over that what the sweep has in
   * common, over that {@code options}, and over that what the run sets.
   *
   * <p>A run of W replicas and D tokens takes D / (b T W) steps, rounded up, where T are the tokens
   * of a sequence and b the sequences of a replica's batch. Scaling decides on b: strong keeps the
   * base's global batch, so that b is {@code training.batchSize * parallel.dataParallel / W}; weak
   * keeps {@code training.batchSize}. D is what {@code tokens} says, or else what the run would see
   * with the base's number of replicas: the same for every W.
   *
   * @throws InvalidInputException if a run cannot be trained, naming it
   */
  public static SweepPlan of(
      Configuration hadoop,
      org.apache.hadoop.fs.Path tokens,
      SweepSpec spec,
      Optional<Path> file,
      List<String> options) {
    Manifest manifest = Manifest.require(hadoop, tokens, "tokens");
    List<Setting> shared = new ArrayList<>(spec.common());
    shared.addAll(Setting.ofOptions(options));
    Resolver resolver =
        new Resolver(
            hadoop,
            tokens,
            manifest.details().path("vocabSize").intValue(),
            spec.scaling(),
            file,
            shared);
    List<PlannedRun> runs = new ArrayList<>();
    for (Combination combination : spec.combinations()) {
      try {
        runs.add(resolver.resolve(combination));
      } catch (InvalidInputException e) {
        throw e.in("run " + (runs.size() + 1) + " (" + combination.text() + ")");
      }
    }
    return new SweepPlan(
        tokens, manifest.fingerprint(), spec.scaling(), ConfigLoader.loadWith(file, shared), runs);
  }

  /** What must stay the same when a sweep is gone on with, by full key. */
  ObjectNode fixed() {
    ObjectNode fixed = PlannedRun.decisive(base);
    fixed.put("scaling", scaling.toString());
    fixed.put("tokens", tokensFingerprint);
    return fixed;
  }

  /** 6 N D of all runs. */
  public double flops() {
    return runs.stream().mapToDouble(PlannedRun::flops).sum();
  }

  /** Makes runs of combinations. */
  private record Resolver(
      Configuration hadoop,
      org.apache.hadoop.fs.Path tokens,
      int vocabSize,
      Scaling scaling,
      Optional<Path> file,
      List<Setting> shared) {

    PlannedRun resolve(Combination combination) {
      RunConfig given = load(combination, List.of());
      ArchitectureConfig model = given.model().transformerFor(vocabSize);
      Objective objective = RunObjective.of(hadoop, tokens, model, given.objective());
      int sequence = RunObjective.tokensPerSample(objective);

      int baseReplicas = given.parallel().dataParallel();
      int replicas =
          combination.number(Combination.REPLICAS).map(Math::toIntExact).orElse(baseReplicas);
      long globalBatch = (long) given.training().batchSize() * baseReplicas;
      long batch =
          switch (scaling) {
            case STRONG -> divided(globalBatch, replicas);
            case WEAK -> given.training().batchSize();
          };
      long tokensAsked =
          combination
              .number(Combination.TOKENS)
              .orElse(given.training().steps() * globalBatch * sequence);
      long tokensPerStep = batch * replicas * sequence;
      long steps = (tokensAsked + tokensPerStep - 1) / tokensPerStep;

      RunConfig config =
          load(
              combination,
              List.of(
                  derived(Combination.REPLICAS_KEY, replicas),
                  derived("training.batchSize", batch),
                  derived(Combination.STEPS_KEY, steps)));
      TrainingRun.requireValid(hadoop, TrainingPlan.of(config, tokens, tokens));
      return new PlannedRun(
          combination,
          config,
          tokensAsked,
          steps * tokensPerStep,
          model.numParameters(),
          model.numNonEmbeddingParameters(),
          new PlannedMemory(
                  model, objective, config.training(), config.parallel(), config.dataParallelism())
              .run()
              .rank()
              .total());
    }

    private RunConfig load(Combination combination, List<Setting> derived) {
      List<Setting> settings = new ArrayList<>(shared);
      settings.addAll(combination.ofConfiguration());
      settings.addAll(derived);
      return ConfigLoader.loadWith(file, settings);
    }

    private static Setting derived(String key, long value) {
      return new Setting("as it follows:", key, String.valueOf(value));
    }

    private static long divided(long globalBatch, int replicas) {
      if (globalBatch % replicas != 0) {
        throw new InvalidInputException(
            "replicas is "
                + replicas
                + ", but the global batch (training.batchSize x parallel.dataParallel of the"
                + " configuration) is "
                + globalBatch
                + " sequences",
            "with strong scaling, numbers of replicas that divide the global batch",
            "choose another training.batchSize, or --scaling weak");
      }
      return globalBatch / replicas;
    }
  }
}
