package dev.kindling.data.dedup;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.min;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.CleanOutput;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExactDuplicatesTest {
  @Test
  void whiteSpaceAndCompositionDoNotMatter() {
    assertThat(ExactDuplicates.key("  Caf\u00E9\n\nau  lait "))
        .isEqualTo(ExactDuplicates.key("Cafe\u0301 au\tlait"))
        .hasSize(32);
  }

  @Test
  void everythingElseMatters() {
    assertThat(ExactDuplicates.key("a b")).isNotEqualTo(ExactDuplicates.key("A b"));
    assertThat(ExactDuplicates.key("a b")).isNotEqualTo(ExactDuplicates.key("ab"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5})
  void theSmallestIdStaysHoweverTheRowsLie(int numPartitions) {
    List<Row> rows =
        List.of(
            row("c", "same", true),
            row("a", "same", false),
            row("d", "same", true),
            row("b", "same", true),
            row("e", "other", true));
    StructType schema = StructType.fromDDL("id STRING, content BINARY, candidate BOOLEAN");
    Dataset<Row> documents =
        CleanOutput.localSpark().createDataFrame(rows, schema).repartition(numPartitions);

    Map<String, String> kept = new HashMap<>();
    ExactDuplicates.markDuplicates(
            documents, col("candidate"), "content", "id", min(col("id")), "kept_id")
        .collectAsList()
        .forEach(row -> kept.put(row.getAs("id"), row.getAs("kept_id")));

    assertThat(kept)
        .containsEntry("a", null)
        .containsEntry("b", null)
        .containsEntry("c", "b")
        .containsEntry("d", "b")
        .containsEntry("e", null)
        .hasSize(5);
  }

  private static Row row(String id, String text, boolean candidate) {
    return RowFactory.create(id, ExactDuplicates.key(text), candidate);
  }
}
