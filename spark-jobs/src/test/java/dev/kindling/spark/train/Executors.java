package dev.kindling.spark.train;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/** The processes of a cluster for tests. */
final class Executors {
  private Executors() {}

  /** The process of every executor, as it says itself, once there are so many. */
  static Map<String, Long> pids(SparkSession spark, int numExecutors) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Map<String, Long> pids = new HashMap<>();
    while (pids.size() < numExecutors) {
      pids.clear();
      context
          .parallelize(IntStream.range(0, 8).boxed().toList(), 8)
          .map(task -> new Tuple2<>(SparkEnv.get().executorId(), ProcessHandle.current().pid()))
          .collect()
          .forEach(pid -> pids.put(pid._1(), pid._2()));
    }
    return pids;
  }
}
