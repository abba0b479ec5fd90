package dev.kindling.spark.ngram;

import dev.kindling.data.shard.TokenSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.util.TaskCompletionListener;

/** Reads ranges of tokens as n-grams, one for every token, which are counted as they come. */
record ReadNgrams(TokenRanges ranges, NgramKey keys)
    implements MapPartitionsFunction<Long, byte[]> {
  @Override
  public Iterator<byte[]> call(Iterator<Long> numbers) {
    TokenSet set = ranges.open();
    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> set.close());
    return new Keys(set, numbers);
  }

  private final class Keys implements Iterator<byte[]> {
    private final TokenSet set;
    private final Iterator<Long> numbers;
    private NgramWindows windows;
    private boolean hasNext;

    Keys(TokenSet set, Iterator<Long> numbers) {
      this.set = set;
      this.numbers = numbers;
      advance();
    }

    @Override
    public boolean hasNext() {
      return hasNext;
    }

    @Override
    public byte[] next() {
      if (!hasNext) {
        throw new NoSuchElementException("all ranges are read");
      }
      byte[] key = keys.encode(windows.tokens(), windows.length());
      advance();
      return key;
    }

    private void advance() {
      hasNext = windows != null && windows.next();
      while (!hasNext && numbers.hasNext()) {
        windows = ranges.windows(set, numbers.next());
        hasNext = windows.next();
      }
    }
  }
}
