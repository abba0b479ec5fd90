package dev.kindling.data.shard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.manifest.Manifest;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The token directories that a directory of kind {@code tokens} stands for: itself, or the parts of
 * a weighted mixture, which has a manifest and no shards of its own.
 *
 * @param parts at least one
 */
public record Mixture(List<Part> parts) {
  private static final String MIXTURE = "mixture";

  /**
   * One token directory.
   *
   * @param path where it is
   * @param weight its share of the samples, relative to the weights of the others
   */
  public record Part(String path, double weight) {}

  /** Checks nothing: {@link MixJob} does. */
  public Mixture {
    parts = List.copyOf(parts);
  }

  /**
   * Reads what a token directory is made of.
   *
   * @throws dev.kindling.data.InvalidInputException if it has no valid manifest of tokens
   */
  public static Mixture of(Configuration hadoop, Path directory) {
    return of(Manifest.require(hadoop, directory, TokenSet.KIND), directory);
  }

  static Mixture of(Manifest manifest, Path directory) {
    JsonNode listed = manifest.details().path(MIXTURE);
    List<Part> parts = new ArrayList<>();
    for (JsonNode part : listed) {
      parts.add(new Part(part.path("path").asText(), part.path("weight").asDouble()));
    }
    return parts.isEmpty()
        ? new Mixture(List.of(new Part(directory.toString(), 1)))
        : new Mixture(parts);
  }

  /**
   * Adds the parts to a manifest's details.
   *
   * @param manifests of the parts
   */
  void addTo(ObjectNode details, List<Manifest> manifests) {
    ArrayNode listed = details.putArray(MIXTURE);
    for (int i = 0; i < parts.size(); i++) {
      Manifest manifest = manifests.get(i);
      listed
          .addObject()
          .put("path", parts.get(i).path())
          .put("weight", parts.get(i).weight())
          .put("fingerprint", manifest.fingerprint())
          .set("splits", manifest.details().path("splits"));
    }
  }

  /**
   * The least that any part has of something.
   *
   * @param details of the manifest of a token directory
   * @param count {@code tokens} or {@code documents}
   */
  public static long leastOfAnyPart(ObjectNode details, String split, String count) {
    String pointer = "/splits/" + split + "/" + count;
    long least = details.at(pointer).asLong();
    for (JsonNode part : details.path(MIXTURE)) {
      least = Math.min(least, part.at(pointer).asLong());
    }
    return least;
  }

  List<Path> directories() {
    return parts.stream().map(part -> new Path(part.path())).toList();
  }

  /** In which order samples come from the parts. */
  public MixtureOrder order() {
    return new MixtureOrder(parts.stream().mapToDouble(Part::weight).toArray());
  }
}
