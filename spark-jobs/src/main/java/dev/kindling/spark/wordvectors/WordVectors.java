package dev.kindling.spark.wordvectors;

import dev.kindling.data.InvalidInputException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Words and their vectors, the most frequent first. Look-ups take a word as it is, or else in lower
 * case. Immutable; may be shared by threads.
 */
public final class WordVectors {
  private static final int LETTERS_OF_EXAMPLE = 5;
  private static final int FUNCTION_WORDS = 100;

  private final List<WordCount> words;
  private final int size;

  /** [words, size], row-major. */
  private final float[] values;

  /** The same with rows of length 1; rows of zeros stay. */
  private final float[] units;

  private final Map<String, Integer> index = new HashMap<>();

  /**
   * A word that is near.
   *
   * @param word and how often it occurs
   * @param cosine of the angle between the vectors
   */
  public record Neighbour(WordCount word, double cosine) {}

  /**
   * Keeps the array.
   *
   * @param words none twice
   * @param size of a vector
   * @param values [words, size], row-major and finite
   * @throws InvalidInputException if a word is there twice, is empty, has white space in it other
   *     than single blanks between its parts, or a number is not finite
   */
  WordVectors(List<WordCount> words, int size, float[] values) {
    if (values.length != (long) words.size() * size) {
      throw new IllegalArgumentException(
          values.length + " numbers are not " + words.size() + " vectors of " + size);
    }
    this.words = List.copyOf(words);
    this.size = size;
    this.values = values;
    this.units = values.clone();
    for (int row = 0; row < words.size(); row++) {
      String word = words.get(row).word();
      // GloVe has such as "New York" and ". . .".
      if (List.of(word.split(" ", -1)).stream().anyMatch(WordVectors::isNoWord)) {
        throw damaged(
            "'" + word + "' is no word: it is empty or has white space other than single blanks");
      }
      if (index.put(word, row) != null) {
        throw damaged("the word '" + word + "' is there twice");
      }
      normalise(row);
    }
  }

  private static boolean isNoWord(String part) {
    return part.isEmpty() || part.codePoints().anyMatch(Character::isWhitespace);
  }

  private void normalise(int row) {
    double squares = 0;
    for (int i = row * size; i < (row + 1) * size; i++) {
      squares += (double) values[i] * values[i];
    }
    if (!Double.isFinite(squares)) {
      throw damaged(
          "the vector of '" + words.get(row).word() + "' has numbers that are not finite");
    }
    for (int i = row * size; i < (row + 1) * size && squares > 0; i++) {
      units[i] = (float) (values[i] / Math.sqrt(squares));
    }
  }

  private static InvalidInputException damaged(String given) {
    return new InvalidInputException(
        given,
        "word vectors, each of finite numbers and with a word of its own",
        "get a sound copy, or learn them again with `kindling word2vec`");
  }

  /** The words with their counts, the most frequent first. */
  public List<WordCount> words() {
    return words;
  }

  /** The numbers of a vector. */
  public int size() {
    return size;
  }

  /** A copy of the vector of a row. */
  public float[] vector(int row) {
    return Arrays.copyOfRange(values, row * size, (row + 1) * size);
  }

  /** The row of a word; empty if it has no vector. */
  public OptionalInt find(String word) {
    Integer row = index.get(word);
    if (row == null) {
      row = index.get(word.toLowerCase(Locale.ROOT));
    }
    return row == null ? OptionalInt.empty() : OptionalInt.of(row);
  }

  /**
   * The row of a word.
   *
   * @throws InvalidInputException if it has no vector; names words that are spelled alike
   */
  public int require(String word) {
    return find(word)
        .orElseThrow(
            () -> {
              List<String> alike = Spelling.nearest(word, words);
              return new InvalidInputException(
                  "'" + word + "' has no vector",
                  "one of the " + words.size() + " words that have",
                  alike.isEmpty()
                      ? "choose another word; rarer ones need a smaller word2vec.minCount"
                      : "did you mean " + String.join(", ", alike) + "?");
            });
  }

  /**
   * A frequent word that means something: the first of five letters or more behind the most
   * frequent ones, which mostly are function words; else the first.
   */
  public WordCount example() {
    return words.stream()
        .skip(Math.min(FUNCTION_WORDS, words.size() / 2))
        .filter(word -> word.word().length() >= LETTERS_OF_EXAMPLE)
        .findFirst()
        .orElse(words.get(0));
  }

  /** The first words alone; all where there are no more. */
  public WordVectors mostFrequent(int count) {
    return count >= words.size()
        ? this
        : new WordVectors(words.subList(0, count), size, Arrays.copyOf(values, count * size));
  }

  /**
   * The words whose vectors point the most in a word's direction, the nearest first.
   *
   * @throws InvalidInputException if the word has no vector
   */
  public List<Neighbour> neighbours(String word, int count) {
    int row = require(word);
    return nearest(Arrays.copyOfRange(units, row * size, (row + 1) * size), Set.of(row), count);
  }

  /**
   * What is to {@code c} as {@code b} is to {@code a}: the words nearest to b - a + c of the unit
   * vectors (3CosAdd, Mikolov et al. 2013), of which none is one of the three.
   *
   * @throws InvalidInputException if one of the words has no vector
   */
  public List<Neighbour> analogy(String a, String b, String c, int count) {
    int rowA = require(a);
    int rowB = require(b);
    int rowC = require(c);
    float[] target = new float[size];
    for (int i = 0; i < size; i++) {
      target[i] = units[rowB * size + i] - units[rowA * size + i] + units[rowC * size + i];
    }
    // Not Set.of, which refuses equal ones.
    return nearest(target, new HashSet<>(List.of(rowA, rowB, rowC)), count);
  }

  private List<Neighbour> nearest(float[] target, Set<Integer> excluded, int count) {
    double length = Math.sqrt(dot(target, 0, target, 0));
    Comparator<Neighbour> farthestFirst =
        Comparator.comparingDouble(Neighbour::cosine)
            .thenComparing(Neighbour::word, WordCount.ORDER.reversed());
    PriorityQueue<Neighbour> best = new PriorityQueue<>(count + 1, farthestFirst);
    for (int row = 0; row < words.size(); row++) {
      if (!excluded.contains(row)) {
        double cosine = length == 0 ? 0 : dot(target, 0, units, row) / length;
        if (best.size() < count || cosine >= best.peek().cosine()) {
          best.add(new Neighbour(words.get(row), cosine));
        }
        if (best.size() > count) {
          best.poll();
        }
      }
    }
    return best.stream().sorted(farthestFirst.reversed()).toList();
  }

  private double dot(float[] left, int leftRow, float[] right, int rightRow) {
    float sum = 0;
    for (int i = 0; i < size; i++) {
      sum += left[leftRow * size + i] * right[rightRow * size + i];
    }
    return sum;
  }
}
