package dev.kindling.data.read;

/**
 * What a record says of itself beside its text; null where it says nothing.
 *
 * @param language an ISO 639-1 code
 * @param url where the text was found
 * @param date when, in ISO 8601, so that dates in order are strings in order
 */
record RecordFields(String id, String source, String language, String url, String date) {
  static final RecordFields NONE = new RecordFields(null, null, null, null, null);
}
