package dev.kindling.model.backend.check;

import java.util.Optional;

/**
 * How a backend computed one kernel's calls.
 *
 * @param kernel the method of {@link dev.kindling.model.backend.Backend}
 * @param name the kernel, and what is special about these calls
 * @param arithmetic F32, TF32 or BF16
 * @param difference the largest, for what is tolerated; empty where a run failed
 * @param failure what a run failed with
 */
public record KernelResult(
    String kernel,
    String name,
    String arithmetic,
    Optional<Difference> difference,
    Optional<RuntimeException> failure) {
  /** Whether all that was computed is right. */
  public boolean isPassed() {
    return failure.isEmpty() && difference.map(Difference::isTolerated).orElse(false);
  }

  @Override
  public String toString() {
    return name
        + " in "
        + arithmetic
        + ": "
        + failure
            .map(Object::toString)
            .or(() -> difference.map(Object::toString))
            .orElse("not run");
  }
}
