package dev.kindling.spark.cli;

import java.util.List;

/** Generated texts, as they are printed and kept. */
final class Samples {
  private Samples() {}

  /** The texts with a heading each. */
  static String numbered(List<String> texts) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < texts.size(); i++) {
      out.append("--- sample ").append(i + 1).append(" of ").append(texts.size()).append(" ---\n");
      out.append(texts.get(i).strip()).append("\n\n");
    }
    return out.toString();
  }
}
