package dev.kindling.data;

/**
 * One document on its way through the pipeline.
 *
 * @param id unique in the corpus and stable between runs: made of the source and the position in it
 * @param text the document's characters
 * @param source the file that it was read from
 * @param language an ISO 639-1 code such as {@code en}, or {@code und} where it is not known
 */
public record Document(String id, String text, String source, String language) {}
