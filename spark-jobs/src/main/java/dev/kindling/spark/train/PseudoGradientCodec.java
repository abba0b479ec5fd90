package dev.kindling.spark.train;

import dev.kindling.model.tensor.BFloat16;
import dev.kindling.spark.config.DataParallelismConfig;
import dev.kindling.spark.config.DataParallelismConfig.PseudoGradients;
import java.io.Serializable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * How a replica's part of a shard travels. Where all replicas arrive together in F32, it is the
 * replica's parameters; a replica that may be late sends the difference to what it started from,
 * which is what can still be applied to parameters that have moved on. Rounded pseudo-gradients
 * {@code θ - θ_i} are rounded to the nearest value, a pure function of both. The rounding errors of
 * a round are not carried over to the next (error feedback): DiLoCo's outer steps bear 8 bits
 * (INTELLECT-1, Jaghouar et al. 2024) and even 4 (Streaming DiLoCo, Douillard et al. 2025) without,
 * and a vector of errors would make every replica's state half as large again, and be lost with
 * every replica that leaves.
 *
 * @param kind in how many bits an element travels
 * @param asynchronous whether replicas may be late
 */
record PseudoGradientCodec(PseudoGradients kind, boolean asynchronous) implements Serializable {
  private static final int LEVELS = 127;
  private static final int ELEMENT_BYTES = FloatVectors.ELEMENT_BYTES;

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  static PseudoGradientCodec of(DataParallelismConfig config) {
    return new PseudoGradientCodec(config.pseudoGradients(), config.asynchronous());
  }

  /** Whether what is sent is the difference to what a replica started from. */
  boolean sendsDifference() {
    return kind != PseudoGradients.F32 || asynchronous;
  }

  /**
   * What a replica sends.
   *
   * @param theta the parameters that it started from, little-endian F32; not read where the
   *     difference is not sent
   * @param replica the parameters that it arrived at, alike
   */
  byte[] encode(byte[] theta, byte[] replica) {
    return switch (kind) {
      case F32 -> asynchronous ? encodeF32(theta, replica) : replica;
      case BF16 -> encodeBf16(theta, replica);
      case INT8 -> encodeInt8(theta, replica);
    };
  }

  /**
   * The replica's parameters, as far as {@code sent} tells.
   *
   * @param theta the parameters that the difference is applied to
   * @param weight how much of it; 1 where the difference is not sent
   */
  byte[] decode(byte[] theta, byte[] sent, double weight) {
    return switch (kind) {
      case F32 -> asynchronous ? decodeF32(theta, sent, weight) : sent;
      case BF16 -> decodeBf16(theta, sent, weight);
      case INT8 -> decodeInt8(theta, sent, weight);
    };
  }

  private static double difference(byte[] theta, byte[] replica, int element) {
    int at = element * ELEMENT_BYTES;
    return (double) FloatVectors.get(theta, at) - FloatVectors.get(replica, at);
  }

  private static void setReplica(byte[] replica, byte[] theta, int element, double difference) {
    int at = element * ELEMENT_BYTES;
    FloatVectors.set(replica, at, (float) (FloatVectors.get(theta, at) - difference));
  }

  private static byte[] encodeF32(byte[] theta, byte[] replica) {
    byte[] sent = new byte[theta.length];
    for (int i = 0; i < theta.length / ELEMENT_BYTES; i++) {
      FloatVectors.set(sent, i * ELEMENT_BYTES, (float) difference(theta, replica, i));
    }
    return sent;
  }

  private static byte[] decodeF32(byte[] theta, byte[] sent, double weight) {
    byte[] replica = new byte[theta.length];
    for (int i = 0; i < theta.length / ELEMENT_BYTES; i++) {
      setReplica(replica, theta, i, weight * FloatVectors.get(sent, i * ELEMENT_BYTES));
    }
    return replica;
  }

  private static byte[] encodeBf16(byte[] theta, byte[] replica) {
    int length = theta.length / ELEMENT_BYTES;
    byte[] sent = new byte[length * Short.BYTES];
    for (int i = 0; i < length; i++) {
      SHORT.set(sent, i * Short.BYTES, BFloat16.fromDouble(difference(theta, replica, i)));
    }
    return sent;
  }

  private static byte[] decodeBf16(byte[] theta, byte[] sent, double weight) {
    byte[] replica = new byte[theta.length];
    for (int i = 0; i < theta.length / ELEMENT_BYTES; i++) {
      double difference = BFloat16.toFloat((short) SHORT.get(sent, i * Short.BYTES));
      setReplica(replica, theta, i, weight * difference);
    }
    return replica;
  }

  /** The scales (F32) of all blocks, then a byte for every element. */
  private static byte[] encodeInt8(byte[] theta, byte[] replica) {
    int length = theta.length / ELEMENT_BYTES;
    byte[] sent = new byte[Math.toIntExact(PseudoGradients.INT8.encodedBytes(length))];
    int values = sent.length - length;
    for (int first = 0; first < length; first += PseudoGradients.BLOCK) {
      int end = Math.min(first + PseudoGradients.BLOCK, length);
      double largest = 0;
      for (int i = first; i < end; i++) {
        largest = Math.max(largest, Math.abs(difference(theta, replica, i)));
      }
      float scale = (float) (largest / LEVELS);
      FloatVectors.set(sent, first / PseudoGradients.BLOCK * ELEMENT_BYTES, scale);
      for (int i = first; i < end; i++) {
        // The scale was rounded, so that the largest may come out above the last level.
        double level = scale == 0 ? 0 : Math.rint(difference(theta, replica, i) / scale);
        sent[values + i] = (byte) Math.max(-LEVELS, Math.min(LEVELS, level));
      }
    }
    return sent;
  }

  private static byte[] decodeInt8(byte[] theta, byte[] sent, double weight) {
    int length = theta.length / ELEMENT_BYTES;
    int values = sent.length - length;
    byte[] replica = new byte[theta.length];
    for (int i = 0; i < length; i++) {
      float scale = FloatVectors.get(sent, i / PseudoGradients.BLOCK * ELEMENT_BYTES);
      setReplica(replica, theta, i, weight * ((double) scale * sent[values + i]));
    }
    return replica;
  }
}
