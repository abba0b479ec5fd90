package dev.kindling.spark.sweep;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;

/** Files that are written anew again and again: whoever reads sees the old one or the new one. */
public final class ReplacedFile {
  /** Writes a file. */
  @FunctionalInterface
  public interface Writer {
    void write(Path file) throws IOException;
  }

  private ReplacedFile() {}

  /** Writes beside {@code file}, then takes its place. */
  public static void write(Configuration hadoop, Path file, Writer writer) {
    try {
      Path whole = file.getFileSystem(hadoop).makeQualified(file);
      Path beside = new Path(whole.getParent(), "_" + whole.getName());
      writer.write(beside);
      FileContext.getFileContext(whole.toUri(), hadoop)
          .rename(beside, whole, Options.Rename.OVERWRITE);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  /** The same with a text. */
  public static void write(Configuration hadoop, Path file, String text) {
    write(
        hadoop,
        file,
        path -> {
          try (OutputStream out = path.getFileSystem(hadoop).create(path, true)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
          }
        });
  }
}
