package dev.kindling.data.tokenizer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Checksums;
import dev.kindling.data.manifest.Fingerprint;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.manifest.OutputDirectory;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;

/**
 * Learns a tokenizer from cleaned documents: executors count, the driver learns from the counts.
 * The same documents give the same {@code tokenizer.json}, however they are partitioned.
 */
public final class TokenizerJob {
  /** The manifest's kind of a tokenizer directory. */
  public static final String KIND = "tokenizer";

  private static final int VERSION = 2;

  private TokenizerJob() {}

  /**
   * Runs the step, or returns the manifest of {@code output} where the same work is already done.
   *
   * @param documents the output of cleaning
   * @return a manifest of kind {@value #KIND} with the details kind, vocabSize, sha256 (of {@code
   *     tokenizer.json}), documents, endOfText (id or null)
   * @throws InvalidInputException if the configuration, the documents or the output cannot be used;
   *     an existing output stays as it is
   */
  public static Manifest run(
      SparkSession spark, TokenizerConfig config, Path documents, Path output) {
    TokenizerLearner.requireValid(config);
    Dataset<String> texts =
        CleanDocuments.open(spark, documents).select("text").as(Encoders.STRING());
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    OutputDirectory.requireOutside(hadoop, output, List.of(documents));
    String fingerprint =
        Fingerprint.of(KIND, VERSION)
            .with("config", config)
            .withInput("documents", hadoop, documents)
            .sha256();
    try (OutputDirectory directory =
        OutputDirectory.open(hadoop, output, KIND, fingerprint, TokenizerFile.NAME)) {
      if (directory.finished().isPresent()) {
        return directory.finished().get();
      }
      Tokenizer tokenizer =
          TokenizerLearner.learn(config, WordCounter.of(texts), documents.toString());
      byte[] json = TokenizerFile.toJson(tokenizer);
      write(hadoop, directory.resolve(TokenizerFile.NAME), json);
      ObjectNode details = Manifest.newDetails();
      details.put("kind", config.kind());
      details.put("vocabSize", tokenizer.vocabSize());
      details.put("sha256", Checksums.sha256(json));
      details.put("documents", texts.count());
      if (tokenizer.endOfTextId().isPresent()) {
        details.put("endOfText", tokenizer.endOfTextId().getAsInt());
      } else {
        details.putNull("endOfText");
      }
      return directory.commit(details);
    }
  }

  private static void write(Configuration hadoop, Path path, byte[] json) {
    try (OutputStream out = path.getFileSystem(hadoop).create(path, true)) {
      out.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + path, e);
    }
  }
}
