package dev.kindling.spark.train;

import dev.kindling.spark.config.ConfigLoader;
import dev.kindling.spark.config.RunConfig;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;

/** Plans from settings as a user writes them. */
final class Plans {
  private Plans() {}

  /**
   * A plan of the defaults with some settings.
   *
   * @param settings {@code section.key=value}, with spaces between them; later ones win
   */
  static TrainingPlan of(Path tokens, java.nio.file.Path output, String settings) {
    RunConfig config =
        ConfigLoader.load(
            Optional.empty(), List.of(("training.backend=onednn " + settings).split(" +")));
    return TrainingPlan.of(config, tokens, new Path(output.toUri()));
  }
}
