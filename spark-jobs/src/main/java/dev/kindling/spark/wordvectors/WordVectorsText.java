package dev.kindling.spark.wordvectors;

import dev.kindling.data.InvalidInputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The text format of word2vec, which gensim and others read: a line with the number of vectors and
 * their size, and a line for each with the word and its numbers, parted by blanks. That of GloVe,
 * which has no first line, and words with blanks in them behind the first, is read too. Numbers are
 * written such that they read back equal.
 */
final class WordVectorsText {
  private WordVectorsText() {}

  /** Writes all vectors; closes nothing. */
  static void write(WordVectors vectors, OutputStream out) throws IOException {
    Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
    StringBuilder line = new StringBuilder();
    line.append(vectors.words().size()).append(' ').append(vectors.size()).append('\n');
    for (int row = 0; row < vectors.words().size(); row++) {
      line.append(vectors.words().get(row).word());
      for (float value : vectors.vector(row)) {
        line.append(' ').append(value);
      }
      writer.append(line.append('\n'));
      line.setLength(0);
    }
    writer.append(line).flush();
  }

  /**
   * Reads vectors, whose words have no counts then.
   *
   * @param name of the file, for messages
   * @throws InvalidInputException naming the line that is not of the format
   */
  static WordVectors read(String name, InputStream in) throws IOException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    String line = lines.readLine();
    String[] header = line == null ? new String[0] : line.split(" ", -1);
    boolean announced = header.length == 2 && line.matches("[0-9]{1,9} [0-9]{1,9}");
    List<WordCount> words = new ArrayList<>();
    List<float[]> rows = new ArrayList<>();
    int size = announced ? Integer.parseInt(header[1]) : header.length - 1;
    int number = announced ? 1 : 0;
    for (line = announced ? lines.readLine() : line; line != null; line = lines.readLine()) {
      number++;
      // Some writers leave a blank at the end.
      String[] fields = line.stripTrailing().split(" ", -1);
      int wordFields = fields.length - size;
      if (size < 1 || wordFields < 1 || (announced && wordFields > 1)) {
        throw wrong(name, number, fields.length - 1 + " numbers", size);
      }
      words.add(new WordCount(String.join(" ", List.of(fields).subList(0, wordFields)), 0));
      rows.add(numbers(name, number, List.of(fields).subList(wordFields, fields.length)));
    }
    if (rows.isEmpty() || (announced && rows.size() != Integer.parseInt(header[0]))) {
      throw new InvalidInputException(
          name + " has " + rows.size() + " vectors",
          announced ? header[0] + " vectors, as its first line says" : "at least one vector",
          "get a sound copy of the file");
    }
    float[] values = new float[Math.multiplyExact(rows.size(), size)];
    for (int row = 0; row < rows.size(); row++) {
      System.arraycopy(rows.get(row), 0, values, row * size, size);
    }
    return new WordVectors(words, size, values);
  }

  private static float[] numbers(String name, int line, List<String> fields) {
    float[] numbers = new float[fields.size()];
    for (int i = 0; i < numbers.length; i++) {
      try {
        numbers[i] = Float.parseFloat(fields.get(i));
      } catch (NumberFormatException e) {
        throw wrong(name, line, "'" + fields.get(i) + "'", numbers.length);
      }
    }
    return numbers;
  }

  private static InvalidInputException wrong(String name, int line, String found, int size) {
    return new InvalidInputException(
        name + ", line " + line + " has " + found,
        "a word and " + (size < 1 ? "its" : size) + " numbers, parted by single blanks",
        "give a directory that `kindling word2vec` wrote, or vectors in word2vec's or GloVe's text"
            + " format");
  }
}
