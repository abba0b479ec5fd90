package dev.kindling.data.dedup.substring;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.udf;

import dev.kindling.data.dedup.substring.TokenSpans.CutText;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.StructType;
import scala.collection.Seq;

/** Cuts repeated spans out of documents. */
public final class CutDocuments {
  /** A column of the result: the spans that were cut. */
  public static final String NUM_SPANS = "cut_spans";

  /** A column of the result: the tokens in them. */
  public static final String NUM_TOKENS = "cut_tokens";

  /** A column of the result: their characters, with the separators that went with them. */
  public static final String NUM_CHARACTERS = "cut_characters";

  /** A column of the result: whether something was cut and no token is left. */
  public static final String WORDLESS = "wordless";

  private static final StructType CUT =
      StructType.fromDDL("text STRING, spans INT, tokens INT, characters INT, wordless BOOLEAN");

  private CutDocuments() {}

  /**
   * Cuts spans out of the texts.
   *
   * @param documents with the columns id and text
   * @param spans see {@link RepeatedSubstrings#find}
   * @param mask what stands in the place of a span; where it is empty, a span takes with it what
   *     separates it from the text behind it
   * @return the same columns and rows, with the columns above added
   */
  public static Dataset<Row> cut(Dataset<Row> documents, Dataset<Row> spans, String mask) {
    UserDefinedFunction cut =
        udf((UDF2<String, Seq<Integer>, Row>) (text, found) -> cut(text, found, mask), CUT);
    Dataset<Row> rows =
        documents
            .join(spans, new String[] {"id"}, "left")
            .withColumn("cut", cut.apply(col("text"), col(RepeatedSubstrings.SPANS)))
            .withColumn("text", coalesce(col("cut.text"), col("text")));
    return withCounts(
        rows,
        documents.columns(),
        coalesce(col("cut.spans"), lit(0)),
        coalesce(col("cut.tokens"), lit(0)),
        coalesce(col("cut.characters"), lit(0)),
        coalesce(col("cut.wordless"), lit(false)));
  }

  /** The same columns as {@link #cut} gives, where nothing is cut. */
  public static Dataset<Row> uncut(Dataset<Row> documents) {
    return withCounts(documents, documents.columns(), lit(0), lit(0), lit(0), lit(false));
  }

  private static Dataset<Row> withCounts(
      Dataset<Row> rows,
      String[] columns,
      Column numSpans,
      Column numTokens,
      Column numCharacters,
      Column wordless) {
    return rows.select(
        Stream.concat(
                Arrays.stream(columns).map(name -> col("`" + name + "`")),
                Stream.of(
                    numSpans.as(NUM_SPANS),
                    numTokens.as(NUM_TOKENS),
                    numCharacters.as(NUM_CHARACTERS),
                    wordless.as(WORDLESS)))
            .toArray(Column[]::new));
  }

  private static Row cut(String text, Seq<Integer> found, String mask) {
    if (text == null || found == null) {
      return null;
    }
    int[] spans = new int[found.size()];
    for (int i = 0; i < spans.length; i++) {
      spans[i] = found.apply(i);
    }
    CutText cut =
        mask.isEmpty() ? TokenSpans.removed(text, spans) : TokenSpans.masked(text, spans, mask);
    return RowFactory.create(
        cut.text(), cut.numSpans(), cut.numTokens(), cut.numCharacters(), cut.wordless());
  }
}
