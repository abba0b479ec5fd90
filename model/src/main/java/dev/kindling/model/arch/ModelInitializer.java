package dev.kindling.model.arch;

import dev.kindling.model.nn.ParameterStore;
import dev.kindling.model.random.CounterBasedRandom;
import dev.kindling.model.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Each architecture's own initialisation: normal, with biases 0 and gains 1. The deviation is 0.02
 * in GPT-2, Llama, BERT and BART, with the two projections of a GPT into the residual stream
 * divided by sqrt(2 × layers); in T5 it follows the widths, as in Mesh TensorFlow, so that
 * attention needs no scale of its own. Every element comes from its own counter (seed, name of the
 * parameter, index), so it depends neither on order nor on threads (the transform is Box and
 * Muller's).
 */
public final class ModelInitializer {
  private static final double DEVIATION = 0.02;
  private static final int CHUNK = 4096;

  private ModelInitializer() {}

  /** Fills F32 parameters. */
  public static void initialize(ArchitectureConfig model, ParameterStore parameters, long seed) {
    for (ParameterStore.Slice slice : parameters.slices()) {
      Tensor target = parameters.tensor(slice);
      if (slice.name().endsWith(".bias")) {
        fill(target, 0);
      } else if (slice.shape().size() == 1) {
        fill(target, 1);
      } else {
        fillNormal(target, deviation(model, slice.name()), seed, slice.name());
      }
    }
  }

  private static double deviation(ArchitectureConfig model, String name) {
    if (model instanceof T5Config t5) {
      return t5Deviation(t5, name);
    }
    boolean residual =
        name.endsWith(".c_proj.weight")
            || name.endsWith(".o_proj.weight")
            || name.endsWith(".down_proj.weight");
    return residual ? DEVIATION / Math.sqrt(2.0 * model.numLayers()) : DEVIATION;
  }

  /** Raffel et al. 2020; the output layer of version 1.1 as a dense layer of Mesh TensorFlow. */
  private static double t5Deviation(T5Config config, String name) {
    double width = config.embeddingSize();
    if (name.equals("shared.weight")) {
      return 1;
    }
    if (name.endsWith(".q.weight")) {
      return 1 / Math.sqrt(width * config.headSize());
    }
    if (name.endsWith(".o.weight")) {
      return 1 / Math.sqrt((double) config.attentionSize());
    }
    if (name.endsWith(".wo.weight")) {
      return 1 / Math.sqrt((double) config.feedForwardSize());
    }
    return 1 / Math.sqrt(width);
  }

  static void fill(Tensor target, float value) {
    float[] values = new float[Math.toIntExact(target.numElements())];
    Arrays.fill(values, value);
    target.write(0, values, 0, values.length);
  }

  static void fillNormal(Tensor target, double deviation, long seed, String name) {
    long key = CounterBasedRandom.mix(seed ^ CounterBasedRandom.mix(hash(name)));
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
    return CounterBasedRandom.uniform(key, counter) + 0x1p-53;
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
