package dev.kindling.data.read;

/** Why a record cannot be read. */
public enum QuarantineReason {
  /** Bytes that are no UTF-8. */
  BROKEN_UTF8("broken-utf-8"),
  /** Half of a surrogate pair, which no encoding can write. */
  LONE_SURROGATE("lone-surrogate"),
  /** A line that is no JSON object. */
  MALFORMED_JSON("malformed-json"),
  /** A line of JSON of more levels than {@link ReadConfig#maxNestingDepth}. */
  NESTED_TOO_DEEPLY("nested-too-deeply"),
  /** A record without a text, or whose text is no string. */
  MISSING_TEXT("missing-text"),
  /** More bytes than {@link ReadConfig#maxRecordBytes}. */
  OVERSIZED_RECORD("oversized-record"),
  /** A gzip stream that ends early or is damaged; what came before it is read. */
  BROKEN_GZIP("broken-gzip"),
  /** A Zstandard stream that ends early or is damaged; what came before it is read. */
  BROKEN_ZSTD("broken-zstd"),
  /**
   * A compressed file whose content is more times larger than {@link
   * ReadConfig#maxDecompressionRatio}; what came before that is read.
   */
  DECOMPRESSION_BOMB("decompression-bomb"),
  /** A WARC record with a bad header, length or HTTP response; the next one is read. */
  BROKEN_WARC("broken-warc"),
  /** A page in a character set or content encoding that is not known, or that it does not fit. */
  BROKEN_ENCODING("broken-encoding"),
  /** A Parquet file that is cut off or damaged; rows before the damage are read. */
  BROKEN_PARQUET("broken-parquet"),
  /** A file without a single record that is read. */
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
