package dev.kindling.spark.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class TensorBoardEventsTest {
  /** What TensorFlow's own writer makes of the version with wall time 0. */
  private static final String FIRST_RECORD =
      "1800000000000000" // 24 bytes
          + "a37f4b22" // their checksum
          + "090000000000000000" // wall time 0
          + "1a0d627261696e2e4576656e743a32"; // brain.Event:2

  @Test
  void theFileBeginsWithItsVersion() {
    assertThat(HexFormat.of().formatHex(new TensorBoardEvents().toBytes()))
        .startsWith(FIRST_RECORD);
  }

  /** CRC-32C of "123456789" is 0xE3069283; the mask is TensorFlow's. */
  @Test
  void scalarsAreReadBackByTheRulesOfTheFormat() {
    TensorBoardEvents events = new TensorBoardEvents();
    events.add("loss/train", 1, 0.5, 6.25);
    events.add("loss/train", 300, 70, 2.5);
    events.add("loss/validation", 300, 70, 2.625);

    List<String> read = new ArrayList<>();
    ByteBuffer file = ByteBuffer.wrap(events.toBytes()).order(ByteOrder.LITTLE_ENDIAN);
    while (file.hasRemaining()) {
      int length = Math.toIntExact(file.getLong());
      file.getInt();
      ByteBuffer event = file.slice(file.position(), length).order(ByteOrder.LITTLE_ENDIAN);
      file.position(file.position() + length + Integer.BYTES);
      read.add(event(event));
    }
    assertThat(read)
        .containsExactly(
            "0.0 version",
            "0.5 step 1 loss/train=6.25",
            "70.0 step 300 loss/train=2.5",
            "70.0 step 300 loss/validation=2.625");
  }

  private static String event(ByteBuffer event) {
    StringBuilder text = new StringBuilder();
    while (event.hasRemaining()) {
      int key = event.get();
      switch (key >> 3) {
        case 1 -> text.append(event.getDouble());
        case 2 -> text.append(" step ").append(varint(event));
        case 3 -> {
          text.append(" version");
          int skipped = event.get();
          event.position(event.position() + skipped);
        }
        case 5 -> {
          varint(event); // of the summary
          event.get();
          varint(event); // of its value
          event.get();
          byte[] tag = new byte[(int) varint(event)];
          event.get(tag);
          event.get();
          text.append(' ').append(new String(tag, java.nio.charset.StandardCharsets.UTF_8));
          text.append('=').append(event.getFloat());
        }
        default -> throw new AssertionError("field " + (key >> 3));
      }
    }
    return text.toString();
  }

  private static long varint(ByteBuffer bytes) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = bytes.get();
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  @Test
  void whatIsAddedLaterLeavesTheBeginningAsItIs() {
    TensorBoardEvents events = new TensorBoardEvents();
    events.add("loss/train", 1, 0, 3);
    byte[] before = events.toBytes();
    events.add("loss/train", 2, 0, 2);
    assertThat(events.toBytes()).startsWith(before);
  }
}
