package dev.kindling.spark.communicate;

import dev.kindling.model.backend.DeviceGroups;
import dev.kindling.model.tensor.DType;
import dev.kindling.model.tensor.OffHeapMemory;
import dev.kindling.model.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a rank says of its device before groups of devices are made.
 *
 * @param device its name, which no other has
 * @param obstacle why it can join no group; empty if it can
 */
record Announcement(String device, String obstacle) {
  private static final int NUM_BYTES = 512;

  /** All ranks' announcements, by rank. */
  static List<Announcement> exchange(Communicator ranks, DeviceGroups groups) {
    Announcement own = new Announcement(groups.device(), groups.obstacle().orElse(""));
    int size = ranks.size();
    try (OffHeapMemory memory = OffHeapMemory.allocate((size + 1L) * NUM_BYTES)) {
      Tensor one = words(memory, 0, NUM_BYTES);
      Tensor all = words(memory, NUM_BYTES, size * NUM_BYTES);
      one.writeBytes(0, NUM_BYTES / Integer.BYTES, own.encoded(), 0);
      ranks.allGather(one, all);
      byte[] bytes = new byte[size * NUM_BYTES];
      all.readBytes(0, bytes.length / Integer.BYTES, bytes, 0);
      List<Announcement> announced = new ArrayList<>();
      for (int rank = 0; rank < size; rank++) {
        announced.add(decoded(Arrays.copyOfRange(bytes, rank * NUM_BYTES, (rank + 1) * NUM_BYTES)));
      }
      return announced;
    }
  }

  private static Tensor words(OffHeapMemory memory, long byteOffset, int numBytes) {
    return memory.tensor(byteOffset, DType.I32, numBytes / Integer.BYTES);
  }

  private byte[] encoded() {
    return Arrays.copyOf((device + "\n" + obstacle).getBytes(StandardCharsets.UTF_8), NUM_BYTES);
  }

  private static Announcement decoded(byte[] bytes) {
    String[] lines = new String(bytes, StandardCharsets.UTF_8).replace("\0", "").split("\n", 2);
    return new Announcement(lines[0], lines[1]);
  }

  /**
   * Why ranks cannot work together on their devices, in words that end a sentence.
   *
   * @param ranks what all of them say, by rank
   * @return the same for all; empty if they can
   */
  static Optional<String> obstacle(List<Announcement> ranks) {
    Map<String, Integer> owners = new HashMap<>();
    for (int rank = 0; rank < ranks.size(); rank++) {
      Announcement each = ranks.get(rank);
      if (!each.obstacle().isEmpty()) {
        return Optional.of("on the machine of rank " + rank + " " + each.obstacle());
      }
      Integer owner = owners.putIfAbsent(each.device(), rank);
      if (owner != null) {
        return Optional.of(
            "ranks " + owner + " and " + rank + " share the device " + each.device());
      }
    }
    return Optional.empty();
  }
}
