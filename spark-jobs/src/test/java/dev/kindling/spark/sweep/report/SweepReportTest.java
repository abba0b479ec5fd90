package dev.kindling.spark.sweep.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.data.InvalidInputException;
import dev.kindling.spark.report.PngChart;
import dev.kindling.spark.sweep.SweepRun;
import dev.kindling.spark.sweep.cluster.ClusterSize;
import dev.kindling.spark.sweep.fit.FitJob;
import dev.kindling.spark.sweep.fit.FitSettings;
import dev.kindling.spark.sweep.fit.FitSummary;
import dev.kindling.spark.sweep.fit.RunColumns;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepReportTest {
  private static final String LOSS = "<figcaption>Loss against compute</figcaption>";
  private static final String ISO_FLOP =
      "<figcaption>IsoFLOP curves: loss against model size at equal compute</figcaption>";
  private static final String RESIDUALS = "<figcaption>Fitted against measured loss</figcaption>";
  private static final String EFFICIENCY = "<figcaption>Efficiency of strong scaling</figcaption>";

  private static final List<String> FAILED =
      List.of("learningRate=10 <b>: the loss is no number at step 3");

  @TempDir Path directory;

  @Test
  void runsOfEqualComputeAreIsoFlopCurvesWithTheirLowestPoints() throws IOException {
    String page = write(Sweeps.isoFlops(), Sweeps.noClusterSize());

    assertThat(page)
        .contains(LOSS, ISO_FLOP, RESIDUALS)
        .contains("</svg> 95 % interval of the frontier</span>")
        .contains("</svg> compute-optimal frontier</span>")
        .contains("</svg> C = 6e18</span>", "</svg> C = 3e21</span>", "</svg> lowest point</span>")
        .contains("A parabola in ln N through the runs of each budget")
        // Thirty sizes are too many for a curve each.
        .contains("</svg> runs</span>")
        .contains("<dt>Irreducible loss E</dt>", "95 % interval [1.")
        .contains("Hoffmann et al. 2022 (Chinchilla)", "Besiroglu et al. 2024")
        .contains("29.3B parameters, 17.1B tokens: loss")
        .doesNotContain("Cluster size")
        .doesNotContain("NaN", "Infinity", "null");
    assertThat(rowsOfRuns(page)).isEqualTo(30);
    assertThat(images()).containsExactly("isoflop.png", "loss-vs-compute.png");
  }

  @Test
  void nineRunsWithoutEqualComputeAreCrossSectionsOfTheLawAndSaySo() throws IOException {
    String page = write(Sweeps.nine(), Sweeps.noClusterSize());

    assertThat(page)
        .contains(LOSS, ISO_FLOP, RESIDUALS)
        .contains("these are cross-sections of the fitted law, not measurements")
        .contains("</svg> N = 52.4K</span>", "</svg> N = 221K</span>", "</svg> N = 1M</span>")
        .contains("</svg> C = 3.3e11</span>", "</svg> C = 6.03e13</span>")
        .contains(">1e12<", ">1e13<")
        .doesNotContain("</svg> runs</span>")
        .doesNotContain("NaN", "Infinity");
    assertThat(rowsOfRuns(page)).isEqualTo(9);
  }

  @Test
  void aSingleRunIsAPointAndSaysWhatIsMissing() throws IOException {
    String page = write(Sweeps.nine().subList(0, 1), Sweeps.noClusterSize());

    assertThat(page)
        .contains(LOSS)
        .doesNotContain(ISO_FLOP, RESIDUALS)
        .contains("No three sizes of model were trained with the same compute")
        .contains("No scaling law was fitted: the table has 1 runs")
        .doesNotContain("NaN", "Infinity");
    assertThat(rowsOfRuns(page)).isEqualTo(1);
    assertThat(images()).containsExactly("loss-vs-compute.png");
  }

  @Test
  void clusterSizesHaveTheirEfficiencyAndBothLossesSideBySide() throws IOException {
    List<SweepRun> runs = Sweeps.replicas();
    String page = write(runs, Sweeps.clusterSize(runs));

    assertThat(page)
        .contains(EFFICIENCY)
        .contains("<figcaption>Loss against cluster size</figcaption>")
        .contains("</svg> H = 10</span>", "</svg> H = 50</span>")
        .contains("</svg> H = 10, at equal tokens</span>", "</svg> H = 10, at equal time</span>")
        .contains(">ideal</text>")
        .contains("H = 10: from 100 % at replicas W 1 to 61.35 % at replicas W 8.")
        .contains("<td class=\"number\">61 %</td>")
        .contains("no evaluation before 25 s")
        .contains("w, of the number of replicas W: 0.012 [0.009, 0.015]")
        .contains("h, of the local steps H: not identifiable; all runs have the same H")
        .doesNotContain("NaN", "Infinity", "null");
    for (int replicas : List.of(1, 2, 4, 8)) {
      assertThat(page).contains("text-anchor=\"middle\">" + replicas + "</text>");
    }
    assertThat(images()).containsExactly("efficiency.png", "loss-vs-compute.png");
  }

  @Test
  void localStepsAloneAreATableWithoutACurve() throws IOException {
    List<SweepRun> runs = Sweeps.replicas().stream().filter(run -> run.replicas() == 1).toList();
    String page = write(runs, Sweeps.clusterSize(runs));

    assertThat(page)
        .doesNotContain("<figcaption>Efficiency")
        .contains("<th class=\"number\">loss at equal tokens</th>");
    assertThat(images()).doesNotContain("efficiency.png");
  }

  @Test
  void runsThatFailedAreNamedWithTheirReason() throws IOException {
    assertThat(page(Sweeps.nine(), Sweeps.noClusterSize()))
        .contains("<h2>Runs that failed</h2>")
        .contains("<p>learningRate=10 &lt;b&gt;: the loss is no number at step 3</p>");
    assertThat(page(List.of(), Sweeps.noClusterSize()))
        .contains("No run is finished yet")
        .contains("<h2>Runs that failed</h2>")
        .doesNotContain("<figure>", "<h2>Every run</h2>");
  }

  @Test
  void itNeedsNoNetworkAndNoScript() throws IOException {
    assertThat(write(Sweeps.nine(), Sweeps.noClusterSize()))
        .doesNotContain("<script", "http://", "https://", "url(", "<link", "<img");
  }

  @Test
  void aMachineWithoutFontsHasThePageAndAClearLineForEveryImage() throws Exception {
    Path noFonts = Files.writeString(directory.resolve("fonts.conf"), "<fontconfig></fontconfig>");
    ProcessBuilder java =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx200m",
            "-Duser.home=" + directory,
            "-cp",
            System.getProperty("java.class.path"),
            ReportWithoutFonts.class.getName(),
            directory.resolve("out").toString());
    java.environment().put("FONTCONFIG_FILE", noFonts.toString());
    Process process = java.redirectError(directory.resolve("err").toFile()).start();

    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(Files.readString(directory.resolve("err"))).isZero();
    assertThat(said)
        .contains("loss-vs-compute.png is not there: this machine cannot draw text")
        .contains("fonts-dejavu-core");
    assertThat(directory.resolve("out/report.html")).isNotEmptyFile();
    assertThat(directory.resolve("out/loss-vs-compute.png")).doesNotExist();
  }

  private String write(List<SweepRun> runs, ClusterSize cluster) throws IOException {
    List<String> missing =
        report(runs, cluster)
            .write(new Configuration(), new org.apache.hadoop.fs.Path(directory.toUri() + "out"));
    assertThat(missing).isEmpty();
    return Files.readString(directory.resolve("out/report.html"));
  }

  private String page(List<SweepRun> runs, ClusterSize cluster) throws IOException {
    return report(runs, cluster).page();
  }

  /** As a sweep does it: the fit reads the table, and says why where it cannot be. */
  private SweepReport report(List<SweepRun> runs, ClusterSize cluster) throws IOException {
    List<String> lines = new ArrayList<>(List.of("parameters,tokens,loss"));
    runs.stream()
        .map(run -> run.parameters() + "," + run.tokens() + "," + run.loss())
        .forEach(lines::add);
    Path table = Files.write(directory.resolve("runs.csv"), lines);
    FitSettings settings =
        new FitSettings(new RunColumns("parameters", "tokens", "loss"), List.of(), false, 60, 1);
    try {
      FitSummary fit =
          FitJob.run(
              new Configuration(),
              new org.apache.hadoop.fs.Path(table.toUri()),
              settings,
              Optional.empty());
      return new SweepReport("sweep", runs, FAILED, Optional.of(fit), "", cluster);
    } catch (InvalidInputException e) {
      return new SweepReport("sweep", runs, FAILED, Optional.empty(), e.getMessage(), cluster);
    }
  }

  private static int rowsOfRuns(String page) {
    String table = page.substring(page.indexOf("<h2>Every run</h2>"));
    return table.split("<tr><td", -1).length - 1;
  }

  /** The images by name, each whole, of its size, and with more on it than its ground. */
  private List<String> images() throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory.resolve("out"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".png")).sorted().toList()) {
        BufferedImage image = ImageIO.read(file.toFile());
        assertThat(image.getWidth()).isEqualTo(PngChart.WIDTH);
        assertThat(image.getHeight()).isEqualTo(PngChart.HEIGHT);
        int[] pixels = image.getRGB(0, 0, PngChart.WIDTH, PngChart.HEIGHT, null, 0, PngChart.WIDTH);
        assertThat(Arrays.stream(pixels).distinct().count()).isGreaterThan(10);
        names.add(file.getFileName().toString());
      }
    }
    return names;
  }
}
