package dev.kindling.data.clean;

/** Rejects text in form only, as {@link Gibberish} found it. */
record GibberishRule() implements CleanRule {
  static final String NAME = "gibberish";

  private static final long serialVersionUID = 1L;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean rejects(Measures measures) {
    return measures.gibberish() != null;
  }

  @Override
  public String reason(Measures measures) {
    return measures.gibberish();
  }
}
