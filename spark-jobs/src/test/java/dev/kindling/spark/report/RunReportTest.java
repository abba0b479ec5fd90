package dev.kindling.spark.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class RunReportTest {
  private static final int NUM_STEPS = 2000;
  @TempDir Path directory;
  private RunFiles files;

  @BeforeEach
  void openRun() {
    files =
        new RunFiles(
            new Configuration(), new org.apache.hadoop.fs.Path(directory.toUri() + "char-nano"));
  }

  @Test
  void theReportOfAFinishedRunHasItsNumbersCurvesDataTextAndConfiguration() throws IOException {
    writeRun();

    RunReport.write(files);

    String html = Files.readString(directory.resolve("char-nano/report.html"));
    assertThat(html)
        .contains("<strong>1.812 nats per token</strong>: better than the 3.310")
        .contains("uniform 4.174")
        .contains("unigram 3.310")
        .contains("entropy of the grammar 1.400")
        .contains("rejected: too-short")
        .contains("exact-duplicate")
        .contains("First Citizen")
        .contains("numLayers: 4")
        // Its metrics say nothing of that.
        .doesNotContain("Where the time went");
  }

  @Test
  void theReportNeedsNoNetworkAndNoScript() throws IOException {
    writeRun();

    String html = RunReport.render(files);

    assertThat(html)
        .doesNotContain("<script")
        .doesNotContain("http://")
        .doesNotContain("https://")
        .doesNotContain("url(")
        .doesNotContain("<link");
  }

  @Test
  void whatStandsInASampleCannotBecomeMarkup() throws IOException {
    writeRun();
    files.write(RunFiles.SAMPLES, "<script>alert('x')</script> & \u0007");

    assertThat(RunReport.render(files))
        .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; \ufffd")
        .doesNotContain("<script");
  }

  @Test
  void everyChartIsWellFormedAndDescribesItselfToThoseWhoCannotSeeIt() throws Exception {
    writeRun();
    String html = RunReport.render(files);

    String[] charts = html.split("<svg(?= class=\"(wide|narrow)\")", -1);
    assertThat(charts).hasSize(1 + 3 * 2);
    for (int i = 1; i < charts.length; i++) {
      String svg = "<svg" + charts[i].substring(0, charts[i].indexOf("</svg>")) + "</svg>";
      Document parsed =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new InputSource(new StringReader(svg)));
      assertThat(parsed.getElementsByTagName("desc").item(0).getTextContent())
          .contains("from", "to");
    }
  }

  @Test
  void aRunThatHasJustBegunHasAReportToo() {
    files.write(RunFiles.CONFIG, "seed: 1\n");

    assertThat(RunReport.render(files)).contains("not finished").contains("No step was finished");
  }

  @Test
  void aLongRunIsStillASmallPage() throws IOException {
    writeRun();

    assertThat(RunReport.render(files).length()).isLessThan(100_000);
  }

  private void writeRun() throws IOException {
    StringBuilder metrics = new StringBuilder();
    for (int step = 1; step <= NUM_STEPS; step++) {
      double wave = 0.08 * Math.sin(step * 12.9898) * Math.cos(step * 78.233);
      double loss = 1.7 + 2.4 * Math.exp(-step / 220.0) + wave;
      double learningRate =
          step < 100
              ? 1e-3 * step / 100
              : 1e-4 + 0.45e-3 * (1 + Math.cos(Math.PI * (step - 100) / (NUM_STEPS - 100)));
      metrics.append(
          String.format(
              Locale.ROOT,
              "{\"event\":\"step\",\"step\":%d,\"loss\":%.4f,\"learning_rate\":%.8f,\"tokens\":%d}%n",
              step,
              loss,
              learningRate,
              step * 768L));
      if (step % 100 == 0) {
        metrics.append(
            String.format(
                Locale.ROOT,
                "{\"event\":\"round\",\"step\":%d,\"tokens_per_second\":%.1f}%n",
                step,
                21000 + 2000 * Math.sin(step)));
      }
      if (step % 250 == 0) {
        metrics.append(
            String.format(
                Locale.ROOT,
                "{\"event\":\"evaluation\",\"step\":%d,\"validation_loss\":%.4f}%n",
                step,
                1.81 + 2.3 * Math.exp(-step / 240.0)));
      }
    }
    files.write(RunFiles.METRICS, metrics.toString());
    files.write(
        RunFiles.SUMMARY,
        """
        {"validation_loss": 1.812, "unigram_loss": 3.31, "uniform_loss": 4.174, "steps": 2000,
         "parameters": 804096, "replicas": 2, "rounds": 20, "tokens": 1536000, "seconds": 71.5,
         "tokens_per_second": 21482.5, "averaging_seconds": 3.1, "bytes_moved": 257310720}
        """);
    files.write(
        RunFiles.DATA,
        """
        {"cleaning": {"read": 2600, "kept": 2000, "keptCharacters": 900000, "maskedEmails": 31,
           "maskedIpAddresses": 12, "rejected": {"too-short": 250, "exact-duplicate": 300},
           "quarantined": {"broken-utf-8": 50}},
         "tokens": {"vocabSize": 65, "unigramLoss": 3.31, "uniformLoss": 4.174, "splits": {
           "train": {"tokens": 1003854, "documents": 1900, "bytes": 1003854, "shards": 1},
           "validation": {"tokens": 111540, "documents": 100, "bytes": 111540, "shards": 1}}},
         "entropyFloor": 1.4}
        """);
    files.write(RunFiles.CONFIG, "seed: 1337\nmodel:\n  numLayers: 4\n");
    files.write(RunFiles.SAMPLES, "First Citizen:\nWe are accounted poor citizens.\n");
  }
}
