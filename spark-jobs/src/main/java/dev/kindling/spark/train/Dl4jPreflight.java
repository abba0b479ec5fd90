package dev.kindling.spark.train;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.config.DataParallelismConfig;
import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import dev.kindling.spark.config.DataParallelismConfig.Mode;
import dev.kindling.spark.config.DataParallelismConfig.PseudoGradients;
import dev.kindling.spark.config.TrainingConfig;
import dev.kindling.spark.config.TrainingConfig.OnNonFinite;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Whether DL4J's averaging is asked for what it can do, and who needs it has it. */
final class Dl4jPreflight {
  private Dl4jPreflight() {}

  /**
   * Looks at model and settings together.
   *
   * @throws InvalidInputException naming every setting that has to be another
   */
  static void require(TrainingPlan plan, ModelShape model) {
    boolean isNetwork = !(model instanceof ArchitectureConfig);
    if (plan.dataParallelism().mode() != Mode.DL4J) {
      if (isNetwork) {
        throw new InvalidInputException(
            "model.architecture is "
                + plan.model().architecture()
                + ", but dataParallelism.mode is "
                + plan.dataParallelism().mode(),
            "mode dl4j, because the network is made of DL4J's layers",
            "set dataParallelism.mode=dl4j and dataParallelism.innerState=average");
      }
      return;
    }
    if (!isNetwork && !(model instanceof GptConfig) && !(model instanceof BertConfig)) {
      throw new InvalidInputException(
          "model.architecture is "
              + plan.model().architecture()
              + " with dataParallelism.mode dl4j",
          "gpt, bert, or a network of DL4J's layers",
          "set dataParallelism.mode=averaging");
    }
    Map<String, String> needed = needed(plan);
    if (isNetwork) {
      needed.putAll(neededByNetworks(plan.training(), plan.parallel().microBatches()));
    }
    if (!needed.isEmpty()) {
      throw new InvalidInputException(
          "dataParallelism.mode is dl4j, which does not go with " + keys(needed),
          "plain averages of the parameters and moments of whole replicas",
          "set "
              + needed.entrySet().stream()
                  .map(setting -> setting.getKey() + "=" + setting.getValue())
                  .collect(Collectors.joining(", ")));
    }
  }

  private static String keys(Map<String, String> settings) {
    return String.join(", ", settings.keySet()) + " as it is";
  }

  /** Settings that have to be others, with what they have to be. */
  private static Map<String, String> needed(TrainingPlan plan) {
    DataParallelismConfig replicas = plan.dataParallelism();
    Map<String, String> needed = new LinkedHashMap<>();
    put(needed, "dataParallelism.innerState", replicas.innerState(), InnerState.AVERAGE);
    put(needed, "dataParallelism.outer.learningRate", replicas.outer().learningRate(), 1.0);
    put(needed, "dataParallelism.outer.momentum", replicas.outer().momentum(), 0.0);
    put(needed, "dataParallelism.pseudoGradients", replicas.pseudoGradients(), PseudoGradients.F32);
    put(needed, "dataParallelism.elastic", replicas.elastic(), false);
    put(needed, "dataParallelism.asynchronous", replicas.asynchronous(), false);
    put(needed, "parallel.pipelineParallel", plan.parallel().pipelineParallel(), 1);
    put(needed, "parallel.tensorParallel", plan.parallel().tensorParallel(), 1);
    put(needed, "training.onNonFinite", plan.training().onNonFinite(), OnNonFinite.STOP);
    put(needed, "training.skipLossSpikes", plan.training().skipLossSpikes(), 0.0);
    return needed;
  }

  /** DL4J's layers compute in one way. */
  private static Map<String, String> neededByNetworks(TrainingConfig training, int microBatches) {
    Map<String, String> needed = new LinkedHashMap<>();
    put(needed, "training.precision", training.precision(), Precision.F32);
    put(needed, "training.activationCheckpointing", training.activationCheckpointing(), false);
    put(needed, "parallel.microBatches", microBatches, 1);
    return needed;
  }

  private static void put(
      Map<String, String> needed, String setting, Object given, Object expected) {
    if (!given.equals(expected)) {
      needed.put(setting, expected.toString().toLowerCase(Locale.ROOT));
    }
  }
}
