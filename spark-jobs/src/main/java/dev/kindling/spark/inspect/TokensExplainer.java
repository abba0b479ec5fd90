package dev.kindling.spark.inspect;

import dev.kindling.data.manifest.Manifest;
import dev.kindling.data.shard.Mixture;
import dev.kindling.data.shard.TokenSet;
import dev.kindling.data.tokenizer.Tokenizer;
import dev.kindling.data.tokenizer.TokenizerFile;
import dev.kindling.spark.report.Words;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Token shards. */
record TokensExplainer(Configuration hadoop) implements KindExplainer {
  private static final int NUM_IDS_SHOWN = 12;
  private static final int NUM_TOKENS_DECODED = 80;

  @Override
  public void explain(Path directory, Manifest manifest, Explanation out) {
    out.fact("token shards (Megatron .bin and .idx) of documents, ready to train on");
    out.fact(Words.tokenized(manifest.details()));
    List<Mixture.Part> parts = Mixture.of(hadoop, directory).parts();
    if (parts.size() > 1) {
      out.fact("a mixture, whose parts are samples' sources in the ratio of their weights:");
      parts.forEach(part -> out.fact(part.path() + ", weight " + part.weight()));
    }
    Tokenizer tokenizer = TokenizerFile.load(hadoop, directory);
    for (String split : List.of("train", "validation")) {
      if (manifest.details().at("/splits/" + split + "/tokens").asLong() > 0) {
        example(directory, split, tokenizer, out);
      }
    }
    out.next("kindling pretrain --input " + directory + " --output RUN --dry-run");
    out.next("kindling pretrain --input " + directory + " --output RUN");
  }

  private void example(Path directory, String split, Tokenizer tokenizer, Explanation out) {
    try (TokenSet tokens = TokenSet.open(hadoop, directory, split)) {
      int[] ids = new int[(int) Math.min(NUM_TOKENS_DECODED, tokens.numTokens())];
      tokens.read(0, ids, 0, ids.length);
      int[] shown = Arrays.copyOf(ids, Math.min(NUM_IDS_SHOWN, ids.length));
      out.quote(split + " begins " + Arrays.toString(shown), tokenizer.decode(ids));
    }
  }
}
