package dev.kindling.data.manifest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kindling.data.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Collects everything that decides what a step writes, and gives it one name: SHA-256 over a
 * canonical JSON (keys sorted, no white space). Equal settings and equal inputs give equal
 * fingerprints, wherever the inputs lie.
 *
 * <p>An input is known by its files, without the hidden ones, which no step reads ({@link
 * FileTree#isHidden}): path relative to the input, length, and
 *
 * <ul>
 *   <li>for a directory with a manifest, the SHA-256 of that manifest, which names every hash;
 *   <li>otherwise the SHA-256 of every file, where they have at most {@link #MAX_HASHED_BYTES}
 *       together;
 *   <li>otherwise the time at which each file was last modified: reading a huge input twice only to
 *       know its name would cost more than repeating a step after a needless {@code touch}.
 * </ul>
 */
public final class Fingerprint {
  /** A larger input is known by length and modification time instead of content. */
  public static final long MAX_HASHED_BYTES = 256L << 20;

  private static final ObjectMapper CANONICAL =
      JsonMapper.builder()
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .build();

  private record InputFile(long bytes, String content) {}

  private final SortedMap<String, Object> parts = new TreeMap<>();

  private Fingerprint() {}

  /**
   * Starts a fingerprint.
   *
   * @param step the step's name
   * @param version raised whenever the step's code gives other output for equal input
   */
  public static Fingerprint of(String step, int version) {
    return new Fingerprint().with("step", step).with("stepVersion", version);
  }

  /**
   * Adds a setting: a record, a string, a number, or a collection of these.
   *
   * @throws IllegalArgumentException if there is a part of this name
   */
  public Fingerprint with(String name, Object value) {
    // Through maps, so that the fields of tree nodes are sorted too.
    Object plain = CANONICAL.convertValue(value, Object.class);
    if (parts.putIfAbsent(name, plain == null ? "null" : plain) != null) {
      throw new IllegalArgumentException("the fingerprint has a part '" + name + "' already");
    }
    return this;
  }

  /**
   * Adds an input file or directory.
   *
   * @throws InvalidInputException if it does not exist
   */
  public Fingerprint withInput(String name, Configuration hadoop, Path input) {
    try {
      FileSystem fs = input.getFileSystem(hadoop);
      if (!fs.exists(input)) {
        throw new InvalidInputException(
            input + " does not exist", "a file or directory to read", "check the path");
      }
      return with(name, describe(fs, input));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the input " + input, e);
    }
  }

  /** Adds input files or directories; their order matters. */
  public Fingerprint withInputs(String name, Configuration hadoop, List<Path> inputs) {
    for (int i = 0; i < inputs.size(); i++) {
      withInput(name + "[" + i + "]", hadoop, inputs.get(i));
    }
    return this;
  }

  /** The fingerprint of all parts so far, as lower-case hexadecimal. */
  public String sha256() {
    try {
      return Checksums.sha256(CANONICAL.writeValueAsBytes(parts));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("plain maps and values can always be written", e);
    }
  }

  private static Map<String, InputFile> describe(FileSystem fs, Path input) throws IOException {
    SortedMap<String, FileStatus> files = list(fs, input);
    long bytes = files.values().stream().mapToLong(FileStatus::getLen).sum();
    boolean committed = files.containsKey(Manifest.NAME);
    SortedMap<String, InputFile> described = new TreeMap<>();
    for (Map.Entry<String, FileStatus> entry : files.entrySet()) {
      FileStatus file = entry.getValue();
      String content;
      if (committed && !entry.getKey().equals(Manifest.NAME)) {
        content = "in the manifest";
      } else if (bytes <= MAX_HASHED_BYTES) {
        content = Checksums.sha256(fs, file.getPath());
      } else {
        content = "modified " + file.getModificationTime();
      }
      described.put(entry.getKey(), new InputFile(file.getLen(), content));
    }
    return described;
  }

  private static SortedMap<String, FileStatus> list(FileSystem fs, Path input) throws IOException {
    FileStatus status = fs.getFileStatus(input);
    if (status.isDirectory()) {
      SortedMap<String, FileStatus> visible = FileTree.listBelow(fs, input);
      visible.keySet().removeIf(FileTree::isHidden);
      return visible;
    }
    SortedMap<String, FileStatus> files = new TreeMap<>();
    files.put(input.getName(), status);
    return files;
  }
}
