package dev.kindling.spark.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.config.Architecture;
import dev.kindling.spark.config.DataParallelismConfig.Mode;
import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.train.TrainingRun;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Token shards to a trained model. */
@Command(
    name = "pretrain",
    description = {
      "Trains a model on token shards: model.architecture is gpt, bert, t5, bart, or a network before them. Run the same command again to go on after an interruption, or"
          + " with more training.steps to train longer; --dry-run says beforehand how large, how much"
          + " and how far."
    },
    footer = {
      "Example:",
      "  kindling pretrain --input runs/tokens --output runs/small \\",
      "      --master local[2] --set parallel.dataParallel=2 --set training.steps=200"
    })
final class PretrainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Option(
      names = "--input",
      paramLabel = "DIR",
      required = true,
      description = "Token shards: the output of `kindling tokenize`.")
  private Path input;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      required = true,
      description = "The run directory: checkpoints, metrics, samples and report go there.")
  private Path output;

  @Option(
      names = "--resume",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description =
          "Go on from the newest checkpoint in --output, if there is one. This is the default;"
              + " --no-resume refuses a directory with a run.")
  private boolean resume;

  @Override
  public Integer call() {
    RunConfig config = common.load();
    if (common.isDryRun()) {
      Plan plan = Plan.of(spec, config).reads("token shards", input);
      PretrainPlan.of(config, Hadoop.configuration(), input, common.sparkConf("pretrain"))
          .lines()
          .forEach(plan::notes);
      plan.writes("training run", output).print();
      return Kindling.OK;
    }
    if (!resume) {
      TrainingRun.requireNone(Hadoop.configuration(), output);
    }
    Console console = Console.on(spec.commandLine().getOut());
    ObjectNode data = Manifest.newDetails();
    data.set("tokens", Manifest.require(Hadoop.configuration(), input, "tokens").details());
    try (SparkSession spark = common.openSpark("pretrain", sparkSettings(config))) {
      new Pretraining(console, spark, config, output).run(input, data);
    }
    console.line("report:       %s", new Path(output, "report.html"));
    Architecture architecture = config.model().architecture();
    boolean writes = architecture != Architecture.BERT && architecture.network().isEmpty();
    Next.print(
        console,
        writes
            ? "kindling generate --input " + output + " --prompt TEXT"
            : "kindling inspect " + output);
    return Kindling.OK;
  }

  /**
   * DL4J sends objects of classes of its own: any that is not known is an error, not a slow path.
   */
  private static Map<String, String> sparkSettings(RunConfig config) {
    return config.dataParallelism().mode() == Mode.DL4J
        ? Map.of("spark.kryo.registrationRequired", "true")
        : Map.of();
  }
}
