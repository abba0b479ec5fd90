package dev.kindling.data.dedup;

import dev.kindling.data.CleanOutput;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** DataFrames of texts, and what was found in them. */
public final class TestDocuments {
  private TestDocuments() {}

  /**
   * A session for tiny data: planning anew between stages and compiling code for each would take
   * most of the time.
   */
  public static SparkSession spark() {
    SparkSession spark = CleanOutput.localSpark().newSession();
    spark.conf().set("spark.sql.shuffle.partitions", 2);
    spark.conf().set("spark.sql.adaptive.enabled", false);
    spark.conf().set("spark.sql.codegen.wholeStage", false);
    spark.conf().set("spark.sql.codegen.factoryMode", "NO_CODEGEN");
    return spark;
  }

  /** Documents with ids of the prefix and five digits of their place. */
  public static Dataset<Row> of(String prefix, List<String> texts) {
    List<Row> rows =
        IntStream.range(0, texts.size())
            .mapToObj(i -> RowFactory.create(id(prefix, i), texts.get(i)))
            .toList();
    return rows("id STRING, text STRING", rows);
  }

  public static Dataset<Row> rows(String schema, List<Row> rows) {
    return spark().createDataFrame(rows, StructType.fromDDL(schema));
  }

  public static String id(String prefix, int i) {
    return "%s%05d".formatted(prefix, i);
  }

  /** The document that stays, by the id of the one that goes. */
  public static Map<String, String> kept(Dataset<Row> marked) {
    Map<String, String> kept = new TreeMap<>();
    for (Row row : marked.collectAsList()) {
      kept.put(row.getAs("id"), row.getAs("kept_id"));
    }
    return kept;
  }
}
