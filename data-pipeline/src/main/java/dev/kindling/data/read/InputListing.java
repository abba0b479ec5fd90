package dev.kindling.data.read;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.FileTree;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.manifest.OutputDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The files of the inputs, cut into segments.
 *
 * @param segments ordered by input, file and position
 * @param bytes the size of all files to be read
 * @param skipped names of files of formats that are not read; hidden files are not counted
 */
record InputListing(List<Segment> segments, long bytes, List<String> skipped) {
  private static final String DOCUMENTS = "documents";
  private static final String EXPECTED =
      "files that end in .txt, .jsonl, .html or .htm, also with .gz or .zst, in .warc, .wet or .warc.gz,"
          + " .wet.gz, or in .parquet";

  /**
   * Lists files and directories (recursively). A directory that {@code clean} wrote stands for the
   * documents that it kept.
   *
   * @throws InvalidInputException if an input does not exist, or there is nothing that can be read
   */
  static InputListing of(Configuration hadoop, ReadConfig config, List<String> inputs) {
    if (inputs.isEmpty()) {
      throw new InvalidInputException("there is no input", EXPECTED, "give --input PATH");
    }
    Builder builder = new Builder(hadoop, config, namesOf(inputs));
    try {
      for (String input : inputs) {
        builder.add(input);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the inputs " + inputs, e);
    }
    if (builder.segments.isEmpty()) {
      throw new InvalidInputException(
          String.join(", ", inputs) + " " + builder.describeNothing(),
          EXPECTED,
          "check the path, or rename the files");
    }
    return new InputListing(
        List.copyOf(builder.segments), builder.bytes, List.copyOf(builder.skipped));
  }

  /** Inputs are known by their last name, so that ids do not depend on where the data lies. */
  private static Map<String, String> namesOf(List<String> inputs) {
    Map<String, Integer> uses = new HashMap<>();
    for (String input : new HashSet<>(inputs)) {
      uses.merge(new Path(input).getName(), 1, Integer::sum);
    }
    Map<String, String> names = new HashMap<>();
    for (String input : inputs) {
      String name = new Path(input).getName();
      names.put(input, name.isEmpty() || uses.get(name) > 1 ? input : name);
    }
    return names;
  }

  private static final class Builder {
    private final Configuration hadoop;
    private final ReadConfig config;
    private final Map<String, String> names;
    private final List<Segment> segments = new ArrayList<>();
    private final Set<Path> seen = new HashSet<>();
    private final List<String> skipped = new ArrayList<>();
    private long bytes;

    Builder(Configuration hadoop, ReadConfig config, Map<String, String> names) {
      this.hadoop = hadoop;
      this.config = config;
      this.names = names;
    }

    void add(String input) throws IOException {
      Path path = new Path(input);
      FileSystem fs = path.getFileSystem(hadoop);
      if (!fs.exists(path)) {
        throw new InvalidInputException(input + " does not exist", EXPECTED, "check the path");
      }
      FileStatus status = fs.getFileStatus(path);
      if (!status.isDirectory()) {
        addFile(names.get(input), status);
        return;
      }
      Path directory = rootOf(fs, path);
      for (Map.Entry<String, FileStatus> file : FileTree.listBelow(fs, directory).entrySet()) {
        if (!FileTree.isHidden(file.getKey())) {
          addFile(names.get(input) + "/" + file.getKey(), file.getValue());
        }
      }
    }

    /**
     * A finished result of {@code clean} is read where its documents are, and no other result is.
     */
    private Path rootOf(FileSystem fs, Path path) throws IOException {
      Optional<Manifest> manifest = findManifest(fs, path);
      if (manifest.isEmpty()) {
        if (isClaimed(fs, path)) {
          throw unfinished(path, null);
        }
        return path;
      }
      if (manifest.get().kind().equals("corpus")) {
        return path;
      }
      if (manifest.get().kind().equals(DOCUMENTS)) {
        return new Path(path, DOCUMENTS);
      }
      throw new InvalidInputException(
          path + " is of kind '" + manifest.get().kind() + "'",
          "raw text, or a directory of kind 'corpus' or 'documents'",
          "give the path of the text");
    }

    private static boolean isClaimed(FileSystem fs, Path path) throws IOException {
      for (FileStatus child : fs.listStatus(path)) {
        if (child.getPath().getName().startsWith(OutputDirectory.CLAIM_PREFIX)) {
          return true;
        }
      }
      return false;
    }

    private static InvalidInputException unfinished(Path path, Throwable cause) {
      return new InvalidInputException(
          path + " is the unfinished output of a run",
          "a finished one",
          "run the command that writes it again",
          cause);
    }

    /** A claim that a run left when it died after its commit says nothing against the manifest. */
    private Optional<Manifest> findManifest(FileSystem fs, Path path) throws IOException {
      try {
        return Manifest.find(hadoop, path);
      } catch (InvalidInputException e) {
        if (isClaimed(fs, path)) {
          throw unfinished(path, e);
        }
        throw new InvalidInputException(
            path + " holds a " + Manifest.NAME + " that is damaged or not of Kindling",
            "a finished result of Kindling, or a directory of text without such a file",
            "run the command that writes it again, or move that file away",
            e);
      }
    }

    private void addFile(String source, FileStatus file) {
      if (!seen.add(file.getPath())) {
        return;
      }
      Optional<FileFormat> format = FileFormat.of(file.getPath().getName());
      if (format.isEmpty()) {
        skipped.add(source);
        return;
      }
      Compression compression = Compression.of(file.getPath().getName());
      boolean whole = compression != Compression.NONE || isOneSegment(format.get());
      long length = file.getLen();
      long step = whole || length == 0 ? Math.max(1, length) : Segment.BYTES;
      bytes += length;
      for (long start = 0; start == 0 || start < length; start += step) {
        long end = Math.min(length, start + step);
        boolean only = start == 0 && end == length;
        String path = file.getPath().toString();
        segments.add(new Segment(path, source, format.get(), compression, start, end, only));
      }
    }

    private boolean isOneSegment(FileFormat format) {
      return switch (format) {
        case HTML, WARC -> true;
        case TEXT -> config.textMode() == TextMode.FILE;
        case JSON_LINES, PARQUET -> false;
      };
    }

    private String describeNothing() {
      return skipped.isEmpty()
          ? "has no files"
          : "has only files that cannot be read, such as " + skipped.get(0);
    }
  }
}
