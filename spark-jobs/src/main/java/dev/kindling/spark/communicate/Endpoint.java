package dev.kindling.spark.communicate;

/**
 * Where a rank is.
 *
 * @param host that its executor listens on
 * @param port that it listens on; 0 where nobody connects
 * @param jvm tells processes apart: ranks of one hand tensors over in memory
 */
public record Endpoint(String host, int port, String jvm) {
  /** Reads what {@link #encoded} wrote. */
  public static Endpoint decoded(String text) {
    String[] parts = text.split(" ", -1);
    return new Endpoint(parts[0], Integer.parseInt(parts[1]), parts[2]);
  }

  /** As text of three words. */
  public String encoded() {
    return host + " " + port + " " + jvm;
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
