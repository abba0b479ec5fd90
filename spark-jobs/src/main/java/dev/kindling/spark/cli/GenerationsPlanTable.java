package dev.kindling.spark.cli;

import dev.kindling.spark.config.RunConfig;
import dev.kindling.spark.generations.GenerationsPlan;
import dev.kindling.spark.generations.PlannedModel;
import dev.kindling.spark.report.Notation;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.sweep.fit.TextTable;
import java.util.ArrayList;
import java.util.List;

/** Every generation in numbers, before it is trained. */
record GenerationsPlanTable(GenerationsPlan plan) {
  List<String> lines() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("", "model", "shape", "parameters", "tokens", "steps", "learning rate"));
    for (PlannedModel model : plan.models()) {
      RunConfig config = model.config();
      boolean hasSteps = model.generation().architecture().isPresent();
      rows.add(
          List.of(
              String.valueOf(rows.size()),
              model.generation().toString(),
              model.shape(),
              model.parameters().isPresent()
                  ? Words.number(model.parameters().getAsLong())
                  : "by the text",
              Words.number(model.tokens()),
              hasSteps ? Words.number(config.training().steps()) : "-",
              hasSteps ? Notation.PLAIN.label(config.training().optimizer().learningRate()) : "-"));
    }
    List<String> lines = new ArrayList<>(new TextTable(rows).lines());
    lines.add(
        "budget: "
            + Words.count(plan.budget().parameters(), "parameter")
            + ", "
            + Words.count(plan.budget().tokens(), "token")
            + " in whole steps of "
            + plan.base().parallel().dataParallel()
            + " x "
            + plan.base().training().batchSize()
            + " x "
            + plan.base().model().contextLength());
    return lines;
  }
}
