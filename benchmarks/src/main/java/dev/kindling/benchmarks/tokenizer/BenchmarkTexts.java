package dev.kindling.benchmarks.tokenizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** The texts that tokenizers are measured on. */
public final class BenchmarkTexts {
  private static final int DOCUMENT_CHARACTERS = 4096;
  private static final int DOCUMENT_WORDS = 700;
  private static final int NUM_DOCUMENTS = 2000;
  private static final int NUM_WORDS = 500_000;

  private BenchmarkTexts() {}

  /**
   * A file of UTF-8, cut into documents at the first line end after {@value #DOCUMENT_CHARACTERS}.
   */
  public static List<String> of(Path file) throws IOException {
    String text = Files.readString(file);
    List<String> documents = new ArrayList<>();
    int end;
    for (int start = 0; start < text.length(); start = end) {
      int lineEnd = text.indexOf('\n', start + DOCUMENT_CHARACTERS);
      end = lineEnd < 0 ? text.length() : lineEnd + 1;
      documents.add(text.substring(start, end));
    }
    return documents;
  }

  /** About 9 MB of {@link ZipfText}. */
  public static List<String> madeUp() {
    ZipfText text = new ZipfText(1, NUM_WORDS);
    return LongStream.range(0, NUM_DOCUMENTS)
        .mapToObj(number -> text.document(number, DOCUMENT_WORDS))
        .toList();
  }
}
