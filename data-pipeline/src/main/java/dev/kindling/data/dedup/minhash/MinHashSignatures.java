package dev.kindling.data.dedup.minhash;

import static org.apache.spark.sql.functions.col;

import dev.kindling.data.InvalidInputException;
import java.util.Arrays;
import java.util.Iterator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * All that is needed of documents to find their near-duplicates, at a small part of the texts'
 * size: one row for each document, made in one pass over the texts. Written as Parquet it is the
 * index of a corpus, which later crawls are matched against without reading the corpus again.
 *
 * <p>Columns:
 *
 * <ul>
 *   <li>{@code id} STRING;
 *   <li>{@code characters} INT: the length of the text in code points;
 *   <li>{@code keys} ARRAY of BIGINT: one key of 64 bits for each band, which names a bucket;
 *   <li>{@code sketch} BINARY: a sample of the shingles, for the comparison.
 * </ul>
 *
 * <p>The settings that keys and sketches depend on are in the metadata of the column {@code keys},
 * so that an index made with other ones is noticed.
 */
public final class MinHashSignatures {
  static final String ID = "id";
  static final String TEXT = "text";
  static final String CHARACTERS = "characters";
  static final String KEYS = "keys";
  static final String SKETCH = "sketch";

  private static final String SETTINGS = "minhash";

  private MinHashSignatures() {}

  /**
   * Makes the signatures.
   *
   * @param documents with the columns id, unique and never null, and text; those whose text is null
   *     have no signature
   * @return computed anew each time it is read: best written or cached
   * @throws InvalidInputException if one of the columns is missing or no string
   */
  public static Dataset<Row> of(Dataset<Row> documents, MinHashConfig config) {
    requireString(documents, ID);
    requireString(documents, TEXT);
    Dataset<Row> texts = documents.select(col(ID), col(TEXT)).filter(col(TEXT).isNotNull());
    return documents
        .sparkSession()
        .createDataFrame(
            texts.javaRDD().mapPartitions(rows -> new SignatureRows(rows, config)), schema(config));
  }

  /**
   * Writes signatures as an index, one Parquet file for each partition.
   *
   * @param directory must not exist
   */
  public static void write(Dataset<Row> signatures, String directory) {
    signatures.write().parquet(directory);
  }

  /**
   * Opens an index.
   *
   * @throws InvalidInputException if it was made with other settings
   */
  public static Dataset<Row> read(SparkSession spark, String directory, MinHashConfig config) {
    Dataset<Row> index = spark.read().parquet(directory);
    requireMadeWith(index, config, directory);
    return index;
  }

  /**
   * Checks that signatures were made with the same settings.
   *
   * @param name of the signatures, for the message
   */
  static void requireMadeWith(Dataset<Row> signatures, MinHashConfig config, String name) {
    boolean complete =
        Arrays.asList(signatures.columns()).containsAll(Arrays.asList(schema(config).fieldNames()));
    Metadata metadata = complete ? signatures.schema().apply(KEYS).metadata() : Metadata.empty();
    String given = metadata.contains(SETTINGS) ? metadata.getString(SETTINGS) : null;
    if (given == null) {
      throw new InvalidInputException(
          name + " has the columns " + String.join(", ", signatures.columns()),
          "MinHash signatures, as MinHashSignatures writes them",
          "make the index of that corpus first");
    }
    if (!given.equals(settings(config))) {
      throw new InvalidInputException(
          name + " was made with " + given,
          "signatures made with " + settings(config),
          "use the settings of the index, or make it again from its documents");
    }
  }

  static StructType schema(MinHashConfig config) {
    Metadata metadata = new MetadataBuilder().putString(SETTINGS, settings(config)).build();
    return new StructType(
        new StructField[] {
          new StructField(ID, DataTypes.StringType, false, Metadata.empty()),
          new StructField(CHARACTERS, DataTypes.IntegerType, false, Metadata.empty()),
          new StructField(
              KEYS, DataTypes.createArrayType(DataTypes.LongType, false), false, metadata),
          new StructField(SKETCH, DataTypes.BinaryType, false, Metadata.empty())
        });
  }

  private static String settings(MinHashConfig config) {
    return "version 1, shingleSize %d, bands %d, rows %d, seed %d, sketchSize %d"
        .formatted(
            config.shingleSize(),
            config.bands(),
            config.rows(),
            config.seed(),
            config.sketchSize());
  }

  private static void requireString(Dataset<Row> documents, String column) {
    boolean found =
        Arrays.stream(documents.schema().fields())
            .anyMatch(
                field ->
                    field.name().equals(column) && field.dataType().equals(DataTypes.StringType));
    if (!found) {
      throw new InvalidInputException(
          "the documents have the columns " + documents.schema().toDDL(),
          "a column " + column + " of type STRING",
          "rename or add the column");
    }
  }

  /** The signatures of a partition's documents. */
  private static final class SignatureRows implements Iterator<Row> {
    private final Iterator<Row> documents;
    private final Shingler shingler;
    private final MinHasher hasher;
    private final int sketchSize;

    SignatureRows(Iterator<Row> documents, MinHashConfig config) {
      this.documents = documents;
      this.shingler = new Shingler(config.shingleSize());
      this.hasher = new MinHasher(config);
      this.sketchSize = config.sketchSize();
    }

    @Override
    public boolean hasNext() {
      return documents.hasNext();
    }

    @Override
    public Row next() {
      Row document = documents.next();
      String text = document.getString(1);
      long[] shingles = shingler.shingles(text);
      return RowFactory.create(
          document.getString(0),
          text.codePointCount(0, text.length()),
          hasher.bandKeys(hasher.signature(shingles)),
          Sketch.of(shingles, sketchSize));
    }
  }
}
