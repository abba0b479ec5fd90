package dev.kindling.spark.communicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.tensor.DType;
import dev.kindling.spark.train.TestSpark;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;

/** Groups of the tasks of barrier stages on executors, with Spark's security off and on. */
class BarrierTest {
  private static final int LENGTH = 700_001;

  static List<Map<String, String>> settings() {
    return List.of(
        Map.of(),
        Map.of(
            "spark.authenticate", "true",
            "spark.authenticate.secret", "0123456789abcdef0123456789abcdef",
            "spark.network.crypto.enabled", "true",
            "spark.network.crypto.cipher", "AES/GCM/NoPadding"));
  }

  /** Two stages use the same executors one after the other; then one of the ranks fails. */
  @ParameterizedTest
  @MethodSource("settings")
  void theTasksOfABarrierStageAreTheRanksOfAGroup(Map<String, String> settings) {
    String told = ", authenticated: " + !settings.isEmpty();
    try (SparkSession spark = TestSpark.cluster(2, settings)) {
      JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
      for (int stage = 0; stage < 2; stage++) {
        assertThat(run(context, new SumUp()))
            .containsExactly("rank 0 of 2: 3.0" + told, "rank 1 of 2: 3.0" + told);
      }

      assertThatThrownBy(() -> run(context, new GiveUp()))
          .isInstanceOf(SparkException.class)
          .hasMessageContaining("the loss is NaN");
    }
  }

  private static List<String> run(JavaSparkContext context, Rank rank) {
    JavaRDD<Integer> partitions = context.parallelize(List.of(0, 1), 2);
    return JavaRDD.fromRDD(
            partitions
                .rdd()
                .barrier()
                .mapPartitions(rank, false, ClassTag$.MODULE$.<String>apply(String.class)),
            ClassTag$.MODULE$.<String>apply(String.class))
        .collect();
  }

  /** What one task does. */
  private abstract static class Rank extends AbstractFunction1<Iterator<Integer>, Iterator<String>>
      implements Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<String> apply(Iterator<Integer> partition) {
      try (Communicator ranks = Communicators.inBarrier(BarrierTaskContext.get(), Ranks.TIMEOUT)) {
        return JavaConverters.asScalaIterator(List.of(run(ranks)).iterator());
      } catch (Exception e) {
        throw new IllegalStateException(e.getMessage(), e);
      }
    }

    abstract String run(Communicator ranks) throws Exception;
  }

  /** All-reduces as many of its number and one as {@link #LENGTH}. */
  private static final class SumUp extends Rank {
    private static final long serialVersionUID = 1L;

    @Override
    String run(Communicator ranks) throws Exception {
      double[] own = DoubleStream.generate(() -> ranks.rank() + 1).limit(LENGTH).toArray();
      double[] sum = Ranks.with(DType.F32, own, ranks::allReduceSumInPlace);
      assertThat(sum).containsOnly(sum[0]);
      assertThat(ranks.stats().bytesSent()).as("not through memory").isGreaterThan(LENGTH);
      return "rank %d of %d: %s, authenticated: %s"
          .formatted(
              ranks.rank(),
              ranks.size(),
              sum[0],
              SparkEnv.get().securityManager().isAuthenticationEnabled());
    }
  }

  /** One gives up, the other waits for it. */
  private static final class GiveUp extends Rank {
    private static final long serialVersionUID = 1L;

    @Override
    String run(Communicator ranks) throws Exception {
      if (ranks.rank() == 1) {
        ranks.abort(new ArithmeticException("the loss is NaN"));
        throw new ArithmeticException("the loss is NaN");
      }
      return String.valueOf(
          Ranks.with(DType.F32, new double[5], ranks::allReduceSumInPlace).length);
    }
  }
}
