package dev.kindling.spark.communicate;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The mailboxes of all ranks in this JVM, by group and rank. */
final class Mailboxes {
  private static final Map<Address, Mailbox> OPEN = new ConcurrentHashMap<>();

  private record Address(UUID group, int rank) {}

  private Mailboxes() {}

  static Mailbox open(GroupKey key, int rank, int numRanks) {
    Mailbox mailbox = new Mailbox(key, rank, numRanks);
    if (OPEN.putIfAbsent(new Address(key.id(), rank), mailbox) != null) {
      throw new IllegalStateException("rank " + rank + " of " + key + " is here already");
    }
    return mailbox;
  }

  static Optional<Mailbox> find(GroupKey key, int rank) {
    return Optional.ofNullable(OPEN.get(new Address(key.id(), rank)));
  }

  static void close(GroupKey key, int rank) {
    OPEN.remove(new Address(key.id(), rank));
  }

  static int numOpen() {
    return OPEN.size();
  }
}
