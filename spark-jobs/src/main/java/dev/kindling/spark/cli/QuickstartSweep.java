package dev.kindling.spark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.sweep.SweepPlan;
import dev.kindling.spark.sweep.SweepResult;
import dev.kindling.spark.sweep.SweepSpec;
import dev.kindling.spark.sweep.fit.FitSummary;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/**
 * From raw text to a scaling law. On the embedded corpus the law can be checked: no model can get
 * below the entropy of the grammar that wrote it, which is what E stands for.
 */
final class QuickstartSweep {
  private final Quickstart quickstart;
  private final SweepSpec sweep;
  private final Optional<Path> config;
  private final List<String> settings;

  /**
   * @param quickstart the way to token shards
   * @param config and {@code settings}: what all runs have in common
   */
  QuickstartSweep(
      Quickstart quickstart, SweepSpec sweep, Optional<Path> config, List<String> settings) {
    this.quickstart = quickstart;
    this.sweep = sweep;
    this.config = config;
    this.settings = settings;
  }

  /** What {@link #run} would do. */
  Plan plan(Plan plan) {
    return quickstart
        .planData(plan)
        .writes(
            Words.count(sweep.combinations().size(), "training run") + " and their tables",
            quickstart.directory("sweep"));
  }

  /** Runs everything that is not done yet; whether no run has failed. */
  boolean run(Console console, SparkSession spark) {
    long start = System.nanoTime();
    Quickstart.Prepared prepared = quickstart.prepare(console, spark);
    SweepPlan plan =
        SweepPlan.of(
            spark.sparkContext().hadoopConfiguration(), prepared.tokens(), sweep, config, settings);
    console.line("%-13s %s", "sweep", prepared.tokens() + " -> " + quickstart.directory("sweep"));
    new SweepPlanTable(spark.sparkContext().hadoopConfiguration(), plan)
        .lines()
        .forEach(line -> console.line("%s", line));
    SweepResult result =
        new Sweeping(console, spark).run(plan, quickstart.directory("sweep"), prepared.data());
    JsonNode floor = prepared.data().path("entropyFloor");
    if (floor.isNumber()) {
      result.fit().ifPresent(fit -> compare(console, fit, floor.asDouble()));
    }
    console.line("");
    console.line("%s in all", Words.duration((System.nanoTime() - start) / 1e9));
    return result.failed().isEmpty();
  }

  private static void compare(Console console, FitSummary fit, double floor) {
    JsonNode irreducible = fit.fit().at("/chinchilla/E");
    console.line("");
    console.line("What no model can get below, in nats per token");
    console.line("  E, fitted to these runs            %.4f", irreducible.path("value").asDouble());
    if (irreducible.path("low").isNumber()) {
      console.line(
          "  its interval                       %.4f to %.4f",
          irreducible.path("low").asDouble(), irreducible.path("high").asDouble());
    }
    console.line("  the entropy of the grammar         %.4f", floor);
  }
}
