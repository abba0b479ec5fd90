package dev.kindling.spark.sweep.fit;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers of any size as people read them. */
public final class Figures {
  private static final MathContext DIGITS = new MathContext(4);
  private static final double LEAST_PLAIN = 1e-3;
  private static final double GREATEST_PLAIN = 1e5;

  private Figures() {}

  /** Four digits: {@code 0.3392}, {@code 406.4}, {@code 7.2e10}. */
  public static String of(double value) {
    if (value == 0 || !Double.isFinite(value)) {
      return value == 0 ? "0" : String.valueOf(value);
    }
    BigDecimal rounded = BigDecimal.valueOf(value).round(DIGITS).stripTrailingZeros();
    double size = Math.abs(value);
    if (size >= LEAST_PLAIN && size < GREATEST_PLAIN) {
      return rounded.toPlainString();
    }
    String mantissa = new BigDecimal(rounded.unscaledValue()).toPlainString();
    int exponent = rounded.precision() - rounded.scale() - 1;
    String sign = mantissa.startsWith("-") ? "-" : "";
    String digits = mantissa.substring(sign.length());
    String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
    return String.format(Locale.ROOT, "%s%s%se%d", sign, digits.charAt(0), fraction, exponent);
  }
}
