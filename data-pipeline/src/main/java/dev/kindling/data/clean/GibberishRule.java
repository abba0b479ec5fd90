package dev.kindling.data.clean;

import java.util.Optional;

/** Rejects text in form only, as {@link Gibberish} found it. */
record GibberishRule() implements CleanRule {
  static final String NAME = "gibberish";

  private static final long serialVersionUID = 1L;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<String> rejects(Measures measures) {
    return Optional.ofNullable(measures.gibberish());
  }
}
