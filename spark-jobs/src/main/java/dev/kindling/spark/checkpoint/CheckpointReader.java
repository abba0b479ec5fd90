package dev.kindling.spark.checkpoint;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.DamagedException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.manifest.QualifiedPath;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.model.arch.ArchitectureConfig;
import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.io.ModelConfigFile;
import dev.kindling.model.io.ModelWeights;
import dev.kindling.model.io.ModelWeightsReader;
import dev.kindling.model.io.SpecialTokenIds;
import dev.kindling.model.nn.ParameterStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a committed checkpoint for inference, on the driver or in a task. */
public final class CheckpointReader {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointReader.class);

  private final Configuration hadoop;
  private final Path directory;
  private final Manifest manifest;
  private final ModelConfigFile config;

  private CheckpointReader(
      Configuration hadoop, Path directory, Manifest manifest, ModelConfigFile config) {
    this.hadoop = hadoop;
    this.directory = directory;
    this.manifest = manifest;
    this.config = config;
  }

  /**
   * Opens a checkpoint, or the newest committed one of a run.
   *
   * @param path a {@code step-N} directory, the {@code checkpoints} directory, or a run directory
   * @throws InvalidInputException if there is no committed checkpoint, or its configuration or
   *     tokenizer is damaged
   */
  public static CheckpointReader open(Configuration hadoop, Path path) {
    try {
      Path directory = resolve(hadoop, QualifiedPath.of(hadoop, path));
      Manifest manifest = Manifest.require(hadoop, directory, CheckpointLayout.KIND);
      verify(hadoop, directory, manifest, ModelConfigFile.NAME);
      verify(hadoop, directory, manifest, TokenizerFile.NAME);
      Path config = new Path(directory, ModelConfigFile.NAME);
      try (InputStream in = config.getFileSystem(hadoop).open(config)) {
        ModelConfigFile file = ModelConfigFile.parse(config.toString(), in.readAllBytes());
        return new CheckpointReader(hadoop, directory, manifest, file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the checkpoint " + path, e);
    }
  }

  /** The checkpoint's own directory. */
  public Path directory() {
    return directory;
  }

  /** Its files and their hashes. */
  public Manifest manifest() {
    return manifest;
  }

  /** The shape of the model. */
  public ModelShape model() {
    return config.model();
  }

  /**
   * The shape of the model, which is a Transformer.
   *
   * @throws InvalidInputException if it is another network
   */
  public ArchitectureConfig transformer() {
    if (model() instanceof ArchitectureConfig transformer) {
      return transformer;
    }
    throw new InvalidInputException(
        directory + " holds a network of DL4J's layers",
        "a Transformer: gpt, bert, t5 or bart",
        "give the path of a run with such a model.architecture");
  }

  /** The tokens with a meaning of their own. */
  public SpecialTokenIds specialTokens() {
    return config.specialTokens();
  }

  /** The directory that {@link TokenizerFile#load} finds the model's tokenizer in. */
  public Path tokenizer() {
    return directory;
  }

  /** Step, seed, mesh and settings of the run that wrote it. */
  public TrainerState trainerState() {
    return TrainerStateFile.read(hadoop, directory);
  }

  /**
   * Streams the parameters into {@code destination}, after comparing the file with its manifest.
   *
   * @param destination with the slices of {@link ModelShape#layout} for {@link #model}
   * @throws InvalidInputException if the file is missing or damaged
   */
  public void load(ParameterStore destination) {
    verify(hadoop, directory, manifest, ModelWeights.NAME);
    Path path = new Path(directory, ModelWeights.NAME);
    try (TensorFile file = TensorFile.open(hadoop, path)) {
      ModelWeightsReader.open(file.name(), file.header(), file::readFully, model())
          .readInto(destination);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path, e);
    }
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
                        "a checkpoint of a model",
                        "give the path of another checkpoint"));
    Manifest.verify(hadoop, directory, entry);
  }

  private static Path resolve(Configuration hadoop, Path path) throws IOException {
    FileSystem fs = path.getFileSystem(hadoop);
    if (fs.exists(new Path(path, Manifest.NAME))) {
      return path;
    }
    Path inRun = new Path(path, CheckpointLayout.CHECKPOINTS);
    Optional<DamagedException> firstDamage = Optional.empty();
    for (Path candidate : Checkpoints.newestFirst(hadoop, fs.exists(inRun) ? inRun : path)) {
      try {
        if (isCheckpoint(Manifest.find(hadoop, candidate))) {
          return candidate;
        }
      } catch (DamagedException e) {
        LOG.warn("passing over {} for an older checkpoint: {}", candidate, e.getMessage());
        firstDamage = firstDamage.or(() -> Optional.of(e));
      }
    }
    if (firstDamage.isPresent()) {
      throw firstDamage.get();
    }
    return path;
  }

  private static boolean isCheckpoint(Optional<Manifest> manifest) {
    return manifest.isPresent() && manifest.get().kind().equals(CheckpointLayout.KIND);
  }
}
