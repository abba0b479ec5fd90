package dev.kindling.data.read;

import dev.kindling.data.Document;

/** What the readers find: a document, or a record that cannot be read. */
public sealed interface ReadRecord {
  /**
   * A document as it stands in its file.
   *
   * @param origin the file's name in the output and the position: unique, also where the document
   *     brings an id of its own
   * @param position byte offset in the decompressed file, or row number for Parquet
   * @param html whether the text is HTML markup
   * @param url where the text was found; null where that is not known
   * @param date when it was found or written, in ISO 8601; null where that is not known
   */
  record ReadDocument(
      Document document, String origin, long position, boolean html, String url, String date)
      implements ReadRecord {}

  /**
   * A record that cannot be read.
   *
   * @param detail more about the reason, for a person
   */
  record Quarantined(
      String id, String source, long position, QuarantineReason reason, String detail)
      implements ReadRecord {}
}
