package dev.kindling.spark.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.model.backend.Backends;
import dev.kindling.model.train.Precision;
import dev.kindling.spark.train.TestSpark;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/** Where Spark gives tasks no GPUs; {@link TaskDevicesTest} has a cluster that does. */
class ClusterBackendsTest {
  @Test
  void inOneProcessAutoIsWhatThisProcessCanUse() {
    try (SparkSession session = TestSpark.local(1)) {
      JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());

      assertThat(ClusterBackends.resolve(spark, "auto")).isEqualTo(Backends.resolve("auto"));
      assertThat(ClusterBackends.precisions(spark, "onednn"))
          .containsExactlyInAnyOrder(Precision.F32, Precision.BF16);
      assertThatThrownBy(() -> ClusterBackends.resolve(spark, "mkl"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("choose auto, cuda, onednn or nd4j");
    }
  }

  @Test
  void onAClusterWithoutGpusAutoIsTheFastestOnCpusAndNoTaskIsAsked() {
    try (SparkSession session = TestSpark.cluster(1)) {
      JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());

      assertThat(ClusterBackends.resolve(spark, "auto")).isEqualTo("onednn");
      assertThat(ClusterBackends.resolve(spark, "cuda")).isEqualTo("cuda");
      assertThat(spark.statusTracker().getJobIdsForGroup(null)).isEmpty();
    }
  }
}
