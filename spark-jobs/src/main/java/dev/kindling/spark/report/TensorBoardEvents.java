package dev.kindling.spark.report;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Scalars as TensorBoard reads them: an event file, of which every prefix of whole records is one.
 *
 * <p>A record of TensorFlow's is, little-endian: u64 length, u32 masked CRC-32C of these 8 bytes,
 * the bytes, u32 masked CRC-32C of the bytes. The bytes are a protocol buffer {@code Event}: 1 wall
 * time (double), 2 step (int64), 3 version of the file (string, of the first), 5 {@code Summary}: 1
 * {@code Value}: 1 tag (string), 2 the value (float).
 */
public final class TensorBoardEvents {
  private static final String VERSION = "brain.Event:2";

  /** What TensorFlow's checksums are masked with, so that files of files do not confuse them. */
  private static final int MASK_DELTA = 0xA282EAD8;

  private static final int WIRE_VARINT = 0;
  private static final int WIRE_64_BITS = 1;
  private static final int WIRE_BYTES = 2;
  private static final int WIRE_32_BITS = 5;

  private final ByteArrayOutputStream file = new ByteArrayOutputStream();

  /** A file without scalars. */
  public TensorBoardEvents() {
    Message event = new Message();
    event.fixed64(1, 0);
    event.bytes(3, VERSION.getBytes(StandardCharsets.UTF_8));
    writeRecord(event.toBytes());
  }

  /**
   * Adds a scalar.
   *
   * @param seconds what TensorBoard shows as time
   * @param tag the name of the curve; a slash makes groups
   */
  public void add(String tag, long step, double seconds, double value) {
    Message scalar = new Message();
    scalar.bytes(1, tag.getBytes(StandardCharsets.UTF_8));
    scalar.fixed32(2, Float.floatToIntBits((float) value));
    Message summary = new Message();
    summary.bytes(1, scalar.toBytes());
    Message event = new Message();
    event.fixed64(1, Double.doubleToLongBits(seconds));
    event.varint(2, step);
    event.bytes(5, summary.toBytes());
    writeRecord(event.toBytes());
  }

  /** The file so far. */
  public byte[] toBytes() {
    return file.toByteArray();
  }

  private void writeRecord(byte[] bytes) {
    byte[] length = littleEndian(Long.BYTES).putLong(bytes.length).array();
    file.writeBytes(length);
    file.writeBytes(littleEndian(Integer.BYTES).putInt(maskedChecksum(length)).array());
    file.writeBytes(bytes);
    file.writeBytes(littleEndian(Integer.BYTES).putInt(maskedChecksum(bytes)).array());
  }

  private static int maskedChecksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    return Integer.rotateRight((int) checksum.getValue(), 15) + MASK_DELTA;
  }

  private static ByteBuffer littleEndian(int numBytes) {
    return ByteBuffer.allocate(numBytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A protocol buffer, field by field. */
  private static final class Message {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    byte[] toBytes() {
      return bytes.toByteArray();
    }

    void varint(int field, long value) {
      key(field, WIRE_VARINT);
      writeVarint(value);
    }

    void fixed64(int field, long bits) {
      key(field, WIRE_64_BITS);
      bytes.writeBytes(littleEndian(Long.BYTES).putLong(bits).array());
    }

    void fixed32(int field, int bits) {
      key(field, WIRE_32_BITS);
      bytes.writeBytes(littleEndian(Integer.BYTES).putInt(bits).array());
    }

    void bytes(int field, byte[] value) {
      key(field, WIRE_BYTES);
      writeVarint(value.length);
      bytes.writeBytes(value);
    }

    private void key(int field, int wireType) {
      writeVarint(((long) field << 3) | wireType);
    }

    private void writeVarint(long value) {
      long left = value;
      while ((left & ~0x7FL) != 0) {
        bytes.write((int) ((left & 0x7F) | 0x80));
        left >>>= 7;
      }
      bytes.write((int) left);
    }
  }
}
