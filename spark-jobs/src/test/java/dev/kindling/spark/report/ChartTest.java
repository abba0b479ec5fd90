package dev.kindling.spark.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.spark.report.Chart.Level;
import dev.kindling.spark.report.Look.Colour;
import dev.kindling.spark.report.Look.Shape;
import dev.kindling.spark.report.Mark.Band;
import dev.kindling.spark.report.Mark.Line;
import dev.kindling.spark.report.Mark.Point;
import dev.kindling.spark.report.Mark.Points;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ChartTest {
  private static final Chart LOSSES =
      new Chart(
              "Loss against compute",
              Axis.logarithmic("FLOPs", Notation.SCIENTIFIC),
              Axis.logarithmic("loss", Notation.PLAIN))
          .with(
              new Band(
                  "interval",
                  Look.REFERENCE,
                  List.of(new Point(1e12, 3.5), new Point(1e14, 2.4)),
                  List.of(new Point(1e12, 3.9), new Point(1e14, 2.6))))
          .with(
              new Line(
                  "frontier",
                  Look.REFERENCE.asDashes(),
                  List.of(new Point(1e12, 3.7), new Point(1e14, 2.5)),
                  false))
          .with(
              new Points(
                  "N = 1M <b>",
                  Look.of(1),
                  List.of(new Point(3e12, 3.6, "run 1 & more"), new Point(4e13, 2.9))))
          .with(new Level("entropy 2.200", 2.2));

  @Test
  void itIsWellFormedAndTellsInWordsWhatItShows() throws Exception {
    Element figure = parse(SvgChart.of(LOSSES, "Points are runs."));

    NodeList drawings = figure.getElementsByTagName("desc");
    assertThat(drawings.getLength()).isEqualTo(2);
    assertThat(drawings.item(0).getTextContent())
        .isEqualTo(
            "interval: FLOPs from 1e12 to 1e14, loss from 2.4 to 3.9. "
                + "frontier: from 3.7 at FLOPs 1e12 to 2.5 at FLOPs 1e14. "
                + "N = 1M <b>: FLOPs from 3e12 to 4e13, loss from 2.9 to 3.6. "
                + "entropy 2.200.");
    assertThat(figure.getElementsByTagName("title").item(0).getTextContent())
        .isEqualTo("Loss against compute");
    assertThat(figure.getElementsByTagName("p").item(0).getTextContent())
        .isEqualTo("Points are runs.");
  }

  @Test
  void everyPointSaysWhatItIs() {
    assertThat(SvgChart.of(LOSSES)).contains("<title>run 1 &amp; more</title>");
  }

  @Test
  void theLegendHasWhatHasANameAndIsLeftOutForASingleSeries() {
    Chart one = new Chart("t", LOSSES.x(), LOSSES.y()).with(LOSSES.marks().get(1));

    assertThat(SvgChart.of(LOSSES)).contains("class=\"legend\"").contains("</svg> frontier</span>");
    assertThat(SvgChart.of(one)).doesNotContain("legend");
    assertThat(SvgChart.of(one.with(new Line("", Look.of(0), one.marks().get(0).extent(), true))))
        .doesNotContain("legend");
  }

  @Test
  void whatIsNoNumberOrHasNoLogarithmIsNotDrawn() {
    List<Point> points =
        List.of(
            new Point(1, Double.NaN),
            new Point(Double.POSITIVE_INFINITY, 1),
            new Point(0, 2),
            new Point(2, -1),
            new Point(3, 4));
    Chart chart =
        new Chart("t", LOSSES.x(), LOSSES.y())
            .with(new Points("p", Look.of(0), points))
            .with(new Band("b", Look.of(1), points, points))
            .with(new Level("none", Double.NaN));

    assertThat(chart.marks().get(0).extent()).containsExactly(new Point(3, 4));
    assertThat(chart.marks().get(1).extent()).containsExactly(new Point(3, 4), new Point(3, 4));
    assertThat(chart.levels()).isEmpty();
    assertThat(SvgChart.of(chart)).doesNotContain("NaN").doesNotContain("Infinity");
    Chart none =
        new Chart("t", LOSSES.x(), LOSSES.y())
            .with(new Line("l", Look.of(0), points.subList(0, 4), true));
    assertThat(none.isEmpty()).isTrue();
  }

  @Test
  void noTwoOfManySeriesLookTheSame() {
    assertThat(IntStream.range(0, 35).mapToObj(Look::of)).doesNotHaveDuplicates();
  }

  @Test
  void aPageHasEveryColourInLightAndInDark() {
    String page = Page.of("t", "t", "");
    for (Colour colour : Colour.values()) {
      String name = colour.name().toLowerCase(Locale.ROOT);
      assertThat(page)
          .contains("--" + name + ": #" + String.format("%06x", colour.rgb()) + ";")
          .contains("svg ." + name + " { color: var(--" + name + "); }");
      assertThat(page.split("--" + name + ": #", -1)).as(name).hasSize(3);
    }
  }

  @Test
  void theImageHasItsSizeAndTheColoursOfItsMarks() throws IOException {
    BufferedImage image = decode(PngChart.of(LOSSES));

    assertThat(image.getWidth()).isEqualTo(PngChart.WIDTH);
    assertThat(image.getHeight()).isEqualTo(PngChart.HEIGHT);
    assertThat(colours(image))
        .contains(
            Color.WHITE.getRGB(),
            new Color(Colour.INK.rgb()).getRGB(),
            new Color(Colour.ORANGE.rgb()).getRGB(),
            new Color(Colour.GREY.rgb()).getRGB())
        .doesNotContain(new Color(Colour.BLUE.rgb()).getRGB());
  }

  @ParameterizedTest
  @EnumSource(Shape.class)
  void everyShapeIsDrawnInBothWays(Shape shape) throws Exception {
    Chart chart =
        new Chart("t", LOSSES.x(), LOSSES.y())
            .with(
                new Points("p", new Look(Colour.TEAL, shape, false), List.of(new Point(1e12, 3))));

    assertThat(parse(SvgChart.of(chart)).getElementsByTagName("svg").getLength()).isEqualTo(2);
    assertThat(colours(decode(PngChart.of(chart)))).contains(new Color(Colour.TEAL.rgb()).getRGB());
  }

  private static Element parse(String html) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(html)))
        .getDocumentElement();
  }

  private static BufferedImage decode(byte[] png) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(png));
  }

  private static Set<Integer> colours(BufferedImage image) {
    Set<Integer> colours = new HashSet<>();
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        colours.add(image.getRGB(x, y));
      }
    }
    return colours;
  }
}
