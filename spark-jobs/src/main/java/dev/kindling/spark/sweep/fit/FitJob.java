package dev.kindling.spark.sweep.fit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Fingerprint;
import dev.kindling.data.manifest.OutputDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Fits scaling laws to a table of runs. A table has hundreds of rows: the driver is enough. */
public final class FitJob {
  /** The file with every estimate. */
  public static final String RESULT = "fit.json";

  /** The same as a page. */
  public static final String REPORT = "report.html";

  private static final String KIND = "fit";

  /** Raised whenever the same table and settings would give other estimates. */
  private static final int VERSION = 2;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private FitJob() {}

  /**
   * Fits, or reads the result where the same work is already done.
   *
   * @param output gets {@value #RESULT} and {@value #REPORT}; may be left out
   * @return the content of {@value #RESULT}
   * @throws InvalidInputException if the table cannot be used, a budget lies too far beyond it, or
   *     {@code output} holds something else
   */
  public static FitSummary run(
      Configuration hadoop, Path input, FitSettings settings, Optional<Path> output) {
    if (output.isEmpty()) {
      return fit(RunTable.read(hadoop, input, settings.columns()), settings);
    }
    String fingerprint =
        Fingerprint.of("fit", VERSION)
            .withInput("table", hadoop, input)
            .with("settings", settings)
            .sha256();
    try (OutputDirectory directory =
        OutputDirectory.open(hadoop, output.get(), KIND, fingerprint, RESULT, REPORT)) {
      Path result = directory.resolve(RESULT);
      if (directory.finished().isPresent()) {
        return read(hadoop, result);
      }
      List<Run> runs = RunTable.read(hadoop, input, settings.columns());
      FitSummary summary = fit(runs, settings);
      write(hadoop, result, JSON.writeValueAsString(summary.fit()) + "\n");
      write(hadoop, directory.resolve(REPORT), summary.page(runs));
      directory.commit((ObjectNode) summary.fit());
      return summary;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the fit to " + output.get(), e);
    }
  }

  private static FitSummary fit(List<Run> runs, FitSettings settings) {
    return new FitSummary(FitJson.of(ScalingFit.of(runs, settings)));
  }

  private static FitSummary read(Configuration hadoop, Path file) throws IOException {
    try (InputStream in = file.getFileSystem(hadoop).open(file)) {
      return new FitSummary(JSON.readTree(in));
    }
  }

  private static void write(Configuration hadoop, Path file, String text) throws IOException {
    try (OutputStream out = file.getFileSystem(hadoop).create(file, true)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }
}
