package dev.kindling.data.clean;

import java.util.Optional;
import org.apache.spark.broadcast.Broadcast;

/**
 * Rejects documents of blocked addresses; those whose address is not known pass.
 *
 * @param entries of an {@link UrlBlocklist}, held once by every executor
 */
record BlockedUrlRule(Broadcast<long[]> entries) implements CleanRule {
  static final String NAME = "blocked-url";

  private static final long serialVersionUID = 1L;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean rejects(Measures measures) {
    return measures.url() != null && blocking(measures.url()).isPresent();
  }

  @Override
  public String reason(Measures measures) {
    return measures.url() + " is blocked by " + blocking(measures.url()).orElseThrow();
  }

  private Optional<String> blocking(String url) {
    return new UrlBlocklist(entries.value()).blocking(url);
  }
}
