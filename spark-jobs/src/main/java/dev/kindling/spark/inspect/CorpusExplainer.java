package dev.kindling.spark.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kindling.data.manifest.Manifest;
import java.util.Iterator;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** The embedded corpus. */
record CorpusExplainer(Configuration hadoop) implements KindExplainer {
  @Override
  public void explain(Path directory, Manifest manifest, Explanation out) {
    out.fact("raw text, made up by `kindling sample-corpus`, with known defects");
    Json.find(hadoop, new Path(directory, "truth.json")).ifPresent(truth -> facts(truth, "", out));
    out.next("kindling clean --input " + directory + " --output DIR");
  }

  private static void facts(JsonNode node, String prefix, Explanation out) {
    for (Iterator<Map.Entry<String, JsonNode>> fields = node.fields(); fields.hasNext(); ) {
      Map.Entry<String, JsonNode> field = fields.next();
      if (field.getValue().isObject()) {
        facts(field.getValue(), prefix + field.getKey() + ".", out);
      } else if (field.getValue().isValueNode()) {
        out.fact(prefix + field.getKey() + ": " + field.getValue().asText());
      }
    }
  }
}
