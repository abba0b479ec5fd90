package dev.kindling.spark.ngram;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Checksums;
import dev.kindling.data.manifest.FileHasher;
import dev.kindling.data.manifest.Fingerprint;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.manifest.OutputDirectory;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.model.ngram.Discounts;
import dev.kindling.model.ngram.NgramShape;
import dev.kindling.spark.config.NgramConfig;
import dev.kindling.spark.parallel.HadoopSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;

/**
 * Makes an n-gram language model of token shards. The same shards give the same bytes for any
 * number of partitions.
 */
public final class NgramJob {
  private static final int VERSION = 1;
  private static final String WORK = "_work";

  /** So many tokens are measured by one task: always the same, so that sums are. */
  private static final long MEASURED_PER_TASK = 1L << 20;

  private NgramJob() {}

  /**
   * Runs the step, or returns the manifest of {@code output} where the same work is already done. A
   * run after one that was killed goes on with its whole tables.
   *
   * @param tokens the output of tokenizing
   * @param progress gets a line for everything that is done
   * @return a manifest of kind {@value NgramDirectory#KIND}
   * @throws InvalidInputException if the shards or the output cannot be used, where an existing
   *     output stays as it is; or if executors have no room for the model
   */
  public static Manifest run(
      SparkSession spark, NgramConfig config, Path tokens, Path output, Consumer<String> progress) {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    NgramTokens input = NgramTokens.open(hadoop, tokens);
    OutputDirectory.requireOutside(hadoop, output, List.of(tokens));
    String fingerprint =
        Fingerprint.of(NgramDirectory.KIND, VERSION)
            .with("config", config)
            .withInput("tokens", hadoop, tokens)
            .sha256();
    String[] ownNames = {"order-*", NgramShape.NAME, TokenizerFile.NAME, WORK};
    try (OutputDirectory directory =
        OutputDirectory.resume(hadoop, output, NgramDirectory.KIND, fingerprint, ownNames)) {
      Path work = directory.resolve(WORK);
      if (directory.finished().isPresent()) {
        // Of a run that was killed behind its commit.
        work.getFileSystem(hadoop).delete(work, true);
        return directory.finished().get();
      }
      directory.keepParts(true);
      WorkTables tables = new WorkTables(spark, work);
      NgramEstimate estimate = NgramEstimate.of(spark, config, input, tables, progress);
      NgramFiles files = new PartFiles(spark, directory.path(), work).write(estimate);
      write(hadoop, directory.resolve(NgramShape.NAME), files.shape().toJson());
      byte[] tokenizer = TokenizerFile.readBytes(hadoop, tokens);
      write(hadoop, directory.resolve(TokenizerFile.NAME), tokenizer);
      progress.accept("measuring the validation split");
      double loss = validationLoss(spark, input, files);
      ObjectNode details = details(input, files.shape(), loss, tokenizer);
      Manifest manifest = directory.commit(details, FileHasher.onExecutors(spark));
      work.getFileSystem(hadoop).delete(work, true);
      return manifest;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the n-gram model to " + output, e);
    }
  }

  /** Nats of all validation tokens. */
  private static double validationLoss(SparkSession spark, NgramTokens input, NgramFiles files) {
    TokenRanges ranges =
        new TokenRanges(
            HadoopSettings.send(JavaSparkContext.fromSparkContext(spark.sparkContext())),
            input,
            NgramTokens.VALIDATION,
            files.shape().order(),
            MEASURED_PER_TASK,
            input.numValidationTokens());
    MeasureRange measure =
        new MeasureRange(
            ranges, files.directory().toString(), files.numParts(), UUID.randomUUID().toString());
    return spark
        .range(0, ranges.number(), 1, ranges.number())
        .mapPartitions(measure, Encoders.DOUBLE())
        .collectAsList()
        .stream()
        .mapToDouble(Double::doubleValue)
        .sum();
  }

  private static ObjectNode details(
      NgramTokens input, NgramShape shape, double loss, byte[] tokenizer) {
    ObjectNode details = Manifest.newDetails();
    details.put("order", shape.order());
    details.put("vocabSize", shape.vocabSize());
    details.put("tokenizerSha256", Checksums.sha256(tokenizer));
    details.put("trainTokens", input.numTrainTokens());
    details.put("trainDocuments", input.numTrainDocuments());
    ArrayNode orders = details.putArray("orders");
    for (NgramShape.Order order : shape.orders()) {
      Discounts discounts = order.discounts();
      orders
          .addObject()
          .put("counted", order.counted())
          .put("ngrams", order.kept())
          .put("prune", order.prune())
          .put("discountsEstimated", discounts.isEstimated())
          .putArray("discounts")
          .add(discounts.one())
          .add(discounts.two())
          .add(discounts.threeOrMore());
    }
    ObjectNode validation = details.putObject("validation");
    double perToken = loss / input.numValidationTokens();
    validation.put("tokens", input.numValidationTokens());
    validation.put("loss", perToken).put("perplexity", Math.exp(perToken));
    if (input.numValidationBytes() > 0) {
      validation.put("bitsPerByte", loss / (input.numValidationBytes() * Math.log(2)));
    }
    return details;
  }

  private static void write(Configuration hadoop, Path path, byte[] bytes) throws IOException {
    try (OutputStream out = path.getFileSystem(hadoop).create(path, true)) {
      out.write(bytes);
    }
  }
}
