package dev.kindling.benchmarks.tokenizer;

import dev.kindling.data.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;

/** Our own. */
record KindlingEncoder(Tokenizer tokenizer) implements TextEncoder {
  @Override
  public String name() {
    return "kindling";
  }

  @Override
  public long encode(List<String> texts) {
    long numIds = 0;
    for (String text : texts) {
      numIds += tokenizer.encode(text).length;
    }
    return numIds;
  }

  long[] ids(String text) {
    return Arrays.stream(tokenizer.encode(text)).asLongStream().toArray();
  }
}
