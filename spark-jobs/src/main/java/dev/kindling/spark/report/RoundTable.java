package dev.kindling.spark.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * The seconds of a round by rank and activity.
 *
 * @param round its line
 */
record RoundTable(JsonNode round) {
  private static final int MOST_ROWS = 64;

  String toHtml() {
    List<JsonNode> ranks =
        StreamSupport.stream(round.path("ranks").spliterator(), false).limit(MOST_ROWS).toList();
    Set<String> activities = new LinkedHashSet<>();
    ranks.forEach(rank -> rank.path("seconds").fieldNames().forEachRemaining(activities::add));
    StringBuilder out = new StringBuilder("<table>\n<thead><tr><th>Seconds of round ");
    out.append(round.path("round").asLong()).append("</th>");
    activities.forEach(
        name ->
            out.append("<th class=\"number\">")
                .append(Html.escape(name.replace('_', ' ')))
                .append("</th>"));
    out.append("</tr></thead>\n");
    ranks.forEach(rank -> out.append(row(rank, activities)));
    return out.append("</table>\n").toString();
  }

  private static String row(JsonNode rank, Set<String> activities) {
    return activities.stream()
        .map(
            name ->
                String.format(
                    Locale.ROOT,
                    "<td class=\"number\">%.3f</td>",
                    rank.path("seconds").path(name).asDouble()))
        .collect(
            Collectors.joining(
                "", "<tr><td>" + Html.escape(TaskSlot.nameOfRank(rank)) + "</td>", "</tr>\n"));
  }
}
