package dev.kindling.benchmarks.score;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kindling.benchmarks.process.ChildJvm;
import dev.kindling.benchmarks.process.KindlingCommand;
import dev.kindling.benchmarks.report.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Scores texts as a user does. Throughput is that of what a larger corpus takes more than a smaller
 * one: executors that start and kernels that are compiled are in both.
 *
 * @param command {@code bin/kindling}
 * @param work where outputs and logs go
 */
public record ScoringProcess(KindlingCommand command, Path work) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final int VOCAB_SIZE = 8192;
  private static final int CONTEXT_LENGTH = 128;
  private static final int NUM_LAYERS = 6;
  private static final int NUM_HEADS = 8;
  private static final int WIDTH = 512;
  private static final int BATCH_SIZE = 16;

  /** Half a megabyte of short lines. */
  private static final int MOST_LINES = 20_000;

  /** What the smaller corpus has of the larger one. */
  private static final double SMALLER = 0.25;

  private record Scored(long tokens, double seconds) {
    double tokensPerSecondBeyond(Scored smaller) {
      return (tokens - smaller.tokens()) / (seconds - smaller.seconds());
    }
  }

  /** Trains a model for one step, since scores do not change how long scoring takes. */
  public void prepare(Path text) throws IOException, InterruptedException {
    List<String> read = List.of("--set", "read.text=chunk", "--set", "clean.rejectGibberish=false");
    run("documents", "clean", "--input", text.toString(), read);
    run(
        "tokenizer",
        "tokenizer",
        "--input",
        path("documents"),
        setting("tokenizer.vocabSize", VOCAB_SIZE));
    run(
        "tokens",
        "tokenize",
        "--input",
        path("documents"),
        List.of("--tokenizer", path("tokenizer")));
    List<String> model = new ArrayList<>();
    model.addAll(setting("model.contextLength", CONTEXT_LENGTH));
    model.addAll(setting("model.numLayers", NUM_LAYERS));
    model.addAll(setting("model.numHeads", NUM_HEADS));
    model.addAll(setting("model.embeddingSize", WIDTH));
    model.addAll(setting("training.steps", 1));
    run("model", "pretrain", "--input", path("tokens"), model);
    String all = Files.readString(text).lines().limit(MOST_LINES).collect(joining("\n"));
    Files.writeString(work.resolve("large.txt"), all);
    Files.writeString(work.resolve("small.txt"), all.substring(0, (int) (all.length() * SMALLER)));
  }

  /** Scoring by one executor of one core beside forward passes of one thread, and by two. */
  public List<Figure> measure() throws IOException, InterruptedException {
    double limit = forwardTokensPerSecond();
    double passages = tokensPerSecond("chunk", 1);
    return List.of(
        new Figure("forward passes of full batches, tokens per second", limit, ""),
        new Figure(
            "scoring passages of 4,000 characters, in that limit",
            passages / limit,
            "at least 0.85"),
        new Figure("scoring single lines, in that limit", tokensPerSecond("line", 1) / limit, ""),
        new Figure(
            "efficiency of two executors: throughput in twice that of one",
            tokensPerSecond("chunk", 2) / (2 * passages),
            ""));
  }

  private double forwardTokensPerSecond() {
    ChildJvm process =
        new ChildJvm(ForwardProcess.class.getName(), ChildJvm.ownClasspath(), 1, Map.of());
    return Double.parseDouble(
        process.lastLine(
            List.of(
                Integer.toString(VOCAB_SIZE),
                Integer.toString(CONTEXT_LENGTH),
                Integer.toString(NUM_LAYERS),
                Integer.toString(NUM_HEADS),
                Integer.toString(WIDTH),
                Integer.toString(BATCH_SIZE))));
  }

  private double tokensPerSecond(String textMode, int numExecutors)
      throws IOException, InterruptedException {
    Scored small = score("small", textMode, numExecutors);
    return score("large", textMode, numExecutors).tokensPerSecondBeyond(small);
  }

  private Scored score(String corpus, String textMode, int numExecutors)
      throws IOException, InterruptedException {
    String name = corpus + "-" + textMode + "-" + numExecutors;
    Path output = Files.createTempDirectory(work, name).resolve("scores");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--conf",
                "spark.master=local-cluster[" + numExecutors + ",1,3072]",
                "--conf",
                "spark.executor.memory=2560m",
                "score",
                "--input",
                work.resolve(corpus + ".txt").toString(),
                "--checkpoint",
                path("model"),
                "--output",
                output.toString()));
    arguments.addAll(List.of("--set", "read.text=" + textMode));
    arguments.addAll(setting("score.batchSize", BATCH_SIZE));
    command.run(name, work.resolve("logs").resolve(name), Map.of(), arguments);
    JsonNode details = MAPPER.readTree(output.resolve("manifest.json").toFile()).path("details");
    return new Scored(details.path("tokens").asLong(), details.path("secondsOfScoring").asDouble());
  }

  private void run(String output, String step, String option, String input, List<String> more)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of(step, option, input));
    arguments.addAll(List.of("--output", path(output)));
    arguments.addAll(more);
    command.run(output, work.resolve("logs").resolve(output), Map.of(), arguments);
  }

  private String path(String name) {
    return work.resolve(name).toString();
  }

  private static List<String> setting(String key, int value) {
    return List.of("--set", String.format(Locale.ROOT, "%s=%d", key, value));
  }
}
