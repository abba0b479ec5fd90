package dev.kindling.spark.communicate;

import java.util.List;

/**
 * A rank of a group, as the others know it.
 *
 * @param key that messages to it have to carry
 * @param endpoint where it is
 */
record Member(GroupKey key, Endpoint endpoint) {
  /** Ranks that share a key. */
  static List<Member> all(GroupKey key, List<Endpoint> endpoints) {
    return endpoints.stream().map(endpoint -> new Member(key, endpoint)).toList();
  }

  /** As text. It holds the key's token: not for logs. */
  String encoded() {
    return key.encoded() + " " + endpoint.encoded();
  }

  /** Reads what {@link #encoded} wrote. */
  static Member decoded(String text) {
    String[] parts = text.split(" ", 2);
    return new Member(GroupKey.decoded(parts[0]), Endpoint.decoded(parts[1]));
  }

  @Override
  public String toString() {
    return endpoint.toString();
  }
}
