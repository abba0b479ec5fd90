package dev.kindling.data.manifest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What a directory holds, written last and never overwritten: <b>a directory without a valid
 * manifest does not exist</b>. This one rule commits every step of the pipeline and every
 * checkpoint, on any Hadoop filesystem, because it needs no rename.
 *
 * @param schemaVersion the version of this layout; see {@link #SCHEMA_VERSION}
 * @param kind what the directory is: {@code corpus}, {@code signals}, {@code documents}, {@code
 *     tokenizer}, {@code tokens}, {@code ngram}, {@code checkpoint}, {@code scores}, {@code
 *     word-vectors}, {@code generations}
 * @param fingerprint SHA-256 over everything that decided the content (configuration and inputs):
 *     equal fingerprints mean that the work is already done
 * @param details the kind's own facts: counts, names, settings
 * @param files every file that belongs to the directory, ordered by path
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Manifest(
    int schemaVersion, String kind, String fingerprint, ObjectNode details, List<Entry> files) {
  /** The layout that this version writes, and the newest that it reads. */
  public static final int SCHEMA_VERSION = 1;

  /** The file's name. */
  public static final String NAME = "manifest.json";

  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

  /**
   * One file.
   *
   * @param path relative to the directory, with {@code /} between names
   * @param bytes its size
   * @param sha256 its SHA-256 in lower-case hexadecimal
   */
  public record Entry(String path, long bytes, String sha256) {}

  /** An empty node for {@link #details}. */
  public static ObjectNode newDetails() {
    return MAPPER.createObjectNode();
  }

  /**
   * Lists and hashes every file below {@code directory}; names that start with {@code _} or {@code
   * .} are left out.
   */
  public static Manifest describe(
      Configuration hadoop, Path directory, String kind, String fingerprint, ObjectNode details) {
    return describe(hadoop, directory, kind, fingerprint, details, FileHasher.here(hadoop));
  }

  /** As {@link #describe(Configuration, Path, String, String, ObjectNode)}, hashing elsewhere. */
  public static Manifest describe(
      Configuration hadoop,
      Path directory,
      String kind,
      String fingerprint,
      ObjectNode details,
      FileHasher hasher) {
    try {
      SortedMap<String, FileStatus> files =
          FileTree.listBelow(directory.getFileSystem(hadoop), directory);
      files.keySet().removeIf(name -> FileTree.isHidden(name) || name.equals(NAME));
      List<String> hashes =
          hasher.sha256(files.values().stream().map(FileStatus::getPath).toList());
      List<Entry> entries = new ArrayList<>();
      for (Map.Entry<String, FileStatus> file : files.entrySet()) {
        entries.add(new Entry(file.getKey(), file.getValue().getLen(), hashes.get(entries.size())));
      }
      return new Manifest(SCHEMA_VERSION, kind, fingerprint, details, entries);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + directory, e);
    }
  }

  /** Sorts the files, so that equal content gives equal bytes. */
  public Manifest {
    files = files.stream().sorted(Comparator.comparing(Entry::path)).toList();
  }

  /**
   * Reads the manifest of {@code directory} where there is one.
   *
   * @throws DamagedException if it is torn or altered
   * @throws InvalidInputException if a newer version of Kindling wrote it
   * @throws UncheckedIOException if it cannot be read
   */
  public static Optional<Manifest> find(Configuration hadoop, Path directory) {
    Path path = new Path(directory, NAME);
    try {
      FileSystem fs = path.getFileSystem(hadoop);
      if (!fs.exists(path)) {
        return Optional.empty();
      }
      byte[] bytes = Checksums.readAll(fs, path);
      return Optional.of(parse(bytes, path));
    } catch (ChecksumException e) {
      throw noManifest(path, firstLine(e), e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the manifest of " + directory, e);
    }
  }

  /**
   * Reads the manifest of {@code directory} and checks that it is of {@code kind}.
   *
   * @throws InvalidInputException if the directory is missing, is not complete or is something else
   */
  public static Manifest require(Configuration hadoop, Path directory, String kind) {
    Manifest manifest =
        find(hadoop, directory)
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        directory + " has no " + NAME,
                        "a complete directory of kind '"
                            + kind
                            + "' (the manifest is written last)",
                        "check the path, or run the command that writes it again"));
    if (!manifest.kind().equals(kind)) {
      throw new InvalidInputException(
          directory + " is of kind '" + manifest.kind() + "'",
          "a directory of kind '" + kind + "'",
          "give the path of the right one; `kindling inspect " + directory + "` explains this one");
    }
    return manifest;
  }

  /**
   * Makes the directory exist: writes {@value #NAME}, and fails where there is one already.
   *
   * @throws InvalidInputException if another writer has committed this directory
   */
  public void commit(Configuration hadoop, Path directory) {
    Path path = new Path(directory, NAME);
    try {
      FileSystem fs = path.getFileSystem(hadoop);
      try (OutputStream out = fs.create(path, false)) {
        out.write((MAPPER.writeValueAsString(this) + "\n").getBytes(StandardCharsets.UTF_8));
      }
    } catch (FileAlreadyExistsException e) {
      throw new InvalidInputException(
          path + " exists already",
          "a directory that no other run has committed",
          "choose another --output; the existing one was left as it is",
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + path, e);
    }
  }

  /**
   * Reads every file again and compares its size and SHA-256.
   *
   * @throws DamagedException naming the first file that is missing or differs
   * @throws InvalidInputException naming the first file that cannot be read
   */
  public void verify(Configuration hadoop, Path directory) {
    for (Entry entry : files) {
      verify(hadoop, directory, entry);
    }
  }

  /** As {@link #verify(Configuration, Path)}, for one file. */
  public static void verify(Configuration hadoop, Path directory, Entry entry) {
    Path path = new Path(directory, entry.path());
    try {
      FileSystem fs = path.getFileSystem(hadoop);
      if (!fs.exists(path)) {
        throw corrupt(path, "is missing", entry);
      }
      long bytes = fs.getFileStatus(path).getLen();
      if (bytes != entry.bytes()) {
        throw corrupt(path, "has " + bytes + " bytes", entry);
      }
      String sha256 = Checksums.sha256(fs, path);
      if (!sha256.equals(entry.sha256())) {
        throw corrupt(path, "has SHA-256 " + sha256, entry);
      }
    } catch (ChecksumException e) {
      // The filesystem keeps checksums of its own, and has come to the same result before us.
      throw corrupt(path, "differs from its checksum (" + firstLine(e) + ")", entry);
    } catch (IOException e) {
      throw new InvalidInputException(
          path + " cannot be read: " + e.getMessage(),
          entry.bytes() + " bytes with SHA-256 " + entry.sha256(),
          "check that the storage answers and that the file may be read, then run it again",
          e);
    }
  }

  private static DamagedException corrupt(Path path, String found, Entry entry) {
    return new DamagedException(
        path + " " + found,
        entry.bytes() + " bytes with SHA-256 " + entry.sha256() + ", as its manifest says",
        "restore the file, or delete the directory and run the command that wrote it again");
  }

  private static Manifest parse(byte[] bytes, Path path) {
    try {
      JsonNode json = MAPPER.readTree(bytes);
      if (!json.isObject()) {
        throw noManifest(path, "it is no JSON object", null);
      }
      JsonNode version = json.path("schemaVersion");
      if (!version.isInt() || version.intValue() < 1 || version.intValue() > SCHEMA_VERSION) {
        throw new InvalidInputException(
            path
                + " has "
                + (version.isMissingNode() ? "no schemaVersion" : "schemaVersion " + version),
            "1 to " + SCHEMA_VERSION,
            "read it with the version of Kindling that wrote it");
      }
      requireFields(json, path);
      return MAPPER.treeToValue(json, Manifest.class);
    } catch (IOException e) {
      throw noManifest(path, firstLine(e), e);
    }
  }

  private static void requireFields(JsonNode json, Path path) {
    require(json.path("kind").isTextual(), "string 'kind'", path);
    require(json.path("fingerprint").isTextual(), "string 'fingerprint'", path);
    require(json.path("details").isObject(), "object 'details'", path);
    require(json.path("files").isArray(), "array 'files'", path);
    for (JsonNode file : json.path("files")) {
      require(file.path("path").isTextual(), "string 'path' of a file", path);
      require(file.path("bytes").isIntegralNumber(), "number 'bytes' of a file", path);
      require(file.path("sha256").isTextual(), "string 'sha256' of a file", path);
    }
  }

  private static void require(boolean isThere, String field, Path path) {
    if (!isThere) {
      throw noManifest(path, "there is no " + field, null);
    }
  }

  private static DamagedException noManifest(Path path, String found, IOException cause) {
    return new DamagedException(
        path + " is not a manifest: " + found,
        "JSON with schemaVersion, kind, fingerprint, details and files",
        "delete the directory and run the command that wrote it again",
        cause);
  }

  private static String firstLine(IOException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
