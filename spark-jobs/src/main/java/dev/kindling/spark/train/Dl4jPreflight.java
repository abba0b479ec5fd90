package dev.kindling.spark.train;

import dev.kindling.data.InvalidInputException;
import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.BertConfig;
import dev.kindling.model.arch.GptConfig;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.config.DataParallelismConfig;
import dev.kindling.spark.config.DataParallelismConfig.InnerState;
import dev.kindling.spark.config.DataParallelismConfig.Mode;
import dev.kindling.spark.config.DataParallelismConfig.PseudoGradients;
import dev.kindling.spark.config.TrainingConfig;
import dev.kindling.spark.config.TrainingConfig.OnNonFinite;
import dev.kindling.spark.report.Words;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.network.util.JavaUtils;

/** Whether DL4J's averaging is asked for what it can do, and who needs it has it. */
final class Dl4jPreflight {
  private static final String BUFFER = "spark.kryoserializer.buffer.max";
  private static final String RESULTS = "spark.driver.maxResultSize";
  private static final long MOST_BUFFER = 2047L << 20;

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
    // DL4J's vectors lie on the host; of GPUs it knows those of ND4J's own CUDA.
    if (plan.training().backend().equals(Backends.CUDA)) {
      needed.put("training.backend", Backends.ONEDNN);
    }
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

  /**
   * Checks that the driver may be sent what workers have learned: parameters and moments as one
   * object each, summed up in a tree of two levels.
   *
   * @param numParameters P
   * @param numMoments of the optimiser
   * @throws InvalidInputException naming Spark's setting that forbids it
   */
  static void requireSendable(long numParameters, int numMoments, int numReplicas, SparkConf conf) {
    long bytes = numParameters * Float.BYTES * (1 + numMoments);
    long most = JavaUtils.byteStringAsBytes(conf.get(BUFFER, "64m"));
    if (bytes > most) {
      throw new InvalidInputException(
          "parameters and moments are " + Words.bytes(bytes) + ", but " + BUFFER + " is " + most,
          "as much, because DL4J's workers send them as one object; 2047m is the most there is",
          bytes > MOST_BUFFER
              ? "set dataParallelism.mode=averaging, or choose a smaller model"
              : "set --conf " + BUFFER + "=2047m");
    }
    long results = bytes * numResults(numReplicas);
    long mostResults = JavaUtils.byteStringAsBytes(conf.get(RESULTS, "1g"));
    if (mostResults > 0 && results > mostResults) {
      throw new InvalidInputException(
          "the driver would be sent "
              + Words.bytes(results)
              + " in every round, but "
              + RESULTS
              + " is "
              + Words.bytes(mostResults),
          "as much, because DL4J averages on the driver",
          "set --conf "
              + RESULTS
              + "="
              + (results / (1 << 20) + 1)
              + "m, with a driver that has the"
              + " memory, or dataParallelism.mode=averaging");
    }
  }

  /** Sums that reach the driver: as Spark's treeAggregate counts, of depth 2. */
  private static int numResults(int numReplicas) {
    int scale = Math.max(2, (int) Math.ceil(Math.sqrt(numReplicas)));
    int number = numReplicas;
    while (number > scale + (number + scale - 1) / scale) {
      number /= scale;
    }
    return number;
  }
}
