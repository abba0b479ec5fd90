package dev.kindling.data.sample;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Writes pages as files: of five, one is an HTML file, one is a plain-text file, and three are
 * lines of JSON Lines files, of which every other one is gzipped.
 */
final class CrawlWriter implements AutoCloseable {
  static final String PAGES = "pages";
  static final String NOTES = "notes";
  static final String CRAWL = "crawl";

  private static final int FILES_PER_DIRECTORY = 1000;
  private static final int LINES_PER_FILE = 1000;
  private static final int BUFFER_BYTES = 1 << 16;
  private static final byte[] NO_UTF8 = {(byte) 0xC3, (byte) 0x28, (byte) 0xFF};
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The format of a page. */
  enum Format {
    HTML,
    TXT,
    JSONL;

    static Format of(int place) {
      return switch (place % 5) {
        case 0 -> HTML;
        case 1 -> TXT;
        default -> JSONL;
      };
    }

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final FileSystem fs;
  private final Path directory;
  private OutputStream lines;
  private int numLines;

  CrawlWriter(Configuration hadoop, Path directory) throws IOException {
    FileSystem checked = directory.getFileSystem(hadoop);
    // A local page is not worth a second file with its checksum: the manifest has one.
    this.fs = checked instanceof ChecksumFileSystem local ? local.getRawFileSystem() : checked;
    this.directory = directory;
  }

  /**
   * Writes one page.
   *
   * @param broken whether to put bytes into it that are no UTF-8
   */
  void write(int place, String text, String language, boolean broken, RandomStream layout)
      throws IOException {
    switch (Format.of(place)) {
      case HTML ->
          writeFile(
              file(PAGES, "page", ".html", place),
              bytes(PageRenderer.html(text, language, place, layout), text, broken));
      case TXT -> writeFile(file(NOTES, "note", ".txt", place), bytes(text + "\n", text, broken));
      case JSONL -> writeLine(bytes(json(text, place) + "\n", text, broken));
    }
  }

  @Override
  public void close() throws IOException {
    if (lines != null) {
      lines.close();
    }
  }

  private static String json(String text, int place) {
    ObjectNode node = JSON.createObjectNode();
    node.put("id", String.format(Locale.ROOT, "story-%07d", place));
    node.put("source", "https://stories.example.org/page-" + place);
    node.put("text", text);
    try {
      return JSON.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of strings can always be written", e);
    }
  }

  /** The page's bytes, where asked for broken in the middle of the text. */
  private static byte[] bytes(String page, String text, boolean broken) {
    byte[] whole = page.getBytes(StandardCharsets.UTF_8);
    if (!broken) {
      return whole;
    }
    String firstWords = text.substring(0, 5);
    int at = page.substring(0, page.indexOf(firstWords)).getBytes(StandardCharsets.UTF_8).length;
    byte[] changed = Arrays.copyOf(whole, whole.length + NO_UTF8.length);
    System.arraycopy(NO_UTF8, 0, changed, at, NO_UTF8.length);
    System.arraycopy(whole, at, changed, at + NO_UTF8.length, whole.length - at);
    return changed;
  }

  private Path file(String folder, String name, String suffix, int place) {
    return new Path(
        directory,
        String.format(
            Locale.ROOT,
            "%s/%05d/%s-%07d%s",
            folder,
            place / (5 * FILES_PER_DIRECTORY),
            name,
            place,
            suffix));
  }

  private void writeFile(Path path, byte[] bytes) throws IOException {
    try (OutputStream out = create(path)) {
      out.write(bytes);
    }
  }

  private void writeLine(byte[] line) throws IOException {
    if (numLines % LINES_PER_FILE == 0) {
      close();
      int number = numLines / LINES_PER_FILE;
      boolean gzipped = number % 2 == 1;
      String name =
          String.format(Locale.ROOT, "%s/part-%05d.jsonl%s", CRAWL, number, gzipped ? ".gz" : "");
      OutputStream file = create(new Path(directory, name));
      lines = gzipped ? new GZIPOutputStream(file, BUFFER_BYTES) : file;
    }
    lines.write(line);
    numLines++;
  }

  /** The one overload that sets no permissions, which a local filesystem does by a process. */
  private OutputStream create(Path path) throws IOException {
    return fs.create(
        path,
        true,
        BUFFER_BYTES,
        fs.getDefaultReplication(path),
        fs.getDefaultBlockSize(path),
        null);
  }
}
