package dev.kindling.model.arch;

import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * GPT-2's initialisation: normal with deviation 0.02, the two projections into the residual stream
 * divided by sqrt(2 × layers), biases 0, gains 1. Every element comes from its own counter (seed,
 * name of the parameter, index), so it depends neither on order nor on threads (the generator is
 * SplitMix64, Steele et al. 2014; the transform is Box and Muller's).
 */
public final class GptInitializer {
  private static final double DEVIATION = 0.02;
  private static final int CHUNK = 4096;
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private GptInitializer() {}

  /** Fills F32 parameters. */
  public static void initialize(GptConfig config, ParameterStore parameters, long seed) {
    double residualDeviation = DEVIATION / Math.sqrt(2.0 * config.numLayers());
    for (ParameterStore.Slice slice : parameters.slices()) {
      Tensor target = parameters.tensor(slice);
      if (slice.name().endsWith(".bias")) {
        fill(target, 0);
      } else if (slice.shape().size() == 1) {
        fill(target, 1);
      } else {
        boolean residual = slice.name().endsWith(".c_proj.weight");
        long key = mix(seed ^ mix(hash(slice.name())));
        fillNormal(target, residual ? residualDeviation : DEVIATION, key);
      }
    }
  }

  private static void fill(Tensor target, float value) {
    float[] values = new float[Math.toIntExact(target.numElements())];
    Arrays.fill(values, value);
    target.write(0, values, 0, values.length);
  }

  private static void fillNormal(Tensor target, double deviation, long key) {
    float[] chunk = new float[CHUNK];
    for (long start = 0; start < target.numElements(); start += CHUNK) {
      int length = (int) Math.min(CHUNK, target.numElements() - start);
      for (int i = 0; i < length; i++) {
        chunk[i] = (float) (deviation * normal(key, start + i));
      }
      target.write(start, chunk, 0, length);
    }
  }

  /** StrictMath, because its bits are the same on every machine. */
  private static double normal(long key, long counter) {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(uniform(key, 2 * counter)));
    return radius * StrictMath.cos(2 * Math.PI * uniform(key, 2 * counter + 1));
  }

  /** In (0, 1]: its logarithm is finite. */
  private static double uniform(long key, long counter) {
    return ((mix(key + (counter + 1) * GOLDEN_GAMMA) >>> 11) + 1) * 0x1p-53;
  }

  private static long mix(long bits) {
    long mixed = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }

  /** FNV-1a. */
  private static long hash(String name) {
    long hash = 0xCBF29CE484222325L;
    for (byte character : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (character & 0xFF)) * 0x100000001B3L;
    }
    return hash;
  }
}
