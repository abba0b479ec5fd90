package dev.kindling.benchmarks.corpus;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * A corpus on disk: {@code pages-*.jsonl}, every fourth file as {@code .jsonl.gz}, and beside its
 * directory {@code corpus.json}, which is written last.
 */
public final class Corpus {
  private static final int FILES_PER_GZIP = 4;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Corpus() {}

  /**
   * Writes the corpus of a recipe into {@code directory}, with all cores, unless it is there.
   *
   * @throws IllegalArgumentException if the directory holds something else
   */
  public static CorpusSummary write(CorpusRecipe recipe, Path directory) throws IOException {
    Path summaryFile = directory.resolveSibling("corpus.json");
    if (Files.exists(summaryFile)) {
      CorpusSummary found = MAPPER.readValue(summaryFile.toFile(), CorpusSummary.class);
      if (found.recipe().equals(recipe)) {
        return found;
      }
      throw new IllegalArgumentException(
          summaryFile + " is of a corpus of another size or version: choose another --work");
    }
    requireNothingElse(directory);
    Files.createDirectories(directory);
    Map<Language, Lexicon> lexicons = PageWriter.lexicons();
    Map<Kind, LongAdder> kinds = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      kinds.put(kind, new LongAdder());
    }
    LongAdder bytes = new LongAdder();
    IntStream.range(0, recipe.numFiles())
        .parallel()
        .forEach(file -> write(recipe, lexicons, directory, file, kinds, bytes));
    CorpusSummary summary =
        new CorpusSummary(
            recipe,
            bytes.sum(),
            kinds.get(Kind.EXACT_DUPLICATE).sum(),
            kinds.get(Kind.NEAR_DUPLICATE).sum(),
            kinds.get(Kind.MENU).sum(),
            kinds.get(Kind.BROKEN).sum());
    MAPPER.writeValue(summaryFile.toFile(), summary);
    return summary;
  }

  private static void requireNothingElse(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> content = Files.list(directory)) {
      content
          .filter(path -> !path.getFileName().toString().matches("pages-[0-9]{5}\\.jsonl(\\.gz)?"))
          .findFirst()
          .ifPresent(
              path -> {
                throw new IllegalArgumentException(
                    path + " is not of a corpus: choose another --work");
              });
    }
  }

  private static void write(
      CorpusRecipe recipe,
      Map<Language, Lexicon> lexicons,
      Path directory,
      int file,
      Map<Kind, LongAdder> kinds,
      LongAdder bytes) {
    PageWriter pages = new PageWriter(recipe, lexicons);
    try (OutputStream out = open(directory, file)) {
      long end = recipe.firstDocument(file + 1);
      for (long document = recipe.firstDocument(file); document < end; document++) {
        byte[] line = pages.line(document);
        out.write(line);
        bytes.add(line.length);
        kinds.get(recipe.kind(document)).increment();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static OutputStream open(Path directory, int file) throws IOException {
    boolean compressed = file % FILES_PER_GZIP == FILES_PER_GZIP - 1;
    String name = String.format(Locale.ROOT, "pages-%05d.jsonl%s", file, compressed ? ".gz" : "");
    OutputStream raw = Files.newOutputStream(directory.resolve(name));
    return new BufferedOutputStream(compressed ? new GZIPOutputStream(raw) : raw, 1 << 16);
  }
}
