package dev.kindling.spark.wordvectors;

import dev.kindling.data.shard.TokenDocuments;
import dev.kindling.data.shard.TokenSet;
import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.spark.parallel.HadoopSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.LongStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Turns one part of the documents of the split {@code train} back into text, and that into lists of
 * words.
 *
 * @param hadoop the filesystem's settings
 * @param tokens the directory of token shards
 * @param numParts of all documents
 * @param lowercase whether words are lower-cased
 * @param maxLength words of a list
 * @param subsampling which occurrences stay; null: all
 */
record ReadSentences(
    HadoopSettings hadoop,
    String tokens,
    int numParts,
    boolean lowercase,
    int maxLength,
    Subsampling subsampling)
    implements FlatMapFunction<Integer, List<String>> {

  @Override
  public Iterator<List<String>> call(Integer part) {
    Configuration configuration = hadoop.get();
    Tokenizer tokenizer = TokenizerFile.load(configuration, new Path(tokens));
    TokenSet set = TokenSet.open(configuration, new Path(tokens), "train");
    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> set.close());
    long size = set.documents().size();
    return LongStream.range(bound(size, part), bound(size, part + 1))
        .mapToObj(document -> sentences(set, tokenizer, document))
        .flatMap(List::stream)
        .iterator();
  }

  /** Where a part begins, which is the end of the one before it. */
  private long bound(long size, int part) {
    return size / numParts * part + size % numParts * part / numParts;
  }

  private List<List<String>> sentences(TokenSet set, Tokenizer tokenizer, long number) {
    TokenDocuments.Span span = set.documents().get(number);
    int[] ids = new int[Math.toIntExact(span.length())];
    set.read(span.start(), ids, 0, ids.length);
    List<List<String>> sentences = new ArrayList<>();
    long position = 0;
    for (int[] text : texts(ids, tokenizer.endOfTextId())) {
      List<String> sentence = new ArrayList<>();
      for (String word : TextWords.of(tokenizer.decode(text), lowercase)) {
        if (subsampling == null || subsampling.keeps(word, number, position)) {
          sentence.add(word);
        }
        position++;
        if (sentence.size() == maxLength) {
          sentences.add(sentence);
          sentence = new ArrayList<>();
        }
      }
      if (!sentence.isEmpty()) {
        sentences.add(sentence);
      }
    }
    return sentences;
  }

  /** A packed sequence has several documents in it, which end-of-text tokens part. */
  private static List<int[]> texts(int[] ids, OptionalInt endOfText) {
    List<int[]> texts = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= ids.length; i++) {
      boolean ends = i == ids.length || (endOfText.isPresent() && ids[i] == endOfText.getAsInt());
      if (ends && i > start) {
        texts.add(Arrays.copyOfRange(ids, start, i));
      }
      start = ends ? i + 1 : start;
    }
    return texts;
  }
}
