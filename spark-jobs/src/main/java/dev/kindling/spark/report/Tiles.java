package dev.kindling.spark.report;

/** The few numbers that a reader looks for first, large and side by side. */
public final class Tiles {
  private final StringBuilder tiles = new StringBuilder();

  /**
   * One more, all as plain text.
   *
   * @param term what it is
   * @param value with its unit
   * @param note what puts it into proportion
   */
  public Tiles with(String term, String value, String note) {
    tiles
        .append("<div class=\"tile\"><dt>")
        .append(Html.escape(term))
        .append("</dt><dd>")
        .append(Html.escape(value))
        .append("</dd><div class=\"note\">")
        .append(Html.escape(note))
        .append("</div></div>\n");
    return this;
  }

  /** As a list for a page. */
  public String toHtml() {
    return "<dl class=\"tiles\">\n" + tiles + "</dl>\n";
  }
}
