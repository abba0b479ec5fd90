package dev.kindling.model.backend;

import java.util.List;
import java.util.stream.Stream;

/**
 * The backends that tests of all of them run on: those of CPUs, or those that the property {@code
 * kindling.backends} names, such as {@code cuda} on a machine with a GPU.
 */
public final class ChosenBackends {
  private static final String PROPERTY = "kindling.backends";

  private ChosenBackends() {}

  /** Their names. */
  public static List<String> names() {
    return Stream.of(System.getProperty(PROPERTY, "onednn,nd4j").split(",")).toList();
  }

  /** Whether those of CPUs were chosen. */
  static boolean areDefault() {
    return System.getProperty(PROPERTY) == null;
  }
}
