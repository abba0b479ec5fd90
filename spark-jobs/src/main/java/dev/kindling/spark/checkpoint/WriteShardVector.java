package dev.kindling.spark.checkpoint;

import dev.kindling.model.io.Safetensors;
import dev.kindling.model.io.SafetensorsDType;
import dev.kindling.model.io.TensorSpec;
import dev.kindling.spark.checkpoint.CheckpointLayout.ShardVector;
import dev.kindling.spark.parallel.HadoopSettings;
import dev.kindling.spark.parallel.ParameterShard;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * Streams one of the outer vectors, shard after shard, as a tensor [P]; [0] where training does not
 * keep it.
 *
 * @param hadoop the filesystem's settings
 * @param checkpoint the directory
 * @param vector which one
 * @param numParameters P
 */
record WriteShardVector(
    HadoopSettings hadoop, String checkpoint, ShardVector vector, long numParameters)
    implements FlatMapFunction<Iterator<ParameterShard>, WrittenFile> {

  @Override
  public Iterator<WrittenFile> call(Iterator<ParameterShard> shards) throws IOException {
    byte[] values = vector.of(shards.next());
    long length = values.length == 0 ? 0 : numParameters;
    TensorSpec tensor = new TensorSpec(vector.tensor(), SafetensorsDType.F32, List.of(length));
    AttemptFile file = AttemptFile.create(hadoop, checkpoint, vector.file());
    try (OutputStream out = Safetensors.newOutputStream(file, Map.of(), List.of(tensor))) {
      out.write(values, 0, values.length);
      // Where the first shard keeps none, no shard does, and the rest need not come over the
      // network.
      while (length > 0 && shards.hasNext()) {
        values = vector.of(shards.next());
        out.write(values, 0, values.length);
      }
    }
    return List.of(file.written()).iterator();
  }
}
