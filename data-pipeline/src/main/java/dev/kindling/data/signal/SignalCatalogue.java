package dev.kindling.data.signal;

import dev.kindling.data.InvalidInputException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** All signals, by order and by name. */
public final class SignalCatalogue {
  private static final List<Signal> SIGNALS = List.of(Signal.values());
  private static final Map<String, Signal> BY_NAME =
      SIGNALS.stream().collect(Collectors.toUnmodifiableMap(Signal::signalName, s -> s));

  private SignalCatalogue() {}

  /** All signals in catalogue order. */
  public static List<Signal> signals() {
    return SIGNALS;
  }

  /**
   * The signal of a name.
   *
   * @throws InvalidInputException if there is none, with the nearest name that there is
   */
  public static Signal require(String name) {
    Signal signal = BY_NAME.get(name);
    if (signal == null) {
      List<String> names = SIGNALS.stream().map(Signal::signalName).toList();
      throw UnknownName.error("signal", name, names);
    }
    return signal;
  }
}
