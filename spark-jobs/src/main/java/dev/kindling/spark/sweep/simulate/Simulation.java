package dev.kindling.spark.sweep.simulate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.sweep.fit.TextTable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The predictions for several numbers of executors.
 *
 * @param choices for each number, in the order in which they were asked for
 * @param predictions all of them
 */
public record Simulation(List<Choice> choices, List<Prediction> predictions) {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private static final List<String> NO_FIGURES = List.of("", "", "", "");

  /** Predicts all ways. */
  public static Simulation run(
      ClusterSimulator simulator, Candidates candidates, List<Integer> numbersOfExecutors) {
    List<Choice> choices = new ArrayList<>();
    List<Prediction> all = new ArrayList<>();
    for (int numExecutors : numbersOfExecutors) {
      List<Prediction> predictions =
          candidates.of(numExecutors).stream().map(simulator::predict).toList();
      choices.add(Choice.among(numExecutors, predictions));
      all.addAll(predictions);
    }
    return new Simulation(choices, all);
  }

  /** A line for each number of executors: the best way, and why not another. */
  public List<String> best() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "executors",
            "best: strategy, replicas × stages × slices",
            "a step",
            "tokens/s",
            "efficiency",
            "memory",
            "the next best, and why not"));
    for (Choice choice : choices) {
      List<String> row = new ArrayList<>(List.of(Words.number(choice.numExecutors())));
      row.add(choice.best().map(best -> best.candidate().describe()).orElse("none"));
      row.addAll(choice.best().map(Simulation::figures).orElse(NO_FIGURES));
      row.add(isImpossible(choice) ? "no mesh can share the global batch" : choice.reason());
      rows.add(row);
    }
    return new TextTable(rows).lines();
  }

  private static boolean isImpossible(Choice choice) {
    return choice.best().isEmpty() && choice.tooLarge().isEmpty();
  }

  /** A line for each way. */
  public List<String> all() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "executors",
            "way",
            "a step",
            "tokens/s",
            "efficiency",
            "memory",
            "compute",
            "bubble",
            "stragglers",
            "network",
            "shuffle",
            "scheduling",
            "bytes a round",
            ""));
    for (Prediction each : predictions) {
      List<String> row = new ArrayList<>();
      row.add(Words.number(each.candidate().numExecutors()));
      row.add(each.candidate().describe());
      row.addAll(figures(each));
      row.add(Figures.seconds(each.compute()));
      row.add(Figures.seconds(each.bubble()));
      row.add(Figures.seconds(each.straggling()));
      row.add(Figures.seconds(each.network()));
      row.add(Figures.seconds(each.shuffle()));
      row.add(Figures.seconds(each.scheduling()));
      row.add(Words.bytes(each.bytesPerRound()));
      row.add(each.refusal().isEmpty() ? "" : "does not fit");
      rows.add(row);
    }
    return new TextTable(rows).lines();
  }

  private static List<String> figures(Prediction prediction) {
    return List.of(
        Figures.seconds(prediction.stepSeconds()),
        Figures.whole(prediction.tokensPerSecond()),
        Figures.percent(prediction.efficiency()),
        Words.bytes(prediction.memoryBytes()));
  }

  /** All predictions as a JSON array of {@link SimulatedRow}s. */
  public String toJson() {
    try {
      return MAPPER.writeValueAsString(rows()) + "\n";
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("rows of numbers and names cannot be written", e);
    }
  }

  /** The same as CSV, with a header. None of the values has a comma or a quote. */
  public String toCsv() {
    List<String> lines = new ArrayList<>();
    for (SimulatedRow row : rows()) {
      ObjectNode object = MAPPER.valueToTree(row);
      if (lines.isEmpty()) {
        lines.add(joined(object.fieldNames()));
      }
      List<String> values = new ArrayList<>();
      object.elements().forEachRemaining(value -> values.add(value.asText()));
      lines.add(String.join(",", values));
    }
    return String.join("\n", lines) + "\n";
  }

  private static String joined(Iterator<String> names) {
    List<String> all = new ArrayList<>();
    names.forEachRemaining(all::add);
    return String.join(",", all);
  }

  private List<SimulatedRow> rows() {
    return predictions.stream().map(SimulatedRow::of).toList();
  }
}
