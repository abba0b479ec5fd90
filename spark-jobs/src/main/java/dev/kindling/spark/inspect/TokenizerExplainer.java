package dev.kindling.spark.inspect;

import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.spark.report.Words;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** A learned vocabulary. */
record TokenizerExplainer(Configuration hadoop) implements KindExplainer {
  private static final String EXAMPLE = "The quick brown fox is 42 years old.";

  @Override
  public void explain(Path directory, Manifest manifest, Explanation out) {
    out.fact("a tokenizer of kind " + manifest.details().path("kind").asText());
    describe(TokenizerFile.load(hadoop, directory), out);
    out.next("kindling tokenize --input DOCUMENTS --tokenizer " + directory + " --output TOKENS");
  }

  static void describe(Tokenizer tokenizer, Explanation out) {
    out.fact("vocabulary of " + Words.count(tokenizer.vocabSize(), "id"));
    out.fact(
        tokenizer.endOfTextId().isPresent()
            ? "id " + tokenizer.endOfTextId().getAsInt() + " ends a document"
            : "no token ends a document");
    int[] ids = tokenizer.encode(EXAMPLE);
    String pieces =
        Arrays.stream(ids)
            .mapToObj(id -> "[" + tokenizer.decode(new int[] {id}) + "]")
            .collect(Collectors.joining());
    out.quote("'" + EXAMPLE + "' in " + Words.count(ids.length, "token"), pieces);
  }
}
