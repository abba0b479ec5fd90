package dev.kindling.spark.sweep.fit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code fit.json} says that can be drawn.
 *
 * @param law of N and D
 * @param frontier the loss of the best models over compute; empty where the law has none
 */
record FittedLaw(ScalingLaw law, List<Best> frontier) {
  /**
   * The best that a budget can buy.
   *
   * @param budget in FLOPs
   * @param loss of the best model
   * @param low end of its interval, NaN where there is none
   * @param high end, likewise
   */
  record Best(double budget, double loss, double low, double high) {}

  static FittedLaw of(JsonNode fit) {
    JsonNode own = fit.path("chinchilla");
    ScalingLaw law =
        new ScalingLaw(
            number(own.at("/E/value")),
            number(own.at("/A/value")),
            number(own.at("/B/value")),
            number(own.at("/alpha/value")),
            number(own.at("/beta/value")));
    List<Best> frontier = new ArrayList<>();
    for (JsonNode best : fit.path("frontier")) {
      JsonNode loss = best.path("loss");
      frontier.add(
          new Best(
              number(best.path("budget")),
              number(loss.path("value")),
              number(loss.path("low")),
              number(loss.path("high"))));
    }
    return new FittedLaw(law, frontier);
  }

  private static double number(JsonNode number) {
    return number.asDouble(Double.NaN);
  }
}
