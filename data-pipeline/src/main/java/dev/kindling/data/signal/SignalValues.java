package dev.kindling.data.signal;

import dev.kindling.data.InvalidInputException;
import java.util.EnumMap;
import java.util.Map;

/** The values of all signals of one text. Counts are exact, as whole numbers up to 2^53. */
public final class SignalValues {
  private final Map<Signal, Double> values = new EnumMap<>(Signal.class);

  SignalValues() {}

  /**
   * Values that were stored.
   *
   * @param stored one per signal, in catalogue order
   * @throws InvalidInputException if there are more or fewer than signals
   */
  public static SignalValues of(double[] stored) {
    int numSignals = SignalCatalogue.signals().size();
    if (stored.length != numSignals) {
      throw new InvalidInputException(
          stored.length + " signal values",
          numSignals + ", one for each signal of the catalogue",
          "measure the texts again with this version");
    }
    SignalValues values = new SignalValues();
    for (int i = 0; i < stored.length; i++) {
      values.set(SignalCatalogue.signals().get(i), stored[i]);
    }
    return values;
  }

  /** The value of a signal. */
  public double get(Signal signal) {
    return values.getOrDefault(signal, 0.0);
  }

  /** The values in catalogue order. */
  public double[] toArray() {
    return SignalCatalogue.signals().stream().mapToDouble(this::get).toArray();
  }

  void set(Signal signal, double value) {
    values.put(signal, value);
  }

  /** Sets {@code part / whole}, and 0 where the whole is nothing. */
  void setRatio(Signal signal, long part, double whole) {
    set(signal, whole == 0 ? 0 : (double) part / whole);
  }
}
