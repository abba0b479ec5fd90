package dev.kindling.model.dl4j;

import dev.kindling.model.arch.NetworkConfig;
import dev.kindling.model.nn.ParameterStore;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Reads sequences with the hidden layers of a network, of ELMo with those of one direction. */
final class LayerReader implements AutoCloseable {
  private final INDArray parameters;
  private final ComputationGraph graph;

  /** Copies the parameters. */
  LayerReader(NetworkConfig network, String direction, ParameterStore source) {
    ComputationGraphConfiguration configuration = NetworkGraphs.hiddenLayers(network, direction);
    this.graph = new ComputationGraph(configuration);
    this.parameters = FlatParameters.copyOf(source, slice -> isRead(slice.name(), direction));
    graph.init(parameters, false);
  }

  private static boolean isRead(String name, String direction) {
    return name.startsWith("embedding.")
        || (name.startsWith("layers.")
            && (direction.isEmpty() || name.contains("." + direction + ".")));
  }

  /**
   * What the layers make of sequences.
   *
   * @param tokens [B × T]
   * @return [B × T × width] of the last layer; of an ELMo also, before it, of the embeddings and of
   *     the other layers
   */
  List<float[]> read(int[] tokens, int numSequences) {
    INDArray features = NetworkBatches.array(tokens, numSequences, tokens.length / numSequences);
    INDArray[] outputs = graph.output(false, features);
    List<float[]> read = Arrays.stream(outputs).map(LayerReader::floats).toList();
    features.close();
    Arrays.stream(outputs).forEach(INDArray::close);
    return read;
  }

  /** From [B, width, T]. */
  private static float[] floats(INDArray output) {
    return InferenceMemory.compute(() -> InferenceMemory.floats(output.permute(0, 2, 1)));
  }

  @Override
  public void close() {
    parameters.close();
  }
}
