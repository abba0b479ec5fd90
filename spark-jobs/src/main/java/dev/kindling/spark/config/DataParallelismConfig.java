package dev.kindling.spark.config;

import java.util.Locale;

/**
 * How replicas stay one model: local SGD with an outer optimiser. Parameter averaging (McMahan et
 * al. 2017) and DiLoCo (Douillard et al. 2023) are the same with other constants.
 *
 * @param mode the strategy
 * @param localSteps H, steps of every replica between two averages
 * @param outer what is done with the averaged pseudo-gradient
 * @param innerState what becomes of the replicas' optimiser moments at the end of a round
 * @param pseudoGradients how replicas send what they have learned
 * @param elastic whether a round takes as many replicas as the cluster has slots for, up to {@code
 *     parallel.dataParallel}
 * @param asynchronous whether a round ends without replicas that are late, whose contributions join
 *     a later one
 * @param lateAfter a replica is late that takes longer than so many times what the faster half of
 *     the round's replicas took
 */
public record DataParallelismConfig(
    Mode mode,
    int localSteps,
    Outer outer,
    InnerState innerState,
    PseudoGradients pseudoGradients,
    boolean elastic,
    boolean asynchronous,
    double lateAfter) {

  /** The strategies. */
  public enum Mode {
    /** Rounds of local steps, each followed by an average, as one Spark job per round. */
    AVERAGING,
    /** Gradients are summed up over the replicas in every step. */
    SYNCHRONOUS,
    /**
     * Rounds as {@link #AVERAGING}, by DL4J's {@code ParameterAveragingTrainingMaster}: for
     * networks of DL4J's layers, and for a GPT or BERT as one of them.
     */
    DL4J;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What becomes of the inner optimiser's moments between rounds. */
  public enum InnerState {
    /** Every replica goes on with its own. */
    KEEP,
    /** All replicas go on with the mean. */
    AVERAGE,
    /** All replicas start from zero. */
    RESET;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** In how many bits an element of a replica's pseudo-gradient travels. */
  public enum PseudoGradients {
    /** Exactly: the replica's parameters are sent themselves. */
    F32,
    /** The difference, rounded to bfloat16. */
    BF16,
    /**
     * The difference in 255 levels of the largest magnitude in each block of {@link #BLOCK}
     * elements (Dettmers et al. 2022), as INTELLECT-1 (Jaghouar et al. 2024) sends it.
     */
    INT8;

    /** Elements that share a scale. */
    public static final int BLOCK = 256;

    /** What so many elements take. */
    public long encodedBytes(long numElements) {
      return switch (this) {
        case F32 -> numElements * Float.BYTES;
        case BF16 -> numElements * Short.BYTES;
        case INT8 -> numElements + (numElements + BLOCK - 1) / BLOCK * Float.BYTES;
      };
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * The outer optimiser: SGD on the mean pseudo-gradient.
   *
   * @param learningRate 1 with momentum 0 is plain averaging; DiLoCo's is 0.7
   * @param momentum 0 is none; DiLoCo's is 0.9
   * @param nesterov whether the momentum looks ahead
   */
  public record Outer(double learningRate, double momentum, boolean nesterov) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the value, what was expected and what to change
     */
    public Outer {
      Require.positive("learningRate", learningRate);
      Require.fraction("momentum", momentum);
      if (nesterov && momentum == 0) {
        throw new IllegalArgumentException(
            "nesterov is true, but momentum is 0: set a momentum such as 0.9, or nesterov to"
                + " false");
      }
    }
  }

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException naming the value, what was expected and what to change
   */
  public DataParallelismConfig {
    Require.atLeast("localSteps", localSteps, 1);
    Require.atLeast("lateAfter", lateAfter, 1.0);
  }
}
