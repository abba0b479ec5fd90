package dev.kindling.spark.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kindling.spark.report.Timeline.Span;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class TimelineTest {
  @Test
  void spansLieWhereTheirTimesSay() throws Exception {
    List<Element> bars =
        bars(
            new Timeline(
                "A run",
                List.of("a", "b"),
                List.of("computing", "averaging"),
                List.of(
                    new Span(0, "computing", "1", 0, 5),
                    new Span(0, "averaging", "2", 5, 10),
                    new Span(1, "computing", "3", 2.5, 7.5))));

    assertThat(bars).hasSize(3);
    Element first = bars.get(0);
    Element second = bars.get(1);
    Element below = bars.get(2);
    assertThat(number(first, "x") + number(first, "width")).isEqualTo(number(second, "x"));
    assertThat(number(below, "x")).isEqualTo(number(first, "x") + number(first, "width") / 2);
    assertThat(number(below, "y")).isGreaterThan(number(first, "y") + number(first, "height") - 1);
    assertThat(below.getAttribute("class")).isEqualTo(first.getAttribute("class"));
    assertThat(second.getAttribute("class")).isNotEqualTo(first.getAttribute("class"));
    assertThat(below.getTextContent()).isEqualTo("b: computing 3, 2.5 to 7.5 s");
  }

  @Test
  void theLegendTellsThePartOfEveryKind() {
    Timeline timeline =
        new Timeline(
            "A run",
            List.of("a", "b"),
            List.of("computing", "averaging"),
            List.of(new Span(0, "computing", "", 0, 8), new Span(1, "averaging", "", 0, 2)));

    assertThat(timeline.toHtml()).contains("computing 50.0 %").contains("averaging 12.5 %");
  }

  @Test
  void neighboursThatCannotBeSeenApartAreOneBar() throws Exception {
    int count = 100_000;
    List<Span> spans = new ArrayList<>();
    IntStream.range(0, count)
        .forEach(i -> spans.add(new Span(0, "step", String.valueOf(i), i, i + 0.9)));
    spans.add(new Span(0, "checkpoint", "", count, count + 1));

    List<Element> bars =
        bars(new Timeline("A long run", List.of("a"), List.of("step", "checkpoint"), spans));

    assertThat(bars).hasSize(2);
    assertThat(bars.get(0).getTextContent()).startsWith("a: step 0 … 99999, 0 to 100,000 s");
  }

  @Test
  void aRunOfManyShortSpansOfTwoKindsIsStillASmallPage() {
    List<Span> spans = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      spans.add(new Span(0, "computing", String.valueOf(i), i, i + 0.8));
      spans.add(new Span(0, "averaging", String.valueOf(i), i + 0.8, i + 1));
    }

    String page =
        new Timeline("A long run", List.of("a"), List.of("computing", "averaging"), spans).toHtml();

    assertThat(page).hasSizeLessThan(500_000).contains("computing 80.0 %", "averaging 20.0 %");
  }

  @Test
  void textIsNeverMarkup() throws Exception {
    Timeline timeline =
        new Timeline(
            "<b>&",
            List.of("<i>"),
            List.of("<script>"),
            List.of(new Span(0, "<script>", "\"><b>", 0, 1)));

    assertThat(timeline.toHtml()).doesNotContain("<b>").doesNotContain("<script>");
    assertThat(bars(timeline).get(0).getTextContent()).startsWith("<i>: <script> \"><b>");
  }

  @Test
  void whatCannotBeDrawnIsRefused() {
    assertThatThrownBy(() -> new Timeline("t", List.of("a"), List.of("k"), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A timeline has no span: expected one or more");
    assertThatThrownBy(
            () ->
                new Timeline("t", List.of("a"), List.of("k"), List.of(new Span(1, "k", "", 0, 1))))
        .hasMessage("A span is of row 1: expected a row from 0 to 0");
    assertThatThrownBy(
            () ->
                new Timeline("t", List.of("a"), List.of("k"), List.of(new Span(0, "l", "", 0, 1))))
        .hasMessage("A span is of kind 'l': expected one of [k]");
    assertThatThrownBy(() -> new Span(0, "k", "", 2, 1))
        .hasMessage("A span goes from 2.0 to 1.0 s: expected finite times in order");
    assertThatThrownBy(() -> new Span(0, "k", "", 0, Double.NaN))
        .hasMessageContaining("expected finite times");
  }

  private static List<Element> bars(Timeline timeline) throws Exception {
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(timeline.toHtml())));
    NodeList bars = document.getElementsByTagName("rect");
    return IntStream.range(0, bars.getLength()).mapToObj(i -> (Element) bars.item(i)).toList();
  }

  private static double number(Element element, String attribute) {
    return Double.parseDouble(element.getAttribute(attribute));
  }
}
