package dev.kindling.spark.sweep.fit;

import java.util.List;

/**
 * Coefficients from the literature, to hold a fit against. They are of other data.
 *
 * @param source authors and year
 * @param law that they found
 */
public record PublishedLaw(String source, ScalingLaw law) {
  /** Hoffmann et al. 2022, approach 3, without the rounding of the paper. */
  public static final PublishedLaw CHINCHILLA =
      new PublishedLaw(
          "Hoffmann et al. 2022 (Chinchilla)",
          new ScalingLaw(1.69337368, 406.401018, 410.722827, 0.33917084, 0.2849083));

  /** The refit of the same runs. */
  public static final PublishedLaw BESIROGLU =
      new PublishedLaw(
          "Besiroglu et al. 2024", new ScalingLaw(1.8172, 482.01, 2085.43, 0.3478, 0.3658));

  /** All of them. */
  public static final List<PublishedLaw> ALL = List.of(CHINCHILLA, BESIROGLU);
}
