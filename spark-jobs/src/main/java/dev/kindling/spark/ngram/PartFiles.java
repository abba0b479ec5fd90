package dev.kindling.spark.ngram;

import dev.kindling.model.ngram.NgramPart;
import dev.kindling.model.ngram.NgramShape;
import dev.kindling.spark.parallel.HadoopSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/**
 * Writes the n-grams of a model to its files, sorted.
 *
 * @param directory of the model
 * @param work where attempts write
 */
record PartFiles(SparkSession spark, Path directory, Path work) {
  NgramFiles write(NgramEstimate estimate) throws IOException {
    NgramShape shape = estimate.shape();
    List<Integer> numParts = new ArrayList<>();
    for (int order = 1; order <= shape.order(); order++) {
      numParts.add(write(order, estimate));
    }
    return new NgramFiles(directory, shape, numParts);
  }

  private int write(int order, NgramEstimate estimate) throws IOException {
    NgramShape shape = estimate.shape();
    NgramKey keys = estimate.keys();
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Path attempts = new Path(work, "parts-" + order + "-" + UUID.randomUUID());
    WriteParts task =
        new WriteParts(
            HadoopSettings.send(context), attempts.toString(), order, order < shape.order(), keys);
    PartPlan plan = PartPlan.of(keys, shape.vocabSize(), estimate.probabilities().get(order - 1));
    List<String> written =
        estimate
            .ngrams()
            .get(order - 1)
            .select(NgramCounts.NGRAM, NgramProbabilities.PROBABILITY, NgramProbabilities.BACKOFF)
            .toJavaRDD()
            .mapToPair(
                row ->
                    new Tuple2<>(
                        row.<byte[]>getAs(0),
                        WriteParts.pack((float) row.getDouble(1), (float) row.getDouble(2))))
            .repartitionAndSortWithinPartitions(plan, new NgramKey.Order())
            .mapPartitions(task::write)
            .collect();
    FileSystem fs = directory.getFileSystem(context.hadoopConfiguration());
    for (int part = 0; part < written.size(); part++) {
      Path target = new Path(directory, NgramPart.name(order, part));
      // Of a run that was killed between this and its commit.
      fs.delete(target, false);
      if (!fs.rename(new Path(written.get(part)), target)) {
        throw new IOException("cannot rename " + written.get(part) + " to " + target);
      }
    }
    return written.size();
  }
}
