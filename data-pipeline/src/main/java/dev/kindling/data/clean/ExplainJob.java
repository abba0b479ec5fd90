package dev.kindling.data.clean;

import static org.apache.spark.sql.functions.col;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.extract.ExtractConfig;
import dev.kindling.data.signal.Signal;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Says what a plan of thresholds would do to measured documents; writes and reads no text. */
public final class ExplainJob {
  private ExplainJob() {}

  /**
   * Judges all readable records of stored signals by all rules. Duplicates are not looked for.
   *
   * @param signals an output of {@link SignalsJob}
   * @throws InvalidInputException if it is none, or was extracted with other settings
   */
  public static RuleReport run(
      SparkSession spark, ExtractConfig extract, CleanConfig clean, Path signals) {
    Configuration hadoop = spark.sessionState().newHadoopConf();
    if (!RecordSource.isStored(hadoop, signals)) {
      throw new InvalidInputException(
          signals + " holds no stored signals",
          "the output of `kindling signals`, over which thresholds can be compared",
          "measure the texts first: kindling signals --input " + signals + " --output DIR");
    }
    CleanRules rules = CleanRules.of(spark, hadoop, clean);
    List<Signal> asked = List.copyOf(rules.signals());
    Dataset<Row> measures =
        measures(
            spark
                .read()
                .parquet(RecordSource.stored(hadoop, extract, signals).records().toString()),
            asked);
    long[] counts =
        measures
            .toJavaRDD()
            .mapPartitions(rows -> List.of(count(rules, rows, asked)).iterator())
            .fold(new RuleCounts(rules).toArray(), RuleCounts::sum);
    return new RuleCounts(rules, counts).report();
  }

  /** What the rules judge by; no other column is read. */
  static Dataset<Row> measures(Dataset<Row> records, List<Signal> signals) {
    return records
        .filter(col("unreadable").isNull())
        .select(MeasuredRecords.measures(signals).as("measures"))
        .select("measures.*");
  }

  private static long[] count(CleanRules rules, Iterator<Row> rows, List<Signal> signals) {
    RuleCounts counts = new RuleCounts(rules);
    rows.forEachRemaining(row -> counts.add(MeasuredRecords.measures(row, signals)));
    return counts.toArray();
  }
}
