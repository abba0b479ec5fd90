package dev.kindling.spark.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.spark.generations.GenerationsDirectory;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.sweep.fit.FitSummary;
import dev.kindling.spark.wordvectors.WordVectorsDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** Finds out what a path is, and has the one who knows such things explain it. */
public final class Inspector {
  private static final int MAX_NAMES = 8;

  private final Configuration hadoop;
  private final Supplier<SparkSession> spark;
  private final boolean verify;

  /**
   * @param spark opened only where Parquet has to be read
   * @param verify whether every file of a manifest is read again and its SHA-256 compared
   */
  public Inspector(Configuration hadoop, Supplier<SparkSession> spark, boolean verify) {
    this.hadoop = hadoop;
    this.spark = spark;
    this.verify = verify;
  }

  /**
   * Explains a path.
   *
   * @return the lines to print
   * @throws InvalidInputException if there is nothing at that path, or a file differs from its
   *     manifest
   */
  public List<String> explain(Path path) {
    try {
      FileSystem fs = path.getFileSystem(hadoop);
      if (!fs.exists(path)) {
        throw new InvalidInputException(
            path + " does not exist",
            "a corpus, signals, documents, tokenizer, tokens, ngram, word vectors, checkpoint,"
                + " scores, fit, run or sweep directory",
            "check the path");
      }
      return fs.getFileStatus(path).isDirectory() ? directory(fs, path) : file(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look at " + path, e);
    }
  }

  private List<String> directory(FileSystem fs, Path path) throws IOException {
    Optional<Manifest> manifest = Manifest.find(hadoop, path);
    if (manifest.isPresent()) {
      return complete(path, manifest.get()).lines();
    }
    SweepExplainer sweeps = new SweepExplainer(hadoop);
    Optional<JsonNode> sweep = sweeps.find(path);
    if (sweep.isPresent()) {
      return sweeps.explain(path, sweep.get()).lines();
    }
    Optional<Explanation> generations = new GenerationsExplainer(hadoop).explainUnfinished(path);
    if (generations.isPresent()) {
      return generations.get().lines();
    }
    if (RunExplainer.isRun(fs, path)) {
      return new RunExplainer(hadoop, verify).explain(path).lines();
    }
    return notOurs(fs, path).lines();
  }

  private Explanation complete(Path path, Manifest manifest) {
    KindExplainer explainer =
        switch (manifest.kind()) {
          case "corpus" -> new CorpusExplainer(hadoop);
          case "signals" -> new SignalsExplainer(spark);
          case "documents" -> new DocumentsExplainer(spark);
          case "tokenizer" -> new TokenizerExplainer(hadoop);
          case "tokens" -> new TokensExplainer(hadoop);
          case "ngram" -> new NgramExplainer();
          case "checkpoint" -> new CheckpointExplainer(hadoop);
          case "scores" -> new ScoresExplainer(spark);
          case GenerationsDirectory.KIND -> new GenerationsExplainer(hadoop);
          case WordVectorsDirectory.KIND -> new WordVectorsExplainer(hadoop);
          case "fit" ->
              (directory, fit, out) ->
                  new FitSummary(fit.details()).lines().forEach(line -> out.fact(line));
          default ->
              (directory, unknown, out) ->
                  out.fact("of a kind that this version does not know: " + unknown.details());
        };
    Explanation out = new Explanation(path + " is complete, of kind '" + manifest.kind() + "'");
    long bytes = manifest.files().stream().mapToLong(Manifest.Entry::bytes).sum();
    out.fact(Words.count(manifest.files().size(), "file") + ", " + Words.bytes(bytes));
    out.fact(checked(path, manifest));
    explainer.explain(path, manifest, out);
    return out;
  }

  private String checked(Path path, Manifest manifest) {
    if (!verify) {
      return "files not read again; --verify compares each with its SHA-256";
    }
    manifest.verify(hadoop, path);
    return "every file is as its manifest says (size and SHA-256 compared)";
  }

  private List<String> file(Path path) {
    if (path.getName().equals(TokenizerFile.NAME)) {
      Explanation out = new Explanation(path + " is a tokenizer in Hugging Face's format");
      TokenizerExplainer.describe(TokenizerFile.load(hadoop, path), out);
      return out.lines();
    }
    if (path.getName().equals(Manifest.NAME)) {
      return explain(path.getParent());
    }
    if (path.getName()
        .matches(".*\\.((txt|html?|jsonl)(\\.gz|\\.zst)?|(warc|wet)(\\.gz)?|parquet)")) {
      return new Explanation(path + " is a file of raw text, as its name says")
          .fact("it has not been read: cleaning reads it")
          .next("kindling clean --input " + path + " --output DIR")
          .lines();
    }
    return new Explanation(path + " is a file that Kindling cannot explain")
        .fact(
            "it is no tokenizer.json, and its name is none of raw text (.txt .html .jsonl .warc .parquet)")
        .fact("inspect explains directories: give the one that it lies in")
        .lines();
  }

  private static Explanation notOurs(FileSystem fs, Path path) throws IOException {
    FileStatus[] content = fs.listStatus(path);
    List<String> names =
        Arrays.stream(content).map(status -> status.getPath().getName()).sorted().toList();
    Explanation out = new Explanation(path + " is nothing complete that Kindling has written");
    out.fact("it has no " + Manifest.NAME + " (which is written last), so it is no corpus,");
    out.fact("documents, tokenizer, tokens, checkpoint or scores; and no config.yaml or");
    out.fact("checkpoints/, so it is no run");
    Optional<String> claim = names.stream().filter(name -> name.startsWith("_writing-")).findAny();
    if (claim.isPresent()) {
      String kind = claim.get().substring("_writing-".length());
      return out.fact("it holds what an interrupted or running step of kind '" + kind + "' wrote")
          .fact("the same command, run again, clears it and starts anew");
    }
    out.fact(
        names.isEmpty()
            ? "it is empty"
            : "it holds "
                + Words.count(names.size(), "name")
                + ": "
                + String.join(", ", names.subList(0, Math.min(MAX_NAMES, names.size())))
                + (names.size() > MAX_NAMES ? ", ..." : ""));
    if (!names.isEmpty()) {
      out.next("kindling clean --input " + path + " --output DIR   (if these files are raw text)");
    }
    return out;
  }
}
