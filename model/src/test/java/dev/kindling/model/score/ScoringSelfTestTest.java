package dev.kindling.model.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.backend.AttentionInputs;
import dev.kindling.model.backend.Backend;
import dev.kindling.model.backend.Backends;
import dev.kindling.model.backend.Matrix;
import dev.kindling.model.tensor.Tensor;
import dev.kindling.model.train.Precision;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ScoringSelfTestTest {
  /** Ways in which kernels can be wrong and nevertheless give numbers that look like scores. */
  private enum Fault {
    /** Every logit is compared with the token before the one that it predicts. */
    TARGETS_ONE_EARLIER("the loss of token ") {
      @Override
      void beforeCall(String kernel, Object[] arguments) {
        if (kernel.equals("vocabularyLossForward")) {
          Tensor targets = (Tensor) arguments[2];
          int[] shifted = targets.toInts();
          System.arraycopy(targets.toInts(), 0, shifted, 1, shifted.length - 1);
          targets.write(0, shifted, 0, shifted.length);
        }
      }
    },
    /** The last row but one of a context is taken for its last. */
    LOGITS_OF_THE_PLACE_BEFORE("the log-likelihood of continuation ") {
      @Override
      void beforeCall(String kernel, Object[] arguments) {
        if (kernel.equals("gatherRows")) {
          oneEarlierInHidden(arguments, KnownDecoder.CONFIG);
        }
      }
    },
    /** The place before a mask is taken for the mask. */
    PLACE_BEFORE_THE_MASK("the log-likelihood of masked token ") {
      @Override
      void beforeCall(String kernel, Object[] arguments) {
        if (kernel.equals("gatherRows")) {
          oneEarlierInHidden(arguments, KnownEncoder.CONFIG);
        }
      }
    },
    /** The padding of a sequence is looked at. */
    PADDING_IS_SEEN("the log-likelihood of masked token ") {
      @Override
      void beforeCall(String kernel, Object[] arguments) {
        if (kernel.equals("attentionForward")) {
          AttentionInputs inputs = (AttentionInputs) arguments[0];
          if (inputs.query().length() > 1) {
            arguments[0] = masked(inputs, inputs.causal(), null, inputs.bias());
          }
        }
      }
    },
    /** What was remembered of a padded context's padding is looked at. */
    REMEMBERED_PADDING_IS_SEEN("the log-likelihood of continuation ") {
      @Override
      void beforeCall(String kernel, Object[] arguments) {
        if (kernel.equals("attentionForward")) {
          AttentionInputs inputs = (AttentionInputs) arguments[0];
          if (inputs.query().length() == 1) {
            arguments[0] = masked(inputs, inputs.causal(), null, inputs.bias());
          }
        }
      }
    },
    /** Tokens behind a remembered context see those behind them. */
    THE_FUTURE_BEHIND_A_CONTEXT_IS_SEEN("the log-likelihood of continuation ") {
      @Override
      void beforeCall(String kernel, Object[] arguments) {
        if (kernel.equals("attentionForward")) {
          AttentionInputs inputs = (AttentionInputs) arguments[0];
          arguments[0] = masked(inputs, inputs.causal(), inputs.keyLengths(), null);
        }
      }
    },
    /** Tokens see those behind them. */
    THE_FUTURE_IS_SEEN("the loss of token ") {
      @Override
      void beforeCall(String kernel, Object[] arguments) {
        if (kernel.equals("attentionForward")) {
          AttentionInputs inputs = (AttentionInputs) arguments[0];
          arguments[0] = masked(inputs, false, inputs.keyLengths(), inputs.bias());
        }
      }
    },
    /** Keys and values of continuations are remembered one place too early. */
    CACHE_ONE_PLACE_OFF("the log-likelihood of continuation ") {
      @Override
      void beforeCall(String kernel, Object[] arguments) {
        if (kernel.equals("copy")
            && arguments[1] instanceof Matrix target
            && target.numRows() < KnownDecoder.CONFIG.contextLength()
            && target.offset() >= target.rowStride()) {
          arguments[1] =
              new Matrix(
                  target.tensor(),
                  target.offset() - target.rowStride(),
                  target.numRows(),
                  target.numColumns(),
                  target.rowStride(),
                  target.columnStride());
        }
      }
    };

    /** What the self-test finds wrong. */
    private final String symptom;

    Fault(String symptom) {
      this.symptom = symptom;
    }

    abstract void beforeCall(String kernel, Object[] arguments);

    /** Chooses other rows of hidden states, which are more than any table of embeddings has. */
    private static void oneEarlierInHidden(Object[] arguments, ArchitectureConfig config) {
      Tensor table = (Tensor) arguments[0];
      if (table.dim(1) == config.embeddingSize()
          && table.dim(0) > Math.max(config.vocabSize(), config.contextLength())) {
        Tensor rows = (Tensor) arguments[1];
        int[] earlier = Arrays.stream(rows.toInts()).map(row -> Math.max(0, row - 1)).toArray();
        rows.write(0, earlier, 0, earlier.length);
      }
    }

    private static AttentionInputs masked(
        AttentionInputs inputs, boolean causal, Tensor keyLengths, Tensor bias) {
      return new AttentionInputs(
          inputs.query(),
          inputs.key(),
          inputs.value(),
          inputs.scale(),
          causal,
          keyLengths,
          bias,
          inputs.dropout());
    }
  }

  @ParameterizedTest
  @CsvSource({"onednn, F32", "onednn, BF16", "nd4j, F32"})
  void everyBackendPasses(String name, Precision precision) {
    try (Backend backend = Backends.open(name, 2)) {
      ScoringSelfTest.run(backend, precision);
    }
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void aBackendWithAFaultIsRefused(Fault fault) {
    try (Backend real = Backends.open("onednn", 1)) {
      Backend faulty = WatchedBackend.of(real, fault::beforeCall);
      for (Precision precision : List.of(Precision.F32, Precision.BF16)) {
        assertThatThrownBy(() -> ScoringSelfTest.run(faulty, precision))
            .as("%s in %s", fault, precision)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining(
                "the backend onednn in " + precision + " says that " + fault.symptom)
            .hasMessageContaining("Scores of any model would be wrong, so none is computed");
      }
    }
  }

  /** With a watcher that changes nothing, so that the faults above are what is refused. */
  @Test
  void aBackendThatIsOnlyWatchedPasses() {
    try (Backend real = Backends.open("onednn", 1)) {
      ScoringSelfTest.run(WatchedBackend.of(real, (kernel, arguments) -> {}), Precision.F32);
    }
  }

  /** Otherwise a shifted or leaking score could be right by chance. */
  @Test
  void theKnownProbabilitiesDependOnEveryTokenAndItsPlace() {
    int[] text = {2, 5, 0, 3};
    double[] next = KnownDecoder.next(text);
    assertThat(Arrays.stream(next).map(Math::exp).sum()).isCloseTo(1, within(1e-12));
    for (int[] other :
        List.of(new int[] {2, 5, 0, 1}, new int[] {5, 0, 3}, new int[] {2, 5, 3, 0})) {
      assertThat(distance(KnownDecoder.next(other), next)).isGreaterThan(0.3);
    }
    int[] masked = {4, 1, 0, 2, 3};
    double[] atTwo = KnownEncoder.masked(masked, 2);
    assertThat(Arrays.stream(atTwo).map(Math::exp).sum()).isCloseTo(1, within(1e-12));
    for (double[] other :
        List.of(
            KnownEncoder.masked(masked, 1),
            KnownEncoder.masked(masked, 3),
            KnownEncoder.masked(new int[] {4, 1, 0, 2, 3, 0, 0, 0}, 2))) {
      assertThat(distance(other, atTwo)).isGreaterThan(0.3);
    }
  }

  private static double distance(double[] left, double[] right) {
    double most = 0;
    for (int i = 0; i < left.length; i++) {
      most = Math.max(most, Math.abs(left[i] - right[i]));
    }
    return most;
  }
}
