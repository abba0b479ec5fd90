package dev.kindling.data.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** One of our tokenizers beside Hugging Face's own library, which has read its file. */
final class HuggingFacePeer implements AutoCloseable {
  private static final int QUOTED_CHARACTERS = 100;

  static {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("RUST_FLAVOR", "cpu");
    System.setProperty("DJL_CACHE_DIR", Path.of("target", "djl").toAbsolutePath().toString());
  }

  private final Tokenizer ours;
  private final HuggingFaceTokenizer rust;

  private HuggingFacePeer(Tokenizer ours, HuggingFaceTokenizer rust) {
    this.ours = ours;
    this.rust = rust;
  }

  static HuggingFacePeer of(Tokenizer ours) throws IOException {
    Path file = Files.createTempFile("tokenizer", ".json");
    try {
      Files.write(file, TokenizerFile.toJson(ours));
      return new HuggingFacePeer(
          ours,
          HuggingFaceTokenizer.builder()
              .optTokenizerPath(file)
              .optTruncation(false)
              .optPadding(false)
              .build());
    } finally {
      Files.delete(file);
    }
  }

  /** Both make the same ids of {@code text}, and the same text of these. */
  void assertSame(String text) {
    int[] ids = ours.encode(text);
    long[] expected = ids(text);
    assertThat(Arrays.stream(ids).asLongStream().toArray())
        .as(text.substring(0, Math.min(text.length(), QUOTED_CHARACTERS)))
        .isEqualTo(expected);
    assertThat(ours.decode(ids)).isEqualTo(rust.decode(expected, true));
  }

  /** Theirs, without special tokens. */
  long[] ids(String text) {
    return encoding(text).getIds();
  }

  /** All that they say of a text, without special tokens. */
  Encoding encoding(String text) {
    return rust.encode(text, false, false);
  }

  /** What only theirs does. */
  HuggingFaceTokenizer rust() {
    return rust;
  }

  @Override
  public void close() {
    rust.close();
  }
}
