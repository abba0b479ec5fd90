package dev.kindling.data.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Learns a byte-level BPE: {@link PairLearner} over the UTF-8 bytes of words. */
final class BytePairLearner {
  private BytePairLearner() {}

  /**
   * Learns a tokenizer: the 256 bytes, then the merges' results, then the special token.
   *
   * @param words distinct words; their order does not matter
   * @param vocabSize the ids aimed at, of which fewer come out where no pair is left to merge
   * @param minFrequency a pair seen less often is not merged
   * @param endOfText whether {@link Tokenizer#END_OF_TEXT} gets the last id
   */
  static ByteLevelBpe learn(
      List<WordCount> words, int vocabSize, int minFrequency, boolean endOfText) {
    int numTokens = vocabSize - (endOfText ? 1 : 0);
    if (numTokens < ByteAlphabet.SIZE) {
      throw new IllegalArgumentException("vocabSize " + vocabSize + " has no room for the bytes");
    }
    int[] idOfByte = new int[ByteAlphabet.SIZE];
    List<String> alphabet = new ArrayList<>();
    for (byte value : ByteAlphabet.inIdOrder()) {
      idOfByte[Byte.toUnsignedInt(value)] = alphabet.size();
      alphabet.add(ByteAlphabet.toText(new byte[] {value}));
    }
    int[][] ids = new int[words.size()][];
    for (int word = 0; word < ids.length; word++) {
      char[] text = words.get(word).word().toCharArray();
      byte[] bytes = Utf8.encode(text, 0, text.length);
      ids[word] = new int[bytes.length];
      for (int i = 0; i < bytes.length; i++) {
        ids[word][i] = idOfByte[Byte.toUnsignedInt(bytes[i])];
      }
    }
    long[] counts = words.stream().mapToLong(WordCount::count).toArray();
    PairLearner learner = new PairLearner(alphabet, ids, counts, minFrequency, String::concat);
    learner.learn(numTokens);
    return toTokenizer(learner, endOfText);
  }

  private static ByteLevelBpe toTokenizer(PairLearner learner, boolean endOfText) {
    int numTokens = learner.tokens().size();
    byte[][] tokens = new byte[numTokens + (endOfText ? 1 : 0)][];
    for (int id = 0; id < numTokens; id++) {
      tokens[id] = ByteAlphabet.toBytes(learner.tokens().get(id));
    }
    return new ByteLevelBpe(
        tokens, learner.merges(), endOfText ? Map.of(numTokens, Tokenizer.END_OF_TEXT) : Map.of());
  }
}
