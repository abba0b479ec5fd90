package dev.kindling.data.signal;

import java.util.EnumMap;
import java.util.Map;

/** The values of signals of one text. Counts are exact, as whole numbers up to 2^53. */
public final class SignalValues {
  private final Map<Signal, Double> values = new EnumMap<>(Signal.class);

  SignalValues() {}

  /** Values that were stored, of some signals at least. */
  public static SignalValues of(Map<Signal, Double> stored) {
    SignalValues values = new SignalValues();
    values.values.putAll(stored);
    return values;
  }

  /**
   * The value of a signal.
   *
   * @throws IllegalArgumentException if it was not measured
   */
  public double get(Signal signal) {
    Double value = values.get(signal);
    if (value == null) {
      throw new IllegalArgumentException(signal.signalName() + " was not measured");
    }
    return value;
  }

  void set(Signal signal, double value) {
    values.put(signal, value);
  }

  /** Sets {@code part / whole}, and 0 where the whole is nothing. */
  void setRatio(Signal signal, long part, double whole) {
    set(signal, whole == 0 ? 0 : (double) part / whole);
  }
}
