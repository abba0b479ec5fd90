package dev.kindling.spark.score;

import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Fingerprint;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.read.CorpusReader;
import dev.kindling.data.read.ReadConfig;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * What is scored. Cleaned documents keep all of their columns; raw text is read as it stands,
 * without filters; what cannot be read gets no score and is counted.
 *
 * @param path documents, or a file or directory of raw text
 * @param cleaned whether it is of kind {@code documents}
 * @param read how raw text becomes documents
 */
public record ScoringCorpus(Path path, boolean cleaned, ReadConfig read) {
  private static final String DOCUMENTS = "documents";
  private static final Set<String> KINDS_OF_TEXT = Set.of(DOCUMENTS, "corpus");

  /**
   * Looks at what is to be scored.
   *
   * @throws InvalidInputException if it is the complete output of a step that has no text
   */
  public static ScoringCorpus open(Configuration hadoop, ReadConfig read, Path path) {
    Optional<Manifest> manifest = Manifest.find(hadoop, path);
    if (manifest.isPresent() && !KINDS_OF_TEXT.contains(manifest.get().kind())) {
      throw new InvalidInputException(
          path + " is of kind '" + manifest.get().kind() + "'",
          "documents (the output of `kindling clean`) or raw text",
          "give the path of a corpus");
    }
    boolean cleaned = manifest.isPresent() && manifest.get().kind().equals(DOCUMENTS);
    return new ScoringCorpus(path, cleaned, read);
  }

  Fingerprint addTo(Fingerprint fingerprint, Configuration hadoop) {
    Fingerprint withText = fingerprint.withInput("corpus", hadoop, path);
    return cleaned ? withText : withText.with("read", read);
  }

  ScoringTexts load(SparkSession spark) {
    return cleaned
        ? ScoringTexts.ofDocuments(spark.read().parquet(new Path(path, DOCUMENTS).toString()))
        : ScoringTexts.ofRaw(spark, CorpusReader.read(spark, read, List.of(path.toString())));
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
