package dev.kindling.data.tokenizer;

import dev.kindling.data.IntList;
import dev.kindling.data.tokenizer.unigram.BestSegmentation;
import dev.kindling.data.tokenizer.unigram.MetaspaceText;
import dev.kindling.data.tokenizer.unigram.ScoredPiece;
import dev.kindling.data.tokenizer.unigram.UnigramModel;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * The Unigram tokenizer of SentencePiece and T5 (Kudo 2018): text is normalized and cut into words
 * by {@link MetaspaceText}, and each word into the pieces of the highest total log-probability. A
 * run of characters that the vocabulary lacks becomes one {@value #UNKNOWN}.
 *
 * <p>{@code decode(encode(text))} is the normalized text without the space in front. Text never
 * becomes a special token; {@value #UNKNOWN} decodes to nothing where it is one.
 */
public final class UnigramTokenizer implements Tokenizer {
  /** Fills sequences up. */
  public static final String PADDING = "<pad>";

  /** Ends a document, as {@link Tokenizer#endOfTextId} says. */
  public static final String END_OF_SEQUENCE = "</s>";

  /** Stands for characters that the vocabulary lacks. */
  public static final String UNKNOWN = "<unk>";

  private static final long serialVersionUID = 1L;

  private final transient String[] contents;
  private final transient double[] scores;
  private final transient NavigableMap<Integer, String> specialTokens;
  private final transient UnigramModel model;

  /**
   * @param contents the text of each id, also of special tokens
   * @param scores the log-probability of each id, 0 or less
   * @param unknownId the id of characters that the vocabulary lacks
   * @param specialTokens the content of special tokens by id
   */
  UnigramTokenizer(
      String[] contents, double[] scores, int unknownId, Map<Integer, String> specialTokens) {
    this.contents = contents.clone();
    this.scores = scores.clone();
    this.specialTokens = Collections.unmodifiableNavigableMap(new TreeMap<>(specialTokens));
    String[] pieces = contents.clone();
    specialTokens.keySet().forEach(id -> pieces[id] = null);
    this.model = new UnigramModel(pieces, scores, unknownId);
  }

  /**
   * The vocabulary of learned pieces behind the special tokens, in T5's order: {@value #PADDING},
   * {@value #END_OF_SEQUENCE} where it is wanted, {@value #UNKNOWN}. Sentinels are not among them:
   * the objective of span corruption puts its own behind the vocabulary.
   */
  static UnigramTokenizer of(List<ScoredPiece> pieces, boolean endOfText) {
    List<String> special = specialTokens(endOfText);
    String[] contents = new String[special.size() + pieces.size()];
    double[] scores = new double[contents.length];
    Map<Integer, String> specialTokens = new TreeMap<>();
    for (int id = 0; id < contents.length; id++) {
      if (id < special.size()) {
        contents[id] = special.get(id);
        specialTokens.put(id, special.get(id));
      } else {
        ScoredPiece piece = pieces.get(id - special.size());
        contents[id] = piece.piece();
        scores[id] = piece.score();
      }
    }
    return new UnigramTokenizer(contents, scores, special.indexOf(UNKNOWN), specialTokens);
  }

  /** The special tokens of a learned vocabulary, from id 0. */
  static List<String> specialTokens(boolean endOfText) {
    return endOfText ? List.of(PADDING, END_OF_SEQUENCE, UNKNOWN) : List.of(PADDING, UNKNOWN);
  }

  @Override
  public int vocabSize() {
    return contents.length;
  }

  @Override
  public OptionalInt endOfTextId() {
    return specialTokens.entrySet().stream()
        .filter(token -> token.getValue().equals(END_OF_SEQUENCE))
        .mapToInt(Map.Entry::getKey)
        .findFirst();
  }

  /** The id of characters that the vocabulary lacks. */
  public int unknownId() {
    return model.unknownId();
  }

  @Override
  public int[] encode(String text) {
    char[] characters = MetaspaceText.of(text).toCharArray();
    IntList ids = new IntList(characters.length / 3);
    BestSegmentation segmentation = new BestSegmentation(model);
    int end;
    for (int start = 0; start < characters.length; start = end) {
      end = MetaspaceText.wordEnd(characters, start, characters.length);
      addWord(segmentation, segmentation.find(characters, start, end), ids);
    }
    return ids.toArray();
  }

  @Override
  public String decode(int[] ids) {
    StringBuilder text = new StringBuilder(ids.length * 4);
    boolean first = true;
    for (int id : ids) {
      if (id < 0 || id >= contents.length) {
        throw new IllegalArgumentException(
            "id " + id + " is not in a vocabulary of " + contents.length + " ids");
      }
      if (!specialTokens.containsKey(id)) {
        // The first piece's space is the one that encoding put in front.
        String space = first ? "" : " ";
        text.append(contents[id].replace(String.valueOf(MetaspaceText.SPACE), space));
        first = false;
      }
    }
    return text.toString();
  }

  /** The text of each id, also of special tokens. */
  String[] contents() {
    return contents;
  }

  /** The log-probability of each id. */
  double[] scores() {
    return scores;
  }

  NavigableMap<Integer, String> specialTokens() {
    return specialTokens;
  }

  /** Adds the pieces of a word, those of a run of unknown characters as one. */
  private void addWord(BestSegmentation segmentation, int numPieces, IntList ids) {
    boolean afterUnknown = false;
    for (int i = 0; i < numPieces; i++) {
      int piece = segmentation.piece(i);
      boolean unknown = piece == model.unknownId();
      if (!(unknown && afterUnknown)) {
        ids.add(piece);
      }
      afterUnknown = unknown;
    }
  }

  private Object writeReplace() {
    return new SerializedTokenizer(TokenizerFile.toJson(this));
  }
}
