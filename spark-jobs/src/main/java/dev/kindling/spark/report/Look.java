package dev.kindling.spark.report;

import java.util.List;

/**
 * How a mark is told from the others: by its colour, and for those who do not see colours by the
 * shape of its points and the line's dashes.
 */
public record Look(Colour colour, Shape shape, boolean dashed) {
  /** For what is compared with rather than measured. */
  public static final Look REFERENCE = new Look(Colour.INK, Shape.PLUS, false);

  /** For what stands back behind the rest. */
  public static final Look QUIET = new Look(Colour.GREY, Shape.CIRCLE, false);

  private static final List<Colour> SERIES_COLOURS =
      List.of(
          Colour.BLUE,
          Colour.ORANGE,
          Colour.TEAL,
          Colour.VIOLET,
          Colour.GOLD,
          Colour.PINK,
          Colour.GREEN);
  private static final List<Shape> SERIES_SHAPES =
      List.of(Shape.CIRCLE, Shape.SQUARE, Shape.TRIANGLE, Shape.DIAMOND, Shape.TRIANGLE_DOWN);

  /** The colours. A page has its own shades of them for the dark: {@code report.css}. */
  public enum Colour {
    BLUE(0x2463b0),
    ORANGE(0xc2410c),
    TEAL(0x0f766e),
    VIOLET(0x6d4bb8),
    GOLD(0x8a6500),
    PINK(0xb4236b),
    GREEN(0x4d7c0f),
    GREY(0x6b7280),
    INK(0x1d2125);

    private final int rgb;

    Colour(int rgb) {
      this.rgb = rgb;
    }

    /** On a white ground, as red, green and blue bytes. */
    int rgb() {
      return rgb;
    }
  }

  /** The shapes of points. */
  public enum Shape {
    CIRCLE,
    SQUARE,
    TRIANGLE,
    DIAMOND,
    TRIANGLE_DOWN,
    CROSS,
    PLUS
  }

  /** The look of the i-th of several series. */
  public static Look of(int i) {
    return new Look(
        SERIES_COLOURS.get(i % SERIES_COLOURS.size()),
        SERIES_SHAPES.get(i % SERIES_SHAPES.size()),
        false);
  }

  /** The same with dashes instead of a line. */
  public Look asDashes() {
    return new Look(colour, shape, true);
  }
}
