package dev.kindling.data.manifest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.GlobPattern;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where one step writes, and the decision whether it has to write at all. Use it like this:
 *
 * <pre>{@code
 * try (OutputDirectory output =
 *     OutputDirectory.open(hadoop, path, "tokens", fingerprint, "train-*", "tokenizer.json")) {
 *   if (output.finished().isPresent()) {
 *     return output.finished().get();
 *   }
 *   // ... write files below output.path() ...
 *   return output.commit(details);
 * }
 * }</pre>
 *
 * <p>Opening decides between five cases:
 *
 * <ul>
 *   <li>a manifest of the same kind and fingerprint: the work is done, {@link #finished} has it;
 *   <li>a manifest of another kind or fingerprint: refused, untouched;
 *   <li>missing or empty: claimed;
 *   <li>remains of an interrupted run of the same kind: these are deleted, then it is claimed;
 *       {@link #resume} leaves them if they are of the same fingerprint;
 *   <li>anything else: refused, untouched.
 * </ul>
 *
 * <p>A claim is a file {@code _writing-KIND}, written before anything else and deleted after the
 * commit. Only a directory that carries it counts as remains: a user's own directory that happens
 * to hold a folder named {@code documents} is never cleared. The claim is no lock, since nobody
 * could tell a dead owner from a slow one: a later run of the same step takes it over. But it names
 * its owner, and a run whose claim is gone neither commits nor deletes anything.
 */
public final class OutputDirectory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OutputDirectory.class);

  /** How the name of a claim starts; the kind follows. */
  public static final String CLAIM_PREFIX = "_writing-";

  private static final Set<String> SPARK_MARKERS = Set.of("_SUCCESS", "_temporary");

  private final Configuration hadoop;
  private final FileSystem fs;
  private final Path path;
  private final String kind;
  private final String fingerprint;
  private final List<GlobPattern> ownNames;
  private final byte[] claimContent;
  private final boolean resumes;
  private Manifest finished;
  private boolean created;
  private boolean keepsParts;

  private OutputDirectory(
      Configuration hadoop,
      Path path,
      String kind,
      String fingerprint,
      List<GlobPattern> ownNames,
      boolean resumes)
      throws IOException {
    this.hadoop = hadoop;
    this.fs = path.getFileSystem(hadoop);
    this.path = path;
    this.kind = kind;
    this.fingerprint = fingerprint;
    this.ownNames = ownNames;
    this.resumes = resumes;
    String owner = fingerprint + "\n" + UUID.randomUUID() + "\n" + Instant.now() + "\n";
    this.claimContent = owner.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Claims {@code path} for a step, or finds that the step has been done.
   *
   * @param kind the manifest's kind
   * @param fingerprint see {@link Fingerprint}
   * @param ownNames globs of the top-level names that the step writes: files, or directories that
   *     belong to it as a whole
   * @throws InvalidInputException if the directory holds something else; it is left as it is
   */
  public static OutputDirectory open(
      Configuration hadoop, Path path, String kind, String fingerprint, String... ownNames) {
    return open(hadoop, path, kind, fingerprint, false, ownNames);
  }

  /**
   * As {@link #open}, for a step that goes on with what an interrupted run of the same fingerprint
   * has written: that stays where it is, and the step has to tell what of it is whole.
   */
  public static OutputDirectory resume(
      Configuration hadoop, Path path, String kind, String fingerprint, String... ownNames) {
    return open(hadoop, path, kind, fingerprint, true, ownNames);
  }

  private static OutputDirectory open(
      Configuration hadoop,
      Path path,
      String kind,
      String fingerprint,
      boolean resumes,
      String... ownNames) {
    List<GlobPattern> globs = new ArrayList<>();
    for (String name : ownNames) {
      globs.add(new GlobPattern(name));
    }
    try {
      OutputDirectory output = new OutputDirectory(hadoop, path, kind, fingerprint, globs, resumes);
      output.decide();
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot prepare the output " + path, e);
    }
  }

  /**
   * Refuses an output that lies inside an input: the next run would read what this one wrote.
   *
   * @throws InvalidInputException if it does
   */
  public static void requireOutside(Configuration hadoop, Path output, List<Path> inputs) {
    String inner = withSlash(QualifiedPath.of(hadoop, output));
    for (Path input : inputs) {
      if (inner.startsWith(withSlash(QualifiedPath.of(hadoop, input)))) {
        throw new InvalidInputException(
            "the output " + output + " lies inside the input " + input,
            "an output outside all inputs, which would else be read as input the next time",
            "choose another --output");
      }
    }
  }

  private static String withSlash(Path path) {
    String text = path.toString();
    return text.endsWith("/") ? text : text + "/";
  }

  /** The manifest of the same work done before; empty where the caller has to do it. */
  public Optional<Manifest> finished() {
    return Optional.ofNullable(finished);
  }

  /** The directory. */
  public Path path() {
    return path;
  }

  /** A file or directory in it. */
  public Path resolve(String name) {
    return new Path(path, name);
  }

  /**
   * Makes the directory exist: hashes every file that was written and writes the manifest last.
   *
   * @throws InvalidInputException if another run has claimed or committed this directory meanwhile
   */
  public Manifest commit(ObjectNode details) {
    return commit(Manifest.describe(hadoop, path, kind, fingerprint, details));
  }

  /** As {@link #commit(ObjectNode)}, hashing elsewhere. */
  public Manifest commit(ObjectNode details, FileHasher hasher) {
    return commit(Manifest.describe(hadoop, path, kind, fingerprint, details, hasher));
  }

  /** As {@link #commit(ObjectNode)}, with a manifest whose files the caller has described. */
  public Manifest commit(Manifest manifest) {
    if (finished != null) {
      throw new IllegalStateException(path + " is committed already");
    }
    if (!manifest.kind().equals(kind) || !manifest.fingerprint().equals(fingerprint)) {
      throw new IllegalArgumentException(
          "the manifest is of kind '"
              + manifest.kind()
              + "', the directory was opened for "
              + kind);
    }
    requireOwnClaim();
    manifest.commit(hadoop, path);
    // As read back, so that the first call and every later one return equal manifests.
    finished = Manifest.require(hadoop, path, kind);
    try {
      fs.delete(claim(), false);
    } catch (IOException e) {
      throw new UncheckedIOException("committed, but cannot delete " + claim(), e);
    }
    return finished;
  }

  private void requireOwnClaim() {
    try {
      if (ownsClaim()) {
        return;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + claim(), e);
    }
    throw new InvalidInputException(
        "another run has taken over " + path + " while this one wrote to it",
        "one run at a time on an output directory",
        "wait for the other run, or choose another --output; what it writes was left as it is");
  }

  private boolean ownsClaim() throws IOException {
    try {
      return Arrays.equals(Checksums.readAll(fs, claim()), claimContent);
    } catch (FileNotFoundException e) {
      return false;
    }
  }

  /**
   * Deletes what an uncommitted step has written; does nothing after a commit, or where another run
   * has taken the directory over.
   */
  /**
   * Whether what is written stays if this run fails from now on, for the next one to go on with.
   *
   * @throws IllegalStateException if the directory was not opened with {@link #resume}
   */
  public void keepParts(boolean keep) {
    if (!resumes) {
      throw new IllegalStateException(path + " was not opened to be resumed");
    }
    keepsParts = keep;
  }

  @Override
  public void close() {
    if (finished != null || keepsParts) {
      return;
    }
    try {
      if (!ownsClaim() || fs.exists(new Path(path, Manifest.NAME))) {
        return;
      }
      clear(List.of(fs.listStatus(path)));
      fs.delete(claim(), false);
      if (created && fs.listStatus(path).length == 0) {
        fs.delete(path, false);
      }
    } catch (IOException e) {
      // The step's own failure matters more; the claim that stays lets the next run clear up.
      LOG.warn("cannot clear {}: the next run of the same step will", path, e);
    }
  }

  private void decide() throws IOException {
    if (!fs.exists(path)) {
      created = true;
      claimDirectory();
      return;
    }
    if (!fs.getFileStatus(path).isDirectory()) {
      throw new InvalidInputException(
          path + " is a file", "a directory to write to", "choose another --output");
    }
    boolean claimed = fs.exists(claim());
    Optional<Manifest> manifest = readManifest(claimed);
    if (manifest.isPresent()) {
      finished = requireSameWork(manifest.get());
      // Of a run that died after its commit.
      fs.delete(claim(), false);
      return;
    }
    List<FileStatus> content = List.of(fs.listStatus(path));
    if (!content.isEmpty()) {
      requireRemains(content, claimed);
      if (resumes && isOfSameWork()) {
        LOG.info("going on with an interrupted run in {}", path);
        fs.delete(new Path(path, Manifest.NAME), false);
      } else {
        LOG.info("clearing the remains of an interrupted run in {}", path);
        clear(content);
      }
    }
    claimDirectory();
  }

  /** A run that dies inside its commit leaves a torn manifest beside its claim. */
  private Optional<Manifest> readManifest(boolean claimed) {
    try {
      return Manifest.find(hadoop, path);
    } catch (DamagedException e) {
      if (claimed) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private Manifest requireSameWork(Manifest manifest) {
    if (!manifest.kind().equals(kind)) {
      throw new InvalidInputException(
          path + " holds a result of kind '" + manifest.kind() + "'",
          "a new directory, or a result of kind '" + kind + "' of the same inputs and settings",
          "choose another --output; this one was left as it is");
    }
    if (!manifest.fingerprint().equals(fingerprint)) {
      throw new InvalidInputException(
          path + " holds the result of other inputs or settings (fingerprint differs)",
          "a new directory, or the result of exactly this run",
          "choose another --output, or delete this one; it was left as it is");
    }
    return manifest;
  }

  private void requireRemains(List<FileStatus> content, boolean claimed) {
    for (FileStatus status : content) {
      String name = status.getPath().getName();
      if (!claimed || !isOwn(name)) {
        throw new InvalidInputException(
            path + " holds " + name + ", which is not of this step",
            "a new or empty directory",
            "choose another --output; this one was left as it is");
      }
    }
  }

  /** Whether the claim that is there is of a run with this fingerprint. */
  private boolean isOfSameWork() throws IOException {
    String claim = new String(Checksums.readAll(fs, claim()), StandardCharsets.UTF_8);
    return claim.startsWith(fingerprint + "\n");
  }

  private void clear(List<FileStatus> content) throws IOException {
    for (FileStatus status : content) {
      String name = status.getPath().getName();
      // The claim goes last: a run that dies while clearing must leave recognisable remains.
      if (isOwn(name) && !name.equals(claim().getName())) {
        fs.delete(status.getPath(), true);
      }
    }
  }

  private boolean isOwn(String name) {
    return name.equals(claim().getName())
        || name.equals(Manifest.NAME)
        || SPARK_MARKERS.contains(name)
        || ownNames.stream().anyMatch(glob -> glob.matches(name));
  }

  private void claimDirectory() throws IOException {
    fs.mkdirs(path);
    try (OutputStream out = fs.create(claim(), true)) {
      out.write(claimContent);
    }
  }

  private Path claim() {
    return new Path(path, CLAIM_PREFIX + kind);
  }
}
