package dev.kindling.spark.report;

import dev.kindling.spark.report.Chart.Level;
import dev.kindling.spark.report.Mark.Point;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Line2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.function.ToDoubleFunction;
import javax.imageio.ImageIO;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A chart drawn by XChart. It is given places between 0 and 1 rather than values, and the numbers
 * of the axes as texts: so both drawings of a chart have the same axes, and XChart's own
 * logarithmic ones write a number at every unit of every decade.
 */
final class XChartDrawing {
  private static final int NUM_TICKS_X = 7;
  private static final int NUM_TICKS_Y = 6;

  /** Room for the numbers of an axis, as a share of the plot. */
  private static final double ROOM_X = 0.075;

  private static final double ROOM_Y = 0.07;
  private static final double LABELS_X = -0.035;
  private static final double LABELS_Y = -0.035;
  private static final int BAND_OPACITY = 46;
  private static final int TEXT = 24;
  private static final int MARKER = 17;
  private static final float LINE = 4;
  private static final float HAIRLINE = 2;
  private static final BasicStroke SOLID = stroke(null);
  private static final BasicStroke DASHED = stroke(new float[] {18, 12});
  private static final Color GRID = new Color(0xd9dde1);
  private static final Color INVISIBLE = new Color(0, true);

  private final Chart chart;
  private final Scale scaleX;
  private final Scale scaleY;
  private final XYChart drawing;
  private int numSeries;

  private XChartDrawing(Chart chart, int width, int height) {
    this.chart = chart;
    this.scaleX = chart.scaleX();
    this.scaleY = chart.scaleY();
    this.drawing = new XYChart(width, height);
  }

  /** The bytes of a PNG of so many pixels. */
  static byte[] png(Chart chart, int width, int height) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(new XChartDrawing(chart, width, height).draw(), "png", bytes);
    return bytes.toByteArray();
  }

  private BufferedImage draw() {
    style();
    axes();
    chart.marks().forEach(this::mark);
    chart.levels().forEach(this::level);
    BufferedImage image =
        new BufferedImage(drawing.getWidth(), drawing.getHeight(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    // Else every corner of a curve moves to the middle of a pixel, and curves look torn.
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    drawing.paint(graphics, drawing.getWidth(), drawing.getHeight());
    graphics.dispose();
    return image;
  }

  private void style() {
    drawing.setTitle(chart.title());
    drawing.setXAxisTitle(chart.x().label());
    drawing.setYAxisTitle(chart.y().label());
    XYStyler style = drawing.getStyler();
    Font font = new Font(Font.SANS_SERIF, Font.PLAIN, TEXT);
    style.setBaseFont(font);
    style.setChartTitleFont(font.deriveFont(Font.BOLD, 1.25f * TEXT));
    style.setAxisTitleFont(font);
    style.setLegendFont(font);
    style.setAnnotationTextFont(font);
    style.setChartBackgroundColor(Color.WHITE);
    style.setPlotBorderVisible(false);
    style.setPlotGridLinesVisible(false);
    style.setAxisTicksVisible(false);
    style.setLegendBorderColor(Color.WHITE);
    style.setLegendPosition(LegendPosition.OutsideE);
    style.setXAxisMin(-ROOM_X);
    style.setXAxisMax(1.0);
    style.setYAxisMin(-ROOM_Y);
    style.setYAxisMax(1.0);
    style.setMarkerSize(MARKER);
    style.setLegendSeriesLineLength(2 * TEXT);
    style.setLegendPadding(TEXT / 2);
    style.setChartPadding(TEXT);
  }

  private void axes() {
    for (double tick : chart.y().ticks(scaleY, NUM_TICKS_Y)) {
      double y = scaleY.position(tick);
      hairline(new double[] {0, 1}, new double[] {y, y});
      text(chart.y().notation().label(tick), LABELS_X, y);
    }
    for (double tick : chart.x().ticks(scaleX, NUM_TICKS_X)) {
      double x = scaleX.position(tick);
      hairline(new double[] {x, x}, new double[] {0, 1});
      text(chart.x().notation().label(tick), x, LABELS_Y);
    }
  }

  private void hairline(double[] x, double[] y) {
    XYSeries line = add("", x, y);
    line.setMarker(SeriesMarkers.NONE);
    line.setLineColor(GRID);
    line.setLineStyle(new BasicStroke(HAIRLINE));
  }

  private void text(String text, double x, double y) {
    drawing.addAnnotation(new AnnotationText(text, x, y, false));
  }

  private void mark(Mark mark) {
    Color colour = new Color(mark.look().colour().rgb());
    if (mark instanceof Mark.Line line) {
      XYSeries series = add(line.name(), line.points());
      series.setLineColor(colour);
      series.setLineStyle(line.look().dashed() ? DASHED : SOLID);
      boolean dots = line.dots() || line.points().size() == 1;
      series.setMarker(dots ? marker(line.look()) : SeriesMarkers.NONE);
      series.setMarkerColor(colour);
    } else if (mark instanceof Mark.Points points) {
      XYSeries series = add(points.name(), points.points());
      series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
      series.setMarker(marker(points.look()));
      series.setMarkerColor(colour);
    } else if (mark instanceof Mark.Band band) {
      XYSeries series = add(band.name(), band.extent());
      series.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea);
      series.setFillColor(
          new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), BAND_OPACITY));
      series.setLineColor(INVISIBLE);
      series.setMarker(SeriesMarkers.NONE);
    }
  }

  private void level(Level level) {
    double y = scaleY.position(level.y());
    XYSeries line = add(level.label(), new double[] {0, 1}, new double[] {y, y});
    line.setMarker(SeriesMarkers.NONE);
    line.setLineColor(new Color(Look.QUIET.colour().rgb()));
    line.setLineStyle(DASHED);
  }

  private XYSeries add(String name, List<Point> points) {
    return add(
        name,
        places(points, point -> scaleX.position(point.x())),
        places(points, point -> scaleY.position(point.y())));
  }

  private XYSeries add(String name, double[] x, double[] y) {
    XYSeries series = drawing.addSeries("series " + numSeries++, x, y);
    series.setLabel(name);
    series.setShowInLegend(!name.isEmpty());
    return series;
  }

  private static double[] places(List<Point> points, ToDoubleFunction<Point> place) {
    return points.stream().mapToDouble(place).toArray();
  }

  private static BasicStroke stroke(float[] dashes) {
    return new BasicStroke(LINE, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, LINE, dashes, 0);
  }

  private static Marker marker(Look look) {
    return switch (look.shape()) {
      case CIRCLE -> SeriesMarkers.CIRCLE;
      case SQUARE -> SeriesMarkers.SQUARE;
      case TRIANGLE -> SeriesMarkers.TRIANGLE_UP;
      case DIAMOND -> SeriesMarkers.DIAMOND;
      case TRIANGLE_DOWN -> SeriesMarkers.TRIANGLE_DOWN;
      case CROSS -> new Strokes(1);
      case PLUS -> new Strokes(0);
    };
  }

  /** Two strokes as thick as the lines; XChart's own are hairlines. */
  private static final class Strokes extends Marker {
    private final double slope;

    /**
     * @param slope 0 for a plus, 1 for a cross
     */
    Strokes(double slope) {
      this.slope = slope;
    }

    @Override
    public void paint(Graphics2D graphics, double x, double y, int size) {
      double along = size / 2.0;
      double across = slope * along;
      graphics.setStroke(SOLID);
      graphics.draw(new Line2D.Double(x - along, y - across, x + along, y + across));
      graphics.draw(new Line2D.Double(x + across, y - along, x - across, y + along));
    }
  }
}
