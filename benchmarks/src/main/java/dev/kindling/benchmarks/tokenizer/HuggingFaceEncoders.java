package dev.kindling.benchmarks.tokenizer;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Hugging Face's tokenizer, which is written in Rust, through the native interface of DJL. It is
 * called in three ways, of which the fastest is the peer: text by text and a batch at a time, which
 * both copy tokens, offsets and masks into Java, and for the ids alone, which is the nearest to
 * what Rust itself takes.
 */
final class HuggingFaceEncoders implements AutoCloseable {
  private static final int BATCH = 64;

  private final HuggingFaceTokenizer tokenizer;

  private HuggingFaceEncoders(HuggingFaceTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * Loads a {@code tokenizer.json}.
   *
   * @param directory where the native library goes
   * @throws IllegalArgumentException if batches would be encoded by several threads
   */
  static HuggingFaceEncoders load(Path file, Path directory) throws IOException {
    if (!"false".equals(System.getenv("TOKENIZERS_PARALLELISM"))) {
      throw new IllegalArgumentException(
          "TOKENIZERS_PARALLELISM is not 'false', so that Hugging Face's tokenizer would take more"
              + " than one core: use bin/benchmark, or set it");
    }
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("RUST_FLAVOR", "cpu");
    System.setProperty("DJL_CACHE_DIR", directory.toString());
    return new HuggingFaceEncoders(
        HuggingFaceTokenizer.builder()
            .optTokenizerPath(file)
            .optTruncation(false)
            .optPadding(false)
            .build());
  }

  List<TextEncoder> all() {
    return List.of(new Plain(tokenizer), new Batch(tokenizer), new IdsAlone(tokenizer));
  }

  long[] ids(String text) {
    return tokenizer.encode(text, false, false).getIds();
  }

  @Override
  public void close() {
    tokenizer.close();
  }

  private record Plain(HuggingFaceTokenizer tokenizer) implements TextEncoder {
    @Override
    public String name() {
      return "hugging face, text by text";
    }

    @Override
    public long encode(List<String> texts) {
      long numIds = 0;
      for (String text : texts) {
        numIds += tokenizer.encode(text, false, false).getIds().length;
      }
      return numIds;
    }
  }

  private record Batch(HuggingFaceTokenizer tokenizer) implements TextEncoder {
    @Override
    public String name() {
      return "hugging face, batches of " + BATCH;
    }

    @Override
    public long encode(List<String> texts) {
      long numIds = 0;
      for (int from = 0; from < texts.size(); from += BATCH) {
        List<String> batch = texts.subList(from, Math.min(from + BATCH, texts.size()));
        for (Encoding encoding : tokenizer.batchEncode(batch, false, false)) {
          numIds += encoding.getIds().length;
        }
      }
      return numIds;
    }
  }

  private record IdsAlone(HuggingFaceTokenizer tokenizer) implements TextEncoder {
    @Override
    public String name() {
      return "hugging face, ids alone";
    }

    @Override
    public long encode(List<String> texts) {
      long numIds = 0;
      for (String text : texts) {
        long encoding = TokenizersLibrary.LIB.encode(tokenizer.getHandle(), text, false);
        numIds += TokenizersLibrary.LIB.getTokenIds(encoding).length;
        TokenizersLibrary.LIB.deleteEncoding(encoding);
      }
      return numIds;
    }
  }
}
