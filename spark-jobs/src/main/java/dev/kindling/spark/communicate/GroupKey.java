package dev.kindling.spark.communicate;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.UUID;

/**
 * Names a group, or a rank of it, and tells those that belong to it from strangers. Both halves are
 * drawn at random for every attempt of a stage, so that messages of an older attempt are a
 * stranger's too.
 *
 * @param id finds the group
 * @param token is compared in constant time
 */
public record GroupKey(UUID id, UUID token) {
  /** A new key, of a cryptographically strong source. */
  public static GroupKey random() {
    return new GroupKey(UUID.randomUUID(), UUID.randomUUID());
  }

  /** Reads what {@link #encoded} wrote. */
  public static GroupKey decoded(String text) {
    String[] parts = text.split("/", -1);
    return new GroupKey(UUID.fromString(parts[0]), UUID.fromString(parts[1]));
  }

  /** As text without spaces. It holds the token: not for logs. */
  public String encoded() {
    return id + "/" + token;
  }

  /** Whether another key is this one; how long that takes tells nothing of the token. */
  boolean matches(GroupKey other) {
    return id.equals(other.id) && MessageDigest.isEqual(bytes(token), bytes(other.token));
  }

  private static byte[] bytes(UUID uuid) {
    return ByteBuffer.allocate(16)
        .putLong(uuid.getMostSignificantBits())
        .putLong(uuid.getLeastSignificantBits())
        .array();
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "group " + id;
  }
}
