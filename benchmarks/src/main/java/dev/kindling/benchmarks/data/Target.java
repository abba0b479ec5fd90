package dev.kindling.benchmarks.data;

import java.util.List;

/**
 * What stages together are to reach.
 *
 * @param stages that run one after the other over the same text
 * @param atLeast the lowest rate: MB/s per core, or a share of the word count's
 * @param ofWordCount whether it is a share
 */
record Target(List<String> stages, double atLeast, boolean ofWordCount) {
  static final List<Target> ALL =
      List.of(
          new Target(List.of("signals", "clean"), 0.25, true),
          new Target(List.of("deduplicate"), 3, false));

  String name() {
    return String.join(" + ", stages);
  }
}
