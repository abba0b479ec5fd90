package dev.kindling.spark.checkpoint;

import dev.kindling.model.arch.ModelShape;
import dev.kindling.model.io.ModelWeights;
import dev.kindling.spark.parallel.HadoopSettings;
import dev.kindling.spark.parallel.ParameterShard;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * Streams θ, shard after shard, behind a safetensors header.
 *
 * @param hadoop the filesystem's settings
 * @param checkpoint the directory
 * @param model the shape
 */
record WriteModel(HadoopSettings hadoop, String checkpoint, ModelShape model)
    implements FlatMapFunction<Iterator<ParameterShard>, WrittenFile> {

  @Override
  public Iterator<WrittenFile> call(Iterator<ParameterShard> shards) throws IOException {
    AttemptFile file = AttemptFile.create(hadoop, checkpoint, ModelWeights.NAME);
    try (OutputStream out = ModelWeights.newOutputStream(file, model)) {
      while (shards.hasNext()) {
        byte[] theta = shards.next().theta();
        out.write(theta, 0, theta.length);
      }
    }
    return List.of(file.written()).iterator();
  }
}
