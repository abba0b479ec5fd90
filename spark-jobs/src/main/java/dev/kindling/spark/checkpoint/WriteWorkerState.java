package dev.kindling.spark.checkpoint;

import dev.kindling.model.io.Safetensors;
import dev.kindling.model.io.SafetensorsDType;
import dev.kindling.model.io.TensorSpec;
import dev.kindling.spark.parallel.HadoopSettings;
import dev.kindling.spark.parallel.WorkerState;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * Writes a replica's moments into its own file; nothing where they are zero.
 *
 * @param hadoop the filesystem's settings
 * @param checkpoint the directory
 * @param numParameters P
 */
record WriteWorkerState(HadoopSettings hadoop, String checkpoint, long numParameters)
    implements FlatMapFunction<WorkerState, WrittenFile> {

  @Override
  public Iterator<WrittenFile> call(WorkerState state) throws IOException {
    if (state.isFresh()) {
      return List.<WrittenFile>of().iterator();
    }
    List<TensorSpec> tensors =
        List.of(vector(CheckpointLayout.FIRST_MOMENTS), vector(CheckpointLayout.SECOND_MOMENTS));
    String name = CheckpointLayout.replicaFile(state.replica());
    AttemptFile file = AttemptFile.create(hadoop, checkpoint, name);
    try (OutputStream out = Safetensors.newOutputStream(file, Map.of(), tensors)) {
      out.write(state.firstMoments(), 0, state.firstMoments().length);
      out.write(state.secondMoments(), 0, state.secondMoments().length);
    }
    return List.of(file.written()).iterator();
  }

  private TensorSpec vector(String name) {
    return new TensorSpec(name, SafetensorsDType.F32, List.of(numParameters));
  }
}
