package dev.kindling.spark.report;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A chart as a PNG. No display is needed, but a Java with its desktop module, and fonts; without
 * them nothing but this fails, because nothing here names a drawing class of Java.
 */
public final class PngChart {
  /** Width of the image in pixels. */
  public static final int WIDTH = 1800;

  /** Height of the image in pixels. */
  public static final int HEIGHT = 1000;

  private PngChart() {}

  /**
   * The bytes of a PNG of {@value #WIDTH} × {@value #HEIGHT} pixels.
   *
   * @throws IllegalStateException if the machine cannot draw, as one without any fonts
   */
  public static byte[] of(Chart chart) {
    // Else Java asks the display that DISPLAY names, and fails where none answers. It looks once,
    // when the first of its drawing classes is loaded: none is before this line.
    System.setProperty("java.awt.headless", "true");
    try {
      return XChartDrawing.png(chart, WIDTH, HEIGHT);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot encode the chart '" + chart.title() + "'", e);
    } catch (RuntimeException | LinkageError | InternalError e) {
      // What Java throws without libfreetype or fontconfig, by version: there is no type for it.
      throw new IllegalStateException(
          "this machine cannot draw text ("
              + e
              + "): install a Java with its desktop module, and fonts, such as"
              + " openjdk-17-jre-headless, fontconfig and fonts-dejavu-core",
          e);
    }
  }
}
