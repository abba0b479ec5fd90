package dev.kindling.spark.ngram;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.manifest.QualifiedPath;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.model.ngram.ArpaWriter;
import dev.kindling.model.ngram.NgramModel;
import dev.kindling.model.ngram.NgramPart;
import dev.kindling.model.ngram.NgramShape;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A committed n-gram model, on the driver or in a task. */
public final class NgramDirectory {
  /** The manifest's kind. */
  public static final String KIND = "ngram";

  private final Configuration hadoop;
  private final Path path;
  private final Manifest manifest;
  private final NgramFiles files;

  private NgramDirectory(Configuration hadoop, Path path, Manifest manifest, NgramFiles files) {
    this.hadoop = hadoop;
    this.path = path;
    this.manifest = manifest;
    this.files = files;
  }

  /** Whether a path holds an n-gram model. */
  public static boolean isOne(Configuration hadoop, Path path) {
    return Manifest.find(hadoop, path).filter(found -> found.kind().equals(KIND)).isPresent();
  }

  /**
   * Opens a model; its n-grams are not read yet.
   *
   * @throws InvalidInputException if there is none, or its configuration or tokenizer is damaged
   * @throws dev.kindling.model.io.WeightsFormatException if its configuration is of another version
   */
  public static NgramDirectory open(Configuration hadoop, Path path) {
    Path directory = QualifiedPath.of(hadoop, path);
    Manifest manifest = Manifest.require(hadoop, directory, KIND);
    verify(hadoop, directory, manifest, TokenizerFile.NAME);
    verify(hadoop, directory, manifest, NgramShape.NAME);
    NgramFiles files = NgramFiles.open(hadoop, directory, order -> numParts(manifest, order));
    return new NgramDirectory(hadoop, directory, manifest, files);
  }

  /** The directory. */
  public Path path() {
    return path;
  }

  /** Its files and their hashes. */
  public Manifest manifest() {
    return manifest;
  }

  /** What its configuration says. */
  public NgramShape shape() {
    return files.shape();
  }

  /**
   * Reads the model, after comparing every file with its manifest.
   *
   * @throws InvalidInputException if a file is missing or damaged
   */
  public NgramModel load() {
    manifest.verify(hadoop, path);
    return files.load(hadoop);
  }

  /**
   * Writes the model as a new file in the ARPA format, without holding more of it than a block. The
   * file has its name when it is whole.
   *
   * @throws InvalidInputException if the file exists; it is left as it is
   */
  public void exportArpa(Path target) {
    try {
      FileSystem fs = target.getFileSystem(hadoop);
      Path whole = fs.makeQualified(target);
      if (fs.exists(whole)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      Path beside = new Path(whole.getParent(), "_" + whole.getName() + "-" + UUID.randomUUID());
      try {
        writeArpa(fs.create(beside, false));
        FileContext.getFileContext(whole.toUri(), hadoop).rename(beside, whole);
      } finally {
        // Where it failed.
        fs.delete(beside, false);
      }
    } catch (FileAlreadyExistsException e) {
      throw new InvalidInputException(
          target + " exists already",
          "a new file",
          "choose another --arpa; this one was left as it is",
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + target, e);
    }
  }

  private void writeArpa(OutputStream stream) throws IOException {
    try (Writer out = new BufferedWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8))) {
      ArpaWriter arpa = new ArpaWriter(shape(), out);
      files.read(
          hadoop,
          (order, parts) -> {
            arpa.beginOrder(order);
            while (parts.hasNext()) {
              arpa.write(order, parts.next());
            }
          });
      arpa.finish();
    }
  }

  private static int numParts(Manifest manifest, int order) {
    int number = 0;
    while (has(manifest, NgramPart.name(order, number))) {
      number++;
    }
    return number;
  }

  private static boolean has(Manifest manifest, String name) {
    return manifest.files().stream().anyMatch(file -> file.path().equals(name));
  }

  private static void verify(Configuration hadoop, Path directory, Manifest manifest, String name) {
    Manifest.Entry entry =
        manifest.files().stream()
            .filter(file -> file.path().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        directory + " has a manifest without " + name,
                        "a model that `kindling ngram` wrote",
                        "run `kindling ngram` again in a new directory"));
    Manifest.verify(hadoop, directory, entry);
  }
}
