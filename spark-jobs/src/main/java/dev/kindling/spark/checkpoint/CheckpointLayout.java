package dev.kindling.spark.checkpoint;

import dev.kindling.spark.parallel.ParameterShard;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;

/** The names in a checkpoint, and of checkpoints. */
public final class CheckpointLayout {
  /** The manifest's kind. */
  public static final String KIND = "checkpoint";

  /** The directory of checkpoints in a run directory. */
  public static final String CHECKPOINTS = "checkpoints";

  /** Step, seed, mesh and settings. */
  public static final String TRAINER = "trainer.json";

  /** The metrics of the run up to the checkpoint, so that a run that goes on misses no step. */
  public static final String METRICS = "metrics.jsonl";

  /** What attempts of writing tasks leave until the driver has chosen one of each. */
  static final String ATTEMPTS = "_attempts";

  static final String FIRST_MOMENTS = "first_moments";
  static final String SECOND_MOMENTS = "second_moments";

  private static final Pattern STEP = Pattern.compile("step-(\\d{8,18})");

  private CheckpointLayout() {}

  /** A vector that lies over all shards, and the file that holds the whole of it. */
  enum ShardVector {
    OUTER_MOMENTUM("outer.safetensors", "momentum"),
    AVERAGED_FIRST_MOMENTS("optimizer-average-first.safetensors", FIRST_MOMENTS),
    AVERAGED_SECOND_MOMENTS("optimizer-average-second.safetensors", SECOND_MOMENTS);

    private final String file;
    private final String tensor;

    ShardVector(String file, String tensor) {
      this.file = file;
      this.tensor = tensor;
    }

    String file() {
      return file;
    }

    String tensor() {
      return tensor;
    }

    byte[] of(ParameterShard shard) {
      return switch (this) {
        case OUTER_MOMENTUM -> shard.outerMomentum();
        case AVERAGED_FIRST_MOMENTS -> shard.firstMoments();
        case AVERAGED_SECOND_MOMENTS -> shard.secondMoments();
      };
    }
  }

  /** The directory of the checkpoint after {@code step} steps. */
  static Path directory(Path checkpoints, long step) {
    return new Path(checkpoints, String.format(Locale.ROOT, "step-%08d", step));
  }

  /** The step that a directory is named after. */
  static OptionalLong step(Path directory) {
    Matcher matcher = STEP.matcher(directory.getName());
    return matcher.matches()
        ? OptionalLong.of(Long.parseLong(matcher.group(1)))
        : OptionalLong.empty();
  }

  /** The file of a replica's moments. */
  static String replicaFile(int replica) {
    return String.format(Locale.ROOT, "optimizer-replica-%05d.safetensors", replica);
  }
}
