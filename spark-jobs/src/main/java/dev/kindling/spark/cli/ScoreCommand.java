package dev.kindling.spark.cli;

import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.score.plan.ScoreMode;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A corpus and a trained model to scores. */
@Command(
    name = "score",
    description = {
      "Asks a trained model about every row of a corpus or a table, and writes what it says beside"
          + " the row's own columns, as Parquet. An interrupted run goes on where it was when the"
          + " same command is run again.",
      "The modes are those of EleutherAI's lm-evaluation-harness and two more:",
      "  rolling       how likely is the text? log-likelihood, bits per byte, perplexity (GPT)",
      "  continuation  how likely is the column continuation behind context? (GPT)",
      "  choice        which of the column choices is the likeliest? acc, acc_norm (GPT)",
      "  generate      what does the model write behind the prompt? (GPT)",
      "  masked        how likely is each token, given all others? (BERT)",
      "  embed         the vector of the text (all architectures)",
      "Cleaned documents and tables (.parquet, .jsonl with a column id) keep all of their columns."
          + " Raw text (.txt, ...) is scored as it stands, markup included: clean it first if that"
          + " is not wanted. The settings under `score` say what columns are called, how long"
          + " windows are, and how prompts are made."
    },
    footer = {
      "Example:",
      "  kindling score --input runs/documents --checkpoint runs/small \\",
      "      --output runs/scores",
      "Questions with none, one and five solved examples in the prompt:",
      "  kindling score --mode choice --input questions.jsonl --examples solved.jsonl \\",
      "      --checkpoint runs/small --output runs/answers \\",
      "      --set 'score.prompt.template=\"Question: {{question}}\\nAnswer:\"' \\",
      "      --set 'score.prompt.shots=[0, 1, 5]'"
    })
final class ScoreCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      defaultValue = "rolling",
      description = "What is asked of the model (default: ${DEFAULT-VALUE}).")
  private String mode;

  @Option(
      names = "--input",
      paramLabel = "PATH",
      required = true,
      description = "Documents (the output of `kindling clean`), a table, or raw text.")
  private Path input;

  @Option(
      names = "--examples",
      paramLabel = "PATH",
      description = "A table of solved examples for the prompts of score.prompt.shots.")
  private Path examples;

  @Option(
      names = "--checkpoint",
      paramLabel = "DIR",
      required = true,
      description = "A run, whose newest checkpoint is taken, one checkpoint, or an n-gram model.")
  private Path checkpoint;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      required = true,
      description = "Where the scores go.")
  private Path output;

  @Override
  public Integer call() {
    RunConfig config = common.load();
    ScoreMode asked = ScoreMode.of(mode);
    if (common.isDryRun()) {
      Plan plan = Plan.of(spec, config).reads("documents, a table or raw text", input);
      if (examples != null) {
        plan.reads("solved examples", examples);
      }
      plan.reads("run or checkpoint", checkpoint)
          .notes("adds " + String.join(", ", asked.addedNames()))
          .writes("scores", output)
          .print();
      return Kindling.OK;
    }
    Console console = Console.on(spec.commandLine().getOut());
    try (SparkSession spark = common.openSpark("score")) {
      Steps.score(
          console, spark, config, asked, input, Optional.ofNullable(examples), checkpoint, output);
    }
    Next.print(console, "kindling inspect " + output);
    return Kindling.OK;
  }
}
