package dev.kindling.data.signal;

import java.util.List;

/** How a value is held against a threshold. */
public enum Comparison {
  /** {@code <}. */
  LESS("<") {
    @Override
    boolean holds(double value, double threshold) {
      return value < threshold;
    }
  },
  /** {@code <=}. */
  LESS_OR_EQUAL("<=") {
    @Override
    boolean holds(double value, double threshold) {
      return value <= threshold;
    }
  },
  /** {@code >}. */
  GREATER(">") {
    @Override
    boolean holds(double value, double threshold) {
      return value > threshold;
    }
  },
  /** {@code >=}. */
  GREATER_OR_EQUAL(">=") {
    @Override
    boolean holds(double value, double threshold) {
      return value >= threshold;
    }
  };

  private final String sign;

  Comparison(String sign) {
    this.sign = sign;
  }

  /** As it is written. */
  public String sign() {
    return sign;
  }

  abstract boolean holds(double value, double threshold);

  /**
   * The comparison that is written so.
   *
   * @throws dev.kindling.data.InvalidInputException if it is none
   */
  public static Comparison of(String sign) {
    List<Comparison> all = List.of(values());
    return all.stream()
        .filter(comparison -> comparison.sign.equals(sign))
        .findFirst()
        .orElseThrow(
            () -> UnknownName.error("comparison", sign, all.stream().map(c -> c.sign).toList()));
  }
}
