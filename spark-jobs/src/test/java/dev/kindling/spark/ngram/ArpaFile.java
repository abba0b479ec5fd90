package dev.kindling.spark.ngram;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A backoff model as the ARPA format describes it, by words. */
final class ArpaFile {
  private record Entry(double log10Probability, double log10Backoff) {}

  private final Map<List<String>, Entry> ngrams = new HashMap<>();

  private ArpaFile() {}

  /** Reads a file, and checks that each section has as many n-grams as the head says. */
  static ArpaFile read(Path path) throws IOException {
    ArpaFile file = new ArpaFile();
    Map<Integer, Integer> left = new HashMap<>();
    int order = 0;
    for (String line : Files.readAllLines(path)) {
      if (line.startsWith("ngram ")) {
        String[] count = line.substring(6).split("=", -1);
        left.put(Integer.valueOf(count[0]), Integer.valueOf(count[1]));
      } else if (line.endsWith("-grams:")) {
        order = Integer.parseInt(line.substring(1, line.indexOf('-')));
      } else if (!line.isEmpty() && !line.startsWith("\\")) {
        String[] fields = line.split("\t", -1);
        double backoff = fields.length > 2 ? Double.parseDouble(fields[2]) : 0;
        Entry entry = new Entry(Double.parseDouble(fields[0]), backoff);
        List<String> words = List.of(fields[1].split(" ", -1));
        if (words.size() != order || file.ngrams.put(words, entry) != null) {
          throw new IOException("not a new n-gram of order " + order + ": " + line);
        }
        left.merge(order, -1, Integer::sum);
      }
    }
    if (left.values().stream().anyMatch(number -> number != 0)) {
      throw new IOException("other numbers than the head says: " + left);
    }
    return file;
  }

  /** Tokens are words but for 0, which is a document's beginning, or as the last word its end. */
  double log10Probability(List<Integer> context, int token) {
    List<String> words = new ArrayList<>();
    for (int given : context) {
      words.add(given == 0 ? "<s>" : Integer.toString(given));
    }
    return log10Probability(words, token == 0 ? "</s>" : Integer.toString(token));
  }

  private double log10Probability(List<String> context, String word) {
    List<String> whole = new ArrayList<>(context);
    whole.add(word);
    Entry entry = ngrams.get(whole);
    if (entry != null) {
      return entry.log10Probability();
    }
    Entry ofContext = ngrams.get(context);
    return (ofContext == null ? 0 : ofContext.log10Backoff())
        + log10Probability(context.subList(1, context.size()), word);
  }
}
