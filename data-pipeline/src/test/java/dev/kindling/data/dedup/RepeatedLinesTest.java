package dev.kindling.data.dedup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.data.CleanOutput;
import dev.kindling.data.InvalidInputException;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepeatedLinesTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void linesOfThreeDocumentsGo(int numPartitions) {
    Dataset<Row> documents =
        documents(
                row("a", "Home | About us\nThe miller walked.\n\nAll rights reserved"),
                row("b", "  Home | About us\t\nThe river froze.\n}\n"),
                row("c", "Home | About us"),
                row("d", "The miller walked.\nThe miller walked.\nAll rights reserved\n}"),
                row("e", "}\n}\n\n"),
                row("f", null))
            .repartition(numPartitions);
    Dataset<Row> result = RepeatedLines.remove(documents, 3, 2);
    assertThat(result.columns()).containsExactly("text", "id", "removed_lines");
    assertThat(result.collectAsList())
        .containsExactlyInAnyOrder(
            result("a", "The miller walked.\n\nAll rights reserved", 1),
            result("b", "The river froze.\n}\n", 1),
            result("c", "", 1),
            result("d", "The miller walked.\nThe miller walked.\nAll rights reserved\n}", 0),
            result("e", "}\n}\n\n", 0),
            result("f", null, 0));
  }

  @Test
  void everyOccurrenceInADocumentGoesButCountsOnce() {
    Dataset<Row> documents = documents(row("a", "x y\nx y\nz"), row("b", "x y"), row("c", "z z"));
    assertThat(RepeatedLines.remove(documents, 2, 1).collectAsList())
        .containsExactlyInAnyOrder(result("a", "z", 2), result("b", "", 1), result("c", "z z", 0));
  }

  @Test
  void aLineOfOneDocumentIsNotRepeated() {
    Dataset<Row> documents = documents(row("a", "x"));
    assertThatThrownBy(() -> RepeatedLines.remove(documents, 1, 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("repeatedLines.minDocuments is 1");
  }

  private static Dataset<Row> documents(Row... rows) {
    return CleanOutput.localSpark()
        .createDataFrame(List.of(rows), StructType.fromDDL("text STRING, id STRING"));
  }

  private static Row row(String id, String text) {
    return RowFactory.create(text, id);
  }

  private static Row result(String id, String text, int numRemoved) {
    return RowFactory.create(text, id, numRemoved);
  }
}
