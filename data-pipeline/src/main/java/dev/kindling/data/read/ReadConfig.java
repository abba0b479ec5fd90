package dev.kindling.data.read;

/**
 * How files become documents.
 *
 * @param text what one document is in a plain-text file: {@code chunk} (about {@code
 *     chunkCharacters} characters, cut at a blank line where there is one), {@code line} or {@code
 *     file}
 * @param chunkCharacters the aim for {@code chunk}
 * @param maxRecordBytes a larger record goes to quarantine
 */
public record ReadConfig(String text, int chunkCharacters, long maxRecordBytes) {}
