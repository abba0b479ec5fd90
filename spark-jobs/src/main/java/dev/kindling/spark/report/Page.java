package dev.kindling.spark.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The frame of a report: one HTML page with its style, without script and network. */
public final class Page {
  private static final String STYLE = "report.css";

  private Page() {}

  /**
   * A page.
   *
   * @param title as plain text
   * @param heading as plain text
   * @param body as HTML
   */
  public static String of(String title, String heading, String body) {
    return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%s</title>
        <style>
        %s</style>
        </head>
        <body>
        <main>
        <h1>%s</h1>
        %s
        </main>
        </body>
        </html>
        """
        .formatted(Html.escape(title), style(), Html.escape(heading), body);
  }

  private static String style() {
    try (InputStream in = Page.class.getResourceAsStream(STYLE)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the resource " + STYLE, e);
    }
  }
}
