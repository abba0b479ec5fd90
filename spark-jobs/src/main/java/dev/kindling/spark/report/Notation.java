package dev.kindling.spark.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** How the numbers of an axis are spelt. */
public enum Notation {
  /** {@code 2,000}, {@code 0.25}, {@code 1.0e-04}. */
  PLAIN {
    @Override
    public String label(double value) {
      double size = Math.abs(value);
      if (size != 0 && size < 0.01) {
        return String.format(Locale.ROOT, "%.1e", value);
      }
      if (size >= 100 || Math.abs(value - Math.rint(value)) < 1e-9) {
        return String.format(Locale.ROOT, "%,d", Math.round(value));
      }
      String text = String.format(Locale.ROOT, "%.3f", value);
      return text.replaceAll("0+$", "").replaceAll("\\.$", "");
    }
  },

  /** Of parameters and tokens: {@code 500}, {@code 50K}, {@code 1.5M}, {@code 70B}. */
  COUNT {
    @Override
    public String label(double value) {
      BigDecimal rounded = BigDecimal.valueOf(value).round(new MathContext(3));
      int unit = 0;
      while (unit < UNITS.length - 1 && rounded.compareTo(THOUSAND) >= 0) {
        rounded = rounded.movePointLeft(3);
        unit++;
      }
      return rounded.stripTrailingZeros().toPlainString() + UNITS[unit];
    }
  },

  /** Of compute: {@code 2e12}, {@code 2.5e21}. */
  SCIENTIFIC {
    @Override
    public String label(double value) {
      return String.format(Locale.ROOT, "%.2e", value)
          .replaceFirst("\\.?0+e", "e")
          .replaceFirst("e\\+?(-?)0*(?=\\d)", "e$1");
    }
  },

  /** Of shares: {@code 85 %}. */
  PERCENT {
    @Override
    public String label(double value) {
      return PLAIN.label(100 * value) + " %";
    }
  };

  private static final BigDecimal THOUSAND = BigDecimal.valueOf(1000);
  private static final String[] UNITS = {"", "K", "M", "B", "T"};

  /** The spelling of a value. */
  public abstract String label(double value);
}
