package dev.kindling.data.sample;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.manifest.Fingerprint;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.manifest.OutputDirectory;
import dev.kindling.data.sample.PagePlan.Page;
import dev.kindling.data.sample.PageText.Planted;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Writes the embedded corpus: a small crawl of English and Chinese stories with defects in known
 * numbers ({@link PageKind}), and {@value #TRUTH}, which says what is in it (see {@link Truth}).
 * Pages are written one by one; a corpus of any size takes no more memory than one page.
 */
public final class SampleCorpus {
  /** The manifest's kind. */
  public static final String KIND = "corpus";

  /** The file that says what was planted. */
  public static final String TRUTH = "truth.json";

  /** Raised whenever the same seed and size would give other bytes. */
  private static final int VERSION = 2;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private SampleCorpus() {}

  /**
   * Runs the step, or returns the manifest of {@code output} where the same work is already done.
   *
   * @throws dev.kindling.data.InvalidInputException if {@code output} holds something else
   */
  public static Manifest write(Configuration hadoop, SampleCorpusConfig config, Path output) {
    String fingerprint = Fingerprint.of("sample-corpus", VERSION).with("config", config).sha256();
    try (OutputDirectory directory =
        OutputDirectory.open(
            hadoop,
            output,
            KIND,
            fingerprint,
            CrawlWriter.PAGES,
            CrawlWriter.NOTES,
            CrawlWriter.CRAWL,
            TRUTH)) {
      if (directory.finished().isPresent()) {
        return directory.finished().get();
      }
      ObjectNode truth = writePages(hadoop, config, output).toJson();
      try (OutputStream out = output.getFileSystem(hadoop).create(directory.resolve(TRUTH), true)) {
        out.write(JSON.writeValueAsBytes(truth));
      }
      return directory.commit(truth);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the sample corpus to " + output, e);
    }
  }

  private static Truth writePages(Configuration hadoop, SampleCorpusConfig config, Path output)
      throws IOException {
    List<Grammar> grammars = List.of(GrammarParser.load("en"), GrammarParser.load("zh"));
    PagePlan plan = new PagePlan(config.seed(), config.documents());
    PageText texts = new PageText(config.seed(), config.documents(), grammars);
    Truth truth = new Truth(config, plan, grammars);
    try (CrawlWriter crawl = new CrawlWriter(hadoop, output)) {
      for (int place = 0; place < plan.numPages(); place++) {
        Page page = plan.pageAt(place);
        Planted planted = texts.of(page);
        RandomStream layout = new RandomStream(config.seed(), Purpose.LAYOUT.key(), place);
        crawl.write(
            place, planted.text(), planted.language(), page.kind() == PageKind.BROKEN_UTF8, layout);
        truth.add(place, page, planted);
      }
    }
    return truth;
  }
}
