package dev.kindling.spark.report.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.spark.report.Html;
import dev.kindling.spark.report.Page;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.report.data.StepFacts.Amount;
import dev.kindling.spark.report.data.StepFacts.Example;
import dev.kindling.spark.report.data.StepFacts.Named;
import dev.kindling.spark.report.data.StepFacts.RuleFacts;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * What became of a corpus as one HTML page that needs nothing but itself: the flow of documents and
 * bytes through the rules of every step, examples of what each rule rejected, languages, lengths,
 * and sizes of duplicate clusters.
 */
public final class DataReport {
  private final List<StepFacts> steps;

  private DataReport(List<StepFacts> steps) {
    this.steps = steps;
  }

  /**
   * Renders the page.
   *
   * @param directories outputs of cleaning, deduplication and the like, each made of the one before
   * @throws dev.kindling.data.InvalidInputException if one is something else
   */
  public static String of(SparkSession spark, List<Path> directories) {
    return new DataReport(
            directories.stream().map(directory -> StepFacts.of(spark, directory)).toList())
        .toHtml();
  }

  private String toHtml() {
    StepFacts last = steps.get(steps.size() - 1);
    return Page.of(
        last.name() + ": data report",
        "What became of the corpus",
        summary(last)
            + flow()
            + unreadable()
            + masked()
            + examples()
            + languages(last)
            + lengths(last)
            + clusters());
  }

  private String summary(StepFacts last) {
    Amount read = steps.get(0).read();
    return "<p>Of %s with %s of text that could be read, <strong>%s with %s</strong> (%s) are left.</p>\n"
        .formatted(
            Words.count(read.documents(), "document"),
            Words.bytes(read.bytes()),
            Words.number(last.kept().documents()),
            Words.bytes(last.kept().bytes()),
            percent(last.kept().bytes(), read.bytes()));
  }

  private String flow() {
    StringBuilder out = new StringBuilder("<h2>The way through the rules</h2>\n");
    BarTable table = new BarTable("step", "documents", "of all", "text", "of all");
    Amount all = steps.get(0).read();
    flowRow(table, "read", all, all, true);
    for (StepFacts step : steps) {
      for (RuleFacts rule : step.rules()) {
        flowRow(table, "− " + rule.rule(), rule.amount(), all, false);
      }
      flowRow(table, "after " + step.name(), step.kept(), all, true);
    }
    return out.append(table.toHtml()).toString();
  }

  private static void flowRow(
      BarTable table, String what, Amount amount, Amount all, boolean accented) {
    table.row(
        (double) amount.bytes(),
        accented,
        what,
        Words.number(amount.documents()),
        percent(amount.documents(), all.documents()),
        Words.bytes(amount.bytes()),
        percent(amount.bytes(), all.bytes()));
  }

  private String unreadable() {
    BarTable table = new BarTable("reason", "records");
    for (StepFacts step : steps) {
      step.details()
          .path("quarantined")
          .fields()
          .forEachRemaining(
              reason ->
                  table.row(
                      reason.getValue().asDouble(),
                      false,
                      reason.getKey(),
                      Words.number(reason.getValue().asLong())));
    }
    return table.isEmpty() ? "" : "<h2>Could not be read</h2>\n" + table.toHtml();
  }

  private String masked() {
    BarTable table = new BarTable("masked in kept documents", "number");
    JsonNode details = steps.get(0).details();
    maskedRow(table, "e-mail addresses", details.path("maskedEmails"));
    maskedRow(table, "IP addresses", details.path("maskedIpAddresses"));
    maskedRow(table, "card numbers", details.path("maskedCardNumbers"));
    maskedRow(table, "telephone numbers", details.path("maskedPhoneNumbers"));
    return table.isEmpty() ? "" : "<h2>Personal data</h2>\n" + table.toHtml();
  }

  private static void maskedRow(BarTable table, String what, JsonNode number) {
    if (number.isNumber()) {
      table.row(number.asDouble(), false, what, Words.number(number.asLong()));
    }
  }

  private String examples() {
    StringBuilder out = new StringBuilder();
    for (StepFacts step : steps) {
      for (RuleFacts rule : step.rules()) {
        out.append("<details><summary>")
            .append(Html.escape(rule.rule()))
            .append(": ")
            .append(Words.count(rule.amount().documents(), "document"))
            .append("</summary>\n");
        for (Example example : rule.examples()) {
          out.append("<p class=\"quiet\">")
              .append(Html.escape(example.id() + ": " + example.reason()))
              .append("</p>\n<pre>")
              .append(Html.escape(example.text().strip()))
              .append("</pre>\n");
        }
        out.append("</details>\n");
      }
    }
    return out.isEmpty() ? "" : "<h2>Examples of what was rejected</h2>\n" + out;
  }

  private static String languages(StepFacts last) {
    BarTable table = new BarTable("language", "documents", "text", "of the text");
    for (Named language : last.languages()) {
      table.row(
          (double) language.amount().bytes(),
          false,
          language.name(),
          Words.number(language.amount().documents()),
          Words.bytes(language.amount().bytes()),
          percent(language.amount().bytes(), last.kept().bytes()));
    }
    return "<h2>Languages of what is left</h2>\n" + table.toHtml();
  }

  private static String lengths(StepFacts last) {
    BarTable table = new BarTable("characters", "documents", "of all");
    last.lengths()
        .forEach(
            (power, documents) ->
                table.row(
                    (double) documents,
                    false,
                    Words.number(1L << power) + " to " + Words.number((2L << power) - 1),
                    Words.number(documents),
                    percent(documents, last.kept().documents())));
    return "<h2>Lengths of what is left</h2>\n" + table.toHtml();
  }

  private String clusters() {
    BarTable table = new BarTable("documents in a cluster", "clusters");
    for (StepFacts step : steps) {
      step.details()
          .path("clustersBySize")
          .fields()
          .forEachRemaining(
              size ->
                  table.row(
                      size.getValue().asDouble(),
                      false,
                      size.getKey(),
                      Words.number(size.getValue().asLong())));
    }
    return table.isEmpty() ? "" : "<h2>Clusters of near-duplicates</h2>\n" + table.toHtml();
  }

  private static String percent(long part, long whole) {
    return whole == 0 ? "–" : String.format(Locale.ROOT, "%.1f %%", 100.0 * part / whole);
  }
}
