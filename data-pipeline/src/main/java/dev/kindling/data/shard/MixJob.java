package dev.kindling.data.shard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kindling.data.InvalidInputException;
import dev.kindling.data.manifest.Fingerprint;
import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.manifest.OutputDirectory;
import dev.kindling.data.manifest.QualifiedPath;
import dev.kindling.data.tokenizer.TokenizerFile;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Makes a weighted mixture of token directories, which is a token directory again. It writes a
 * manifest with the parts and their tokenizer; the shards stay where they are. Training draws
 * samples from the parts in the ratio of their weights ({@link MixtureOrder}), each part going
 * through its own epochs; validation reads the validation splits of all parts, one after the other.
 */
public final class MixJob {
  private static final int VERSION = 1;

  /** With more, a part's share of a block of samples would be rounded too coarsely. */
  private static final int MOST_PARTS = 1024;

  private MixJob() {}

  /**
   * Writes the mixture, or returns the manifest of {@code output} where the same is already done.
   *
   * @param parts token directories, no mixtures, with the same tokenizer and on the filesystem of
   *     {@code output}
   * @return a manifest of kind {@value TokenSet#KIND}; its unigram loss is that of a model that
   *     knows the frequencies of each part, and from which part a token is
   * @throws InvalidInputException if a weight, a part or the output cannot be used
   */
  public static Manifest run(Configuration hadoop, Mixture parts, Path output) {
    requireWeights(parts);
    List<Manifest> manifests = new ArrayList<>();
    List<Mixture.Part> qualified = new ArrayList<>();
    for (Mixture.Part part : parts.parts()) {
      Path path = QualifiedPath.of(hadoop, new Path(part.path()));
      manifests.add(requirePart(hadoop, path, output));
      qualified.add(new Mixture.Part(path.toString(), part.weight()));
    }
    Mixture mixture = new Mixture(qualified);
    requireOneTokenizer(mixture, manifests);
    requireOneForm(mixture, manifests);
    OutputDirectory.requireOutside(hadoop, output, mixture.directories());
    String fingerprint =
        Fingerprint.of("mix", VERSION)
            .with("parts", manifests.stream().map(Manifest::fingerprint).toList())
            .with("weights", qualified.stream().map(Mixture.Part::weight).toList())
            .sha256();
    try (OutputDirectory directory =
        OutputDirectory.open(hadoop, output, TokenSet.KIND, fingerprint, TokenizerFile.NAME)) {
      if (directory.finished().isPresent()) {
        return directory.finished().get();
      }
      copyTokenizer(hadoop, mixture.directories().get(0), directory.resolve(TokenizerFile.NAME));
      ObjectNode details = details(manifests);
      mixture.addTo(details, manifests);
      return directory.commit(details);
    }
  }

  private static void requireWeights(Mixture mixture) {
    if (mixture.parts().size() < 2 || mixture.parts().size() > MOST_PARTS) {
      throw new InvalidInputException(
          "a mixture of " + mixture.parts().size() + " parts was asked for",
          "2 to " + MOST_PARTS + " token directories",
          "give --input DIR=WEIGHT for each");
    }
    for (Mixture.Part part : mixture.parts()) {
      if (!(part.weight() > 0) || Double.isInfinite(part.weight())) {
        throw new InvalidInputException(
            part.path() + " has the weight " + part.weight(),
            "a number above 0",
            "give another weight, or leave this part out");
      }
    }
  }

  private static Manifest requirePart(Configuration hadoop, Path part, Path output) {
    Manifest manifest = Manifest.require(hadoop, part, TokenSet.KIND);
    if (Mixture.of(manifest, part).parts().size() > 1) {
      throw new InvalidInputException(
          part + " is a mixture itself",
          "token shards that `kindling tokenize` wrote",
          "give the parts of that mixture instead, with their weights");
    }
    try {
      if (!part.getFileSystem(hadoop).getUri().equals(output.getFileSystem(hadoop).getUri())) {
        throw new InvalidInputException(
            part + " is on another filesystem than " + output,
            "parts and mixture on the same one",
            "copy the part, for example with `hadoop distcp`, or choose another --output");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot reach " + part + " or " + output, e);
    }
    return manifest;
  }

  private static void requireOneTokenizer(Mixture mixture, List<Manifest> manifests) {
    JsonNode first = manifests.get(0).details().path("tokenizerSha256");
    for (int i = 1; i < manifests.size(); i++) {
      if (!manifests.get(i).details().path("tokenizerSha256").equals(first)) {
        throw new InvalidInputException(
            mixture.parts().get(i).path()
                + " was written with another tokenizer than "
                + mixture.parts().get(0).path(),
            "the same tokenizer.json for all parts",
            "tokenize the documents of all parts with one --tokenizer");
      }
    }
  }

  private static void requireOneForm(Mixture mixture, List<Manifest> manifests) {
    for (String setting : List.of(TokenSet.PACKED_LENGTH, TokenSet.SENTENCES)) {
      JsonNode first = manifests.get(0).details().path(setting);
      for (int i = 1; i < manifests.size(); i++) {
        JsonNode other = manifests.get(i).details().path(setting);
        if (!other.equals(first)) {
          throw new InvalidInputException(
              mixture.parts().get(i).path()
                  + " was written with "
                  + described(setting, other)
                  + ", and "
                  + mixture.parts().get(0).path()
                  + " with "
                  + described(setting, first),
              "the same for all parts",
              "tokenize the documents of all parts with one tokenize." + setting);
        }
      }
    }
  }

  private static String described(String setting, JsonNode value) {
    String none = setting.equals(TokenSet.SENTENCES) ? "false" : "0";
    return "tokenize." + setting + " " + (value.isMissingNode() ? none : value.asText());
  }

  private static void copyTokenizer(Configuration hadoop, Path part, Path target) {
    byte[] json = TokenizerFile.readBytes(hadoop, part);
    try (OutputStream out = target.getFileSystem(hadoop).create(target, true)) {
      out.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + target, e);
    }
  }

  private static ObjectNode details(List<Manifest> manifests) {
    ObjectNode details = Manifest.newDetails();
    JsonNode first = manifests.get(0).details();
    for (String same : List.of("vocabSize", "tokenizerSha256", "endOfText", "uniformLoss")) {
      details.set(same, first.path(same));
    }
    for (String form : List.of(TokenSet.PACKED_LENGTH, TokenSet.SENTENCES)) {
      if (first.has(form)) {
        details.set(form, first.path(form));
      }
    }
    ObjectNode splits = details.putObject("splits");
    for (Split split : Split.values()) {
      ObjectNode sums = splits.putObject(split.label());
      for (String count : List.of("tokens", "documents", "bytes", "shards")) {
        String pointer = "/splits/" + split.label() + "/" + count;
        sums.put(count, manifests.stream().mapToLong(m -> m.details().at(pointer).asLong()).sum());
      }
    }
    double weighted = 0;
    for (Manifest manifest : manifests) {
      weighted +=
          manifest.details().path("unigramLoss").asDouble()
              * manifest.details().at("/splits/validation/tokens").asLong();
    }
    details.put("unigramLoss", weighted / details.at("/splits/validation/tokens").asLong());
    return details;
  }
}
