package dev.kindling.data.decontaminate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.FileHasher;
import dev.kindling.data.manifest.Fingerprint;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.manifest.OutputDirectory;
import dev.kindling.data.read.ReadConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The step that takes text of evaluation sets out of clean documents, so that an evaluation
 * measures what a model has understood and not what it has read before (Brown et al. 2020, appendix
 * C). It writes {@code documents} and {@code rejected} as cleaning does, and reports how much of
 * each evaluation set was there.
 */
public final class DecontaminateJob {
  private static final String KIND = "documents";
  private static final String DOCUMENTS = "documents";
  private static final String REJECTED = "rejected";
  private static final int VERSION = 1;

  private DecontaminateJob() {}

  /**
   * Runs the step, or returns the manifest of {@code output} where the same work is already done.
   *
   * @param read how evaluation sets become documents
   * @param input the output of cleaning or of deduplication
   * @param evaluations files or directories, see {@link dev.kindling.data.read.CorpusReader}
   * @return a manifest of kind {@value #KIND}: read = kept + rejected, and a report by evaluation
   *     set
   * @throws InvalidInputException if the input is no such output, or an evaluation set cannot be
   *     read as a whole, is too large or too short; no output is left then
   */
  public static Manifest run(
      SparkSession spark,
      DecontaminateConfig config,
      ReadConfig read,
      Path input,
      List<String> evaluations,
      Path output) {
    Configuration hadoop = spark.sessionState().newHadoopConf();
    Manifest.require(hadoop, input, KIND);
    List<Path> paths = evaluations.stream().map(Path::new).toList();
    OutputDirectory.requireOutside(hadoop, output, List.of(input));
    OutputDirectory.requireOutside(hadoop, output, paths);
    String fingerprint =
        Fingerprint.of("decontaminate", VERSION)
            .with("config", config)
            .with("read", read)
            .with("evaluationNames", evaluations)
            .withInput("documents", hadoop, input)
            .withInputs("evaluation", hadoop, paths)
            .sha256();
    try (OutputDirectory directory =
        OutputDirectory.open(hadoop, output, KIND, fingerprint, DOCUMENTS, REJECTED)) {
      if (directory.finished().isPresent()) {
        return directory.finished().get();
      }
      List<EvaluationSet> sets = read(spark, config, read, evaluations);
      Dataset<Row> documents = spark.read().parquet(new Path(input, DOCUMENTS).toString());
      return directory.commit(
          decontaminate(documents, sets, config, directory), FileHasher.onExecutors(spark));
    }
  }

  private static List<EvaluationSet> read(
      SparkSession spark, DecontaminateConfig config, ReadConfig read, List<String> evaluations) {
    List<EvaluationSet> sets = new ArrayList<>();
    long mostNgrams = EvaluationNgrams.MOST;
    for (String path : evaluations) {
      EvaluationSet set = EvaluationSet.read(spark, read, config, path, mostNgrams);
      mostNgrams -= set.numNgrams();
      sets.add(set);
    }
    return sets;
  }

  private static ObjectNode decontaminate(
      Dataset<Row> documents,
      List<EvaluationSet> sets,
      DecontaminateConfig config,
      OutputDirectory directory) {
    EvaluationNgrams ngrams = EvaluationNgrams.of(sets);
    NgramOccurrences occurrences = NgramOccurrences.in(documents, ngrams);
    IntPredicate common = ngram -> occurrences.of(ngram) > config.maxNgramOccurrences();
    try (JudgedDocuments judged = JudgedDocuments.of(documents, ngrams.without(common), config)) {
      write(judged.kept(), directory.resolve(DOCUMENTS));
      write(judged.rejected(), directory.resolve(REJECTED));
      ObjectNode details = judged.counts();
      details.put("commonNgrams", occurrences.numAbove(config.maxNgramOccurrences()));
      ArrayNode reports = details.putArray("evaluations");
      IntPredicate telling = ngram -> occurrences.of(ngram) > 0 && !common.test(ngram);
      sets.forEach(set -> report(reports.addObject(), set, ngrams, telling));
      return details;
    }
  }

  private static void report(
      ObjectNode report, EvaluationSet set, EvaluationNgrams ngrams, IntPredicate found) {
    report.put("path", set.path());
    report.put("documents", set.ids().size());
    report.put("tooShort", set.numTooShort());
    report.put("contaminated", set.ngrams().stream().filter(of -> ngrams.any(of, found)).count());
  }

  private static void write(Dataset<Row> rows, Path directory) {
    rows.write().parquet(directory.toString());
  }
}
