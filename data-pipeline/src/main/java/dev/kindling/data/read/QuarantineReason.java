package dev.kindling.data.read;

/** Why a record cannot be read. */
public enum QuarantineReason {
  /** Bytes that are no UTF-8. */
  BROKEN_UTF8("broken-utf-8"),
  /** Half of a surrogate pair, which no encoding can write. */
  LONE_SURROGATE("lone-surrogate"),
  /** A line that is no JSON object, or one that is nested too deeply. */
  MALFORMED_JSON("malformed-json"),
  /** A record without a text, or whose text is no string. */
  MISSING_TEXT("missing-text"),
  /** More bytes than {@link ReadConfig#maxRecordBytes}. */
  OVERSIZED_RECORD("oversized-record"),
  /** A gzip stream that ends early or is damaged; what came before it is read. */
  BROKEN_GZIP("broken-gzip"),
  /** A Parquet file that is cut off or damaged; rows before the damage are read. */
  BROKEN_PARQUET("broken-parquet"),
  /** A file without a single record. */
  EMPTY_FILE("empty-file");

  private final String label;

  QuarantineReason(String label) {
    this.label = label;
  }

  /** The reason as it stands in the output. */
  public String label() {
    return label;
  }
}
