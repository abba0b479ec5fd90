package dev.kindling.spark.report;

/** Text inside HTML. */
public final class Html {
  private Html() {}

  /** Text that cannot become markup, whatever stands in a sample or a path. */
  public static String escape(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                case '\n', '\t' -> out.appendCodePoint(c);
                default -> out.appendCodePoint(Character.isISOControl(c) ? 0xFFFD : c);
              }
            });
    return out.toString();
  }
}
