package dev.kindling.spark.cli;

import static dev.kindling.spark.cli.CommandLineRun.kindling;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FitCommandTest {
  private static final String HEADER = "parameters,tokens,loss";
  private static final int RESAMPLES = 60;

  @TempDir Path directory;

  @Test
  void itTellsTheLawItsRivalsAndTheBestModel() throws IOException {
    Path output = directory.resolve("fit");

    CommandLineRun run = fit(table(HEADER), "--budget", 1e21, "--output", output);

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .startsWith("25 runs: parameters 1e7 to 1e9, tokens 1e9 to 1e11, FLOPs 6e16 to 6e20\n")
        .contains("L(N, D) = E + A / N^α + B / D^β")
        .contains("α              0.34")
        .contains("Besiroglu et al. 2024")
        .contains("converged; 5 of 5 starts agree")
        .contains("N, jointly")
        .contains("IsoFLOP profiles")
        .contains("The best model for a budget");
    JsonNode json = json(output);
    assertThat(json.at("/chinchilla/E/value").asDouble()).isCloseTo(1.69, within(1e-6));
    assertThat(json.at("/chinchilla/alpha/low").asDouble()).isCloseTo(0.34, within(1e-6));
    assertThat(json.at("/chinchilla/beta/high").asDouble()).isCloseTo(0.28, within(1e-6));
    assertThat(json.at("/chinchilla/beta/resamples").asInt()).isEqualTo(RESAMPLES);
    assertThat(json.at("/chinchilla/convergence/converged").asBoolean()).isTrue();
    assertThat(json.at("/optima/0/parameters/value").asDouble()).isBetween(1.82e9, 1.83e9);
    assertThat(json.at("/optima/0/extrapolates").isNull()).isTrue();
    assertThat(json.at("/published/0/optima/0/loss").asDouble()).isPositive();
    assertThat(json.at("/frontier")).hasSize(25);
    assertThat(json.at("/frontier/0/budget").asDouble()).isEqualTo(6e16);
    assertThat(json.at("/frontier/24/budget").asDouble()).isCloseTo(6e20, within(1e12));
    assertThat(json.at("/frontier/24/loss/low").asDouble()).isBetween(2.2, 2.5);
    assertThat(json.at("/frontier/24/loss/high").asDouble())
        .isCloseTo(json.at("/frontier/24/loss/value").asDouble(), within(1e-6));
    assertThat(Files.readString(output.resolve("report.html")))
        .contains("<h1>Scaling laws</h1>")
        .contains("<td>α</td><td class=\"number\">0.34</td>")
        .contains("<figcaption>Loss against compute</figcaption>")
        .contains("<figcaption>IsoFLOP curves: loss against model size at equal compute");
  }

  @Test
  void anybodysTableFits() throws IOException {
    Path table =
        write(
            "\uFEFF\"name\",N,\"final, loss\",D\r",
            rows((n, d, loss) -> "\"a \"\"run\"\", named\"," + n + ", " + loss + " ," + d + "\r"));

    CommandLineRun run = fit(table, "--parameters", "N", "--tokens", "D", "--loss", "final, loss");

    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("α              0.34 ");
  }

  @Test
  void theSameFitIsDoneOnce() throws IOException {
    Path table = table(HEADER);
    Path output = directory.resolve("fit");
    CommandLineRun first = fit(table, "--output", output);
    FileTime written = Files.getLastModifiedTime(output.resolve("fit.json"));

    CommandLineRun second = fit(table, "--output", output);

    assertThat(second.exitCode()).isZero();
    assertThat(second.out()).isEqualTo(first.out());
    assertThat(Files.getLastModifiedTime(output.resolve("fit.json"))).isEqualTo(written);
  }

  @Test
  void inspectTellsWhatAFitHolds() throws IOException {
    Path output = directory.resolve("fit");
    fit(table(HEADER), "--output", output);

    CommandLineRun inspected = kindling("inspect", output);

    assertThat(inspected.err()).isEmpty();
    assertThat(inspected.out())
        .contains("is complete, of kind 'fit'")
        .contains("  25 runs: parameters 1e7 to 1e9")
        .contains("  α              0.34 ");
  }

  @Test
  void theResultOfAnotherTableIsLeftAsItIs() throws IOException {
    Path output = directory.resolve("fit");
    fit(table(HEADER), "--output", output);
    String before = Files.readString(output.resolve("fit.json"));
    Path other = write(HEADER, rows((n, d, loss) -> n + "," + d + "," + 1.1 * loss));

    CommandLineRun run = fit(other, "--output", output);

    assertThat(run.exitCode()).isEqualTo(Kindling.BAD_INPUT);
    assertThat(run.err()).contains("of other inputs or settings");
    assertThat(output.resolve("fit.json")).hasContent(before);
  }

  @Test
  void itFollowsTheLawFarBeyondTheTableOnlyWhenAskedTo() throws IOException {
    Path table = table(HEADER);
    Path output = directory.resolve("fit");

    CommandLineRun refused = fit(table, "--budget", 1e24, "--output", output);

    assertThat(refused.exitCode()).isEqualTo(Kindling.BAD_INPUT);
    assertThat(refused.err())
        .contains("--budget 1e24 asks for a budget of 1e24 FLOPs, 1667 times beyond the table")
        .contains("to do:    add larger runs, or say --extrapolate");
    assertThat(output).doesNotExist();

    CommandLineRun asked = fit(table, "--budget", 1e24, "--output", output, "--extrapolate");

    assertThat(asked.exitCode()).isZero();
    assertThat(asked.out()).contains("extrapolated: 1e24 asks for a budget of 1e24 FLOPs");
    assertThat(json(output).at("/optima/0/extrapolates").asText()).startsWith("a budget of 1e24");
  }

  @Test
  void aTableThatCannotBeReadIsOneClearMessage() throws IOException {
    assertThat(refused(directory.resolve("none.csv"))).contains("none.csv does not exist");
    assertThat(refused(directory)).contains("is a directory");
    assertThat(refused(write("", List.of()))).contains("has no column 'parameters'");
    assertThat(refused(write("n,tokens,loss", List.of("1,2,3"))))
        .contains("has no column 'parameters', but: n, tokens, loss")
        .contains("say with --parameters NAME");
    assertThat(refused(write("loss,parameters,tokens,loss", List.of("1,2,3,4"))))
        .contains("has two columns 'loss'");
    assertThat(refused(write(HEADER, List.of("1,2,3", "", "1,1,000,3"))))
        .contains(", line 4 has 4 fields")
        .contains("expected: 3, as the header has");
    assertThat(refused(write(HEADER, List.of("1,2,\"3")))).contains(", line 2 ends inside quotes");
  }

  @Test
  void aValueThatIsNoneIsNamedWithItsLine() throws IOException {
    for (String value : List.of("many", "", "0", "-3", "NaN", "Infinity")) {
      assertThat(refused(write(HEADER, List.of("1,2,3", "1," + value + ",3"))))
          .contains("runs.csv, line 3: tokens is '" + value + "'")
          .contains("expected: a number above 0");
    }
  }

  @Test
  void runsThatCannotTellTheCoefficientsAreRefused() throws IOException {
    assertThat(refused(write(HEADER, rows((n, d, loss) -> n + "," + d + "," + loss).subList(0, 5))))
        .contains("the table has 5 runs")
        .contains("6 or more");
    assertThat(
            refused(write(HEADER, rows((n, d, loss) -> n + "," + d + "," + loss).subList(0, 10))))
        .contains("2 different numbers of parameters");
    assertThat(
            refused(write(HEADER, rows((n, d, loss) -> d + "," + n + "," + loss).subList(0, 10))))
        .contains("2 different numbers of tokens");
    assertThat(refused(write(HEADER, rows((n, d, loss) -> n + "," + 20 * n + "," + loss))))
        .contains("the tokens follow from the parameters");
  }

  @Test
  void withoutAnEffectOfTokensThereIsNoBestModel() throws IOException {
    Path table =
        write(
            HEADER,
            rows(
                (n, d, loss) ->
                    n
                        + ","
                        + d
                        + ","
                        + (1.69 + 406.4 / Math.pow(n, 0.34) + Math.pow(d, 0.65) / 1e8)));

    assertThat(refused(table, "--budget", 1e20, "--extrapolate"))
        .contains("there is no best model for a --budget: B is 0");
    assertThat(fit(table).out()).contains("doubtful: B is 0: the runs do not show this term");
  }

  @Test
  void settingsThatMakeNoSenseAreRefused() throws IOException {
    assertThat(refused(table(HEADER), "--budget", -1)).contains("--budget is -1.0");
    assertThat(refused(table(HEADER), "--bootstrap", 3)).contains("--bootstrap is 3");
  }

  private static CommandLineRun fit(Path table, Object... options) {
    List<Object> arguments =
        new ArrayList<>(List.of("fit", "--input", table, "--bootstrap", RESAMPLES));
    arguments.addAll(List.of(options));
    return kindling(arguments.toArray());
  }

  private static String refused(Path table, Object... options) {
    CommandLineRun run = fit(table, options);
    assertThat(run.exitCode()).isEqualTo(Kindling.BAD_INPUT);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("kindling fit: ").contains("to do:").doesNotContain("\tat ");
    return run.err();
  }

  private static JsonNode json(Path output) throws IOException {
    return new ObjectMapper().readTree(output.resolve("fit.json").toFile());
  }

  private Path table(String header) throws IOException {
    return write(header, rows((n, d, loss) -> n + "," + d + "," + loss));
  }

  private Path write(String header, List<String> rows) throws IOException {
    List<String> lines = new ArrayList<>(List.of(header));
    lines.addAll(rows);
    return Files.write(directory.resolve("runs.csv"), lines);
  }

  private interface Row {
    String of(double parameters, double tokens, double loss);
  }

  /** 25 runs of L = 1.69 + 406.4 / N^0.34 + 410.7 / D^0.28, to the last digit. */
  private static List<String> rows(Row row) {
    List<String> rows = new ArrayList<>();
    for (double n : List.of(1e7, 3e7, 1e8, 3e8, 1e9)) {
      for (double d : List.of(1e9, 3e9, 1e10, 3e10, 1e11)) {
        rows.add(row.of(n, d, 1.69 + 406.4 / Math.pow(n, 0.34) + 410.7 / Math.pow(d, 0.28)));
      }
    }
    return rows;
  }
}
