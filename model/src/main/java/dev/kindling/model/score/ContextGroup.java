package dev.kindling.model.score;

import java.nio.IntBuffer;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** A context with all continuations that are asked for behind it, each once. */
final class ContextGroup {
  private final int[] context;
  private final Map<IntBuffer, RunningScore> continuations = new LinkedHashMap<>();

  ContextGroup(int[] context) {
    this.context = context;
  }

  RunningScore continuation(int[] continuation) {
    return continuations.computeIfAbsent(
        IntBuffer.wrap(continuation), tokens -> new RunningScore(context, continuation));
  }

  int[] context() {
    return context;
  }

  Collection<RunningScore> continuations() {
    return continuations.values();
  }

  /** Whether there are several continuations. */
  boolean isShared() {
    return continuations.size() > 1;
  }
}
