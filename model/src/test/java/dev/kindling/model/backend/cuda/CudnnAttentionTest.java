package dev.kindling.model.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kindling.model.backend.AttentionGradients;
import dev.kindling.model.backend.AttentionInputs;
import dev.kindling.model.backend.Heads;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** cuDNN's attention against plain loops; skipped where there is no GPU or no cuDNN. */
class CudnnAttentionTest {
  /** Of activations in BF16, relative to the largest. */
  private static final double TOLERANCE = 1 / 128.0;

  private static CudaEngine engine;
  private static CudnnAttention attention;

  private final List<OffHeapMemory> memory = new ArrayList<>();
  private final Random random = new Random(7);

  @BeforeAll
  static void open() {
    EmulatedCuda.loadWithoutGpu();
    try {
      engine = new CudaEngine(CudaDevice.of(0));
    } catch (IllegalStateException e) {
      abort(e.getMessage());
    }
    attention = CudnnAttention.open(engine).orElse(null);
    assumeTrue(attention != null, "There is no cuDNN");
  }

  @AfterAll
  static void close() {
    if (attention != null) {
      attention.close();
    }
    if (engine != null) {
      engine.close();
    }
  }

  @AfterEach
  void free() {
    memory.forEach(OffHeapMemory::close);
  }

  /** Queries of {@code numHeads}, keys and values of {@code numKeyHeads}, all of one size. */
  record Case(
      String description,
      boolean causal,
      int batch,
      int numQueries,
      int numKeys,
      int numHeads,
      int numKeyHeads,
      int headSize) {
    int group() {
      return numHeads / numKeyHeads;
    }

    @Override
    public String toString() {
      return description;
    }
  }

  static Stream<Case> whole() {
    return Stream.of(
        new Case("causal", true, 2, 128, 128, 3, 3, 64),
        new Case("the whole sequence", false, 2, 128, 128, 3, 3, 64),
        new Case("causal, several tiles", true, 1, 384, 384, 2, 2, 64),
        new Case("larger heads", true, 1, 256, 256, 2, 2, 128),
        new Case("grouped queries", true, 2, 128, 128, 4, 2, 64),
        new Case("other keys", false, 2, 128, 256, 2, 2, 64));
  }

  static Stream<Case> withRests() {
    return Stream.of(
        new Case("causal, one row beyond a tile", true, 2, 129, 129, 2, 2, 64),
        new Case("causal, odd length", true, 1, 199, 199, 3, 3, 64),
        new Case("the whole of an odd length", false, 2, 131, 131, 2, 2, 64));
  }

  static Stream<Case> all() {
    return Stream.concat(whole(), withRests());
  }

  /** Tensors of a case: queries, keys and values lie in one where they can, as in models. */
  private final class Pass {
    private final Case of;
    private final AttentionInputs inputs;
    private final Tensor output;
    private final Tensor statistics;
    private final Tensor outputGradient;
    private final AttentionGradients gradients;

    Pass(Case of) {
      this.of = of;
      long width = (long) of.numHeads() * of.headSize();
      long keyWidth = (long) of.numKeyHeads() * of.headSize();
      long queryRows = (long) of.batch() * of.numQueries();
      long keyRows = (long) of.batch() * of.numKeys();
      boolean fused = queryRows == keyRows;
      Tensor rows = randomTensor(queryRows, fused ? width + 2 * keyWidth : width);
      Tensor keyValues = fused ? rows : randomTensor(keyRows, 2 * keyWidth);
      long first = fused ? width : 0;
      Heads query = Heads.of(rows, of.batch(), 0, of.numHeads(), of.headSize());
      Heads key = Heads.of(keyValues, of.batch(), first, of.numKeyHeads(), of.headSize());
      Heads value =
          Heads.of(keyValues, of.batch(), first + keyWidth, of.numKeyHeads(), of.headSize());
      this.inputs =
          new AttentionInputs(
              query, key, value, 1 / Math.sqrt(of.headSize()), of.causal(), null, null, null);
      this.output = tensor(DType.BF16, queryRows, width);
      this.statistics = tensor(DType.F32, of.batch(), of.numHeads(), of.numQueries());
      this.outputGradient = randomTensor(queryRows, width);
      Tensor gradient = tensor(DType.BF16, rows.shape());
      Tensor keyGradient = fused ? gradient : tensor(DType.BF16, keyValues.shape());
      this.gradients =
          new AttentionGradients(
              query.in(gradient), key.in(keyGradient), value.in(keyGradient), null);
    }

    boolean forward() {
      return attention.forward(inputs, output, statistics);
    }

    boolean backward() {
      return attention.backward(outputGradient, inputs, output, statistics, gradients);
    }

    void requireForward() {
      assertThat(forward()).as("refused: %s", attention.refused()).isTrue();
    }

    void requireBackward() {
      assertThat(backward()).as("refused: %s", attention.refused()).isTrue();
    }

    double[][] results() {
      return new double[][] {
        output.toDoubles(),
        statistics.toDoubles(),
        gradients.query().tensor().toDoubles(),
        gradients.key().tensor().toDoubles()
      };
    }
  }

  private Tensor tensor(DType dtype, long... shape) {
    OffHeapMemory allocated = engine.memory().allocate(Tensor.numElements(shape) * dtype.bytes());
    memory.add(allocated);
    return allocated.tensor(0, dtype, shape);
  }

  private Tensor randomTensor(long... shape) {
    Tensor tensor = tensor(DType.BF16, shape);
    tensor.setDoubles(
        DoubleStream.generate(random::nextGaussian).limit(tensor.numElements()).toArray());
    return tensor;
  }

  /** What loops in doubles say; gradients are taken with the output as the kernels rounded it. */
  private static final class Expected {
    private final double[] output;
    private final double[] statistics;
    private final double[] queryGradient;
    private final double[] keyGradient;

    Expected(Pass pass) {
      Case of = pass.of;
      AttentionInputs inputs = pass.inputs;
      double[] queries = inputs.query().tensor().toDoubles();
      double[] keyValues = inputs.key().tensor().toDoubles();
      double[] outputGradients = pass.outputGradient.toDoubles();
      this.output = new double[outputGradients.length];
      this.statistics = new double[of.batch() * of.numHeads() * of.numQueries()];
      this.queryGradient = new double[queries.length];
      boolean fused = inputs.query().tensor().equals(inputs.key().tensor());
      this.keyGradient = fused ? queryGradient : new double[keyValues.length];
      for (int b = 0; b < of.batch(); b++) {
        for (int h = 0; h < of.numHeads(); h++) {
          for (int t = 0; t < of.numQueries(); t++) {
            row(pass, queries, keyValues, outputGradients, b, h, t);
          }
        }
      }
    }

    private void row(
        Pass pass, double[] q, double[] kv, double[] outputGradients, int b, int h, int t) {
      Case of = pass.of;
      AttentionInputs inputs = pass.inputs;
      int size = of.headSize();
      int query = place(inputs.query(), b, h, t);
      int out = ((b * of.numQueries() + t) * of.numHeads() + h) * size;
      int count = of.causal() ? t + 1 : of.numKeys();
      double[] p = new double[count];
      double sum = 0;
      for (int s = 0; s < count; s++) {
        int key = place(inputs.key(), b, h / of.group(), s);
        p[s] = Math.exp(inputs.scale() * dot(q, query, kv, key, size));
        sum += p[s];
      }
      statistics[(b * of.numHeads() + h) * of.numQueries() + t] = Math.log(sum);
      double[] dp = new double[count];
      double mean = 0;
      for (int s = 0; s < count; s++) {
        int value = place(inputs.value(), b, h / of.group(), s);
        p[s] /= sum;
        for (int i = 0; i < size; i++) {
          output[out + i] += p[s] * kv[value + i];
          keyGradient[value + i] += p[s] * outputGradients[out + i];
        }
        dp[s] = dot(outputGradients, out, kv, value, size);
        mean += p[s] * dp[s];
      }
      for (int s = 0; s < count; s++) {
        int key = place(inputs.key(), b, h / of.group(), s);
        double gradient = p[s] * (dp[s] - mean) * inputs.scale();
        for (int i = 0; i < size; i++) {
          queryGradient[query + i] += gradient * kv[key + i];
          keyGradient[key + i] += gradient * q[query + i];
        }
      }
    }

    private static int place(Heads heads, int b, int h, int t) {
      return Math.toIntExact(
          heads.offset() + b * heads.batchStride() + t * heads.rowStride() + h * heads.headSize());
    }

    private static double dot(double[] a, int from, double[] b, int at, int length) {
      double sum = 0;
      for (int i = 0; i < length; i++) {
        sum += a[from + i] * b[at + i];
      }
      return sum;
    }
  }

  private static void assertClose(double[] actual, double[] expected, double tolerance) {
    double largest = DoubleStream.of(expected).map(Math::abs).max().orElseThrow();
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).as("element %d", i).isCloseTo(expected[i], within(tolerance * largest));
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void forwardAgrees(Case of) {
    Pass pass = new Pass(of);
    pass.requireForward();
    Expected expected = new Expected(pass);
    assertClose(pass.output.toDoubles(), expected.output, TOLERANCE);
    assertClose(pass.statistics.toDoubles(), expected.statistics, 1e-4);
  }

  @ParameterizedTest
  @MethodSource("all")
  void forwardWithoutStatisticsGivesTheSameOutput(Case of) {
    Pass pass = new Pass(of);
    assertThat(attention.forward(pass.inputs, pass.output, null))
        .as("refused: %s", attention.refused())
        .isTrue();
    assertClose(pass.output.toDoubles(), new Expected(pass).output, TOLERANCE);
  }

  @ParameterizedTest
  @MethodSource("whole")
  void backwardAgrees(Case of) {
    Pass pass = new Pass(of);
    assumeForwardAndBackward(pass);
    Expected expected = new Expected(pass);
    assertClose(pass.gradients.query().tensor().toDoubles(), expected.queryGradient, TOLERANCE);
    assertClose(pass.gradients.key().tensor().toDoubles(), expected.keyGradient, TOLERANCE);
  }

  private static void assumeForwardAndBackward(Pass pass) {
    pass.requireForward();
    assumeTrue(engine.capability().major() == 9, "Its backward kernels are used on Hopper only");
    pass.requireBackward();
  }

  @Test
  void equalCallsGiveEqualBits() {
    Pass pass = new Pass(new Case("several tiles", true, 2, 512, 512, 4, 4, 64));
    assumeForwardAndBackward(pass);
    double[][] first = pass.results();
    for (int i = 0; i < 3; i++) {
      pass.requireForward();
      pass.requireBackward();
      assertThat(Arrays.deepEquals(pass.results(), first)).isTrue();
    }
  }

  @Test
  void graphsDoWhatDirectCallsDo() {
    Pass pass = new Pass(new Case("causal", true, 2, 128, 128, 2, 2, 64));
    assumeForwardAndBackward(pass);
    double[][] direct = pass.results();
    for (int i = 0; i < 4; i++) {
      pass.output.setDoubles(new double[direct[0].length]);
      pass.gradients.query().tensor().setDoubles(new double[direct[2].length]);
      engine
          .recorder()
          .run(
              () -> {
                pass.requireForward();
                pass.requireBackward();
              });
      assertThat(Arrays.deepEquals(pass.results(), direct)).isTrue();
    }
  }

  @Test
  void leavesToOurKernelsWhatItCannotDo() {
    Pass few = new Pass(new Case("few tokens", true, 2, 7, 7, 2, 2, 64));
    assertThat(few.forward()).isFalse();
    Pass oddHeads = new Pass(new Case("odd heads", true, 2, 128, 128, 2, 2, 20));
    assertThat(oddHeads.forward()).isFalse();
    Pass rest = new Pass(new Case("a rest", true, 2, 192, 192, 2, 2, 64));
    rest.requireForward();
    assertThat(rest.backward()).isFalse();
  }
}
